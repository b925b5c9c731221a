// SPDX-License-Identifier: Apache-2.0
#include "copy/conversion_build.hpp"

#include <algorithm>
#include <unordered_map>

#include <ndlease/error.hpp>

#include "copy/conversion_scalar.hpp"

namespace ndlease::detail {
namespace {

constexpr std::size_t longest_description = 200;

/// Extents of a sub-array and of the sub-arrays it is made of, and what those hold in the end.
const Format& flatten(const Format& format, std::vector<std::int64_t>* shape) {
    const Format* inner = &format;
    while (inner->is_subarray()) {
        shape->insert(shape->end(), inner->shape().begin(), inner->shape().end());
        inner = &inner->element();
    }
    return *inner;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
    std::string text = "(";
    for (const std::int64_t extent : shape) text += (text.size() > 1 ? "," : "") + std::to_string(extent);
    return text + ")";
}

/// Puts a repetition around others; one that only continues the first of them is fused with it.
void repeat(std::vector<ConversionLoop>& loops, const ConversionLoop& loop) {
    if (!loops.empty() && loops[0].count * loops[0].dst_stride == loop.dst_stride && loops[0].count * loops[0].src_stride == loop.src_stride) {
        loops[0].count *= loop.count;
    } else {
        loops.insert(loops.begin(), loop);
    }
}

}  // namespace

void ConversionBuilder::build(const Format& to, const Format& from) {
    item(to, 0, from, 0);
    refuse_overlap(0);
    std::erase_if(steps, [](const ConversionStep& step) { return step.bytes == 0 && step.kind != ConversionStep::Kind::number; });
}

std::string ConversionBuilder::describe_part(const Format& to, const Format& from) const {
    return (path_.empty() ? "" : path_ + ": ") + name_of(from) + " -> " + name_of(to);
}

void ConversionBuilder::refuse(const Format& to, const Format& from, std::string_view why) const {
    const std::string field = path_.empty() ? "" : "field " + path_ + ": ";
    throw Error(errc::not_expressible, field + name_of(from) + " does not convert to " + name_of(to) + ": " + std::string(why));
}

void ConversionBuilder::bytes(ConversionStep::Kind kind, std::int64_t dst_offset, std::int64_t src_offset, std::int64_t size, std::int64_t unit,
                              const std::string& description) {
    written_.push_back({dst_offset, dst_offset + size, src_offset - dst_offset, kind == ConversionStep::Kind::copy, path_});
    if (steps.size() > fuse_from_ && kind != ConversionStep::Kind::zero) {
        ConversionStep& last = steps.back();
        const bool continues = last.dst_offset + last.bytes == dst_offset && last.src_offset + last.bytes == src_offset;
        if (last.is_one_block() && last.kind == kind && last.unit == unit && continues) {
            last.bytes += size;
            if (last.what.size() < longest_description) last.what += "; " + description;
            return;
        }
    }
    ConversionStep step{kind, dst_offset, src_offset, size};
    step.unit = unit;
    step.what = description;
    steps.push_back(std::move(step));
}

void ConversionBuilder::refuse_overlap(std::size_t first_written) const {
    std::vector<const Written*> order;
    for (std::size_t i = first_written; i < written_.size(); ++i) {
        if (written_[i].end > written_[i].begin) order.push_back(&written_[i]);
    }
    std::sort(order.begin(), order.end(), [](const Written* a, const Written* b) { return a->begin < b->begin; });
    const Written* furthest = nullptr;
    for (const Written* part : order) {
        if (furthest != nullptr && part->begin < furthest->end && !(part->copied && furthest->copied && part->shift == furthest->shift)) {
            throw Error(errc::not_expressible, "fields " + furthest->path + " and " + part->path +
                                                   " of the destination share bytes, and the source would be converted into them twice");
        }
        if (furthest == nullptr || part->end > furthest->end) furthest = part;
    }
}

void ConversionBuilder::item(const Format& to, std::int64_t dst_offset, const Format& from, std::int64_t src_offset) {
    if (to.is_subarray() || from.is_subarray()) return subarray(to, dst_offset, from, src_offset);
    if (to.is_record() && from.is_record()) return record(to, dst_offset, from, src_offset);
    if (to.is_record() || from.is_record()) refuse(to, from, "a record and a single value");
    scalar(to, dst_offset, from, src_offset);
}

void ConversionBuilder::record(const Format& to, std::int64_t dst_offset, const Format& from, std::int64_t src_offset) {
    std::unordered_map<std::string_view, const Field*> named;
    std::vector<const Field*> unnamed;
    for (const Field& field : from.fields()) {
        if (field.name().empty()) {
            unnamed.push_back(&field);
        } else {
            named.emplace(field.name(), &field);
        }
    }
    const std::size_t outer = path_.size();
    const auto enter = [&](const std::string& name, std::size_t position) {
        path_.resize(outer);
        path_ += (outer == 0 ? "" : ".") + (name.empty() ? "(unnamed " + std::to_string(position) + ")" : name);
    };
    std::size_t next_unnamed = 0;
    for (const Field& field : to.fields()) {
        const Field* source = nullptr;
        if (!field.name().empty()) {
            if (const auto found = named.find(field.name()); found != named.end()) {
                source = found->second;
                named.erase(found);
            }
        } else if (next_unnamed < unnamed.size()) {
            source = unnamed[next_unnamed];
        }
        enter(field.name(), next_unnamed);
        if (field.name().empty()) ++next_unnamed;
        if (source == nullptr) throw Error(errc::not_expressible, "field " + path_ + " of the destination is not in the source " + name_of(from));
        item(field.format(), dst_offset + field.offset(), source->format(), src_offset + source->offset());
    }
    if (mode_ == Conversion::checked && (!named.empty() || next_unnamed < unnamed.size())) {
        const auto dropped = std::find_if(from.fields().begin(), from.fields().end(), [&](const Field& field) {
            return field.name().empty() ? next_unnamed < unnamed.size() && &field == unnamed[next_unnamed] : named.count(field.name()) != 0;
        });
        enter(dropped->name(), next_unnamed);
        throw Error(errc::not_expressible,
                    "field " + path_ + " of the source is not in the destination " + name_of(to) + ", and a checked conversion drops none");
    }
    path_.resize(outer);
}

void ConversionBuilder::subarray(const Format& to, std::int64_t dst_offset, const Format& from, std::int64_t src_offset) {
    std::vector<std::int64_t> to_shape;
    std::vector<std::int64_t> from_shape;
    const Format& to_element = flatten(to, &to_shape);
    const Format& from_element = flatten(from, &from_shape);
    if (to_shape != from_shape) {
        refuse(to, from, "sub-arrays of shapes " + shape_text(from_shape) + " and " + shape_text(to_shape));
    }
    if (to == from && !to_element.is_record()) {
        return bytes(ConversionStep::Kind::copy, dst_offset, src_offset, to.itemsize(), 1, describe_part(to, from));
    }
    const std::size_t first_step = steps.size();
    const std::size_t first_check = checks.size();
    const std::size_t first_written = written_.size();
    const std::size_t outer_fuse_from = fuse_from_;
    fuse_from_ = first_step;
    item(to_element, dst_offset, from_element, src_offset);
    fuse_from_ = outer_fuse_from;
    refuse_overlap(first_written);
    written_.resize(first_written);
    written_.push_back({dst_offset, dst_offset + to.itemsize(), src_offset - dst_offset, to == from, path_});

    std::int64_t count = 1;
    for (const std::int64_t extent : to_shape) count *= extent;
    if (count == 0) {
        steps.resize(first_step);
        checks.resize(first_check);
        return;
    }
    const ConversionLoop loop{count, to_element.itemsize(), from_element.itemsize()};
    const auto fills_element = [&](const ConversionStep& step) {
        return step.is_one_block() && step.dst_offset == dst_offset && step.src_offset == src_offset && step.bytes == loop.dst_stride &&
               step.bytes == loop.src_stride;
    };
    if (steps.size() == first_step + 1 && fills_element(steps.back())) {
        steps.back().bytes *= count;
    } else {
        for (std::size_t i = first_step; i < steps.size(); ++i) repeat(steps[i].loops, loop);
    }
    for (std::size_t i = first_check; i < checks.size(); ++i) repeat(checks[i].loops, loop);
}

void ConversionBuilder::scalar(const Format& to, std::int64_t dst_offset, const Format& from, std::int64_t src_offset) {
    if (to == from) return bytes(ConversionStep::Kind::copy, dst_offset, src_offset, to.itemsize(), 1, describe_part(to, from));
    const bool same_but_order = to.with_byte_order(ByteOrder::native) == from.with_byte_order(ByteOrder::native);
    if (same_but_order) return bytes(ConversionStep::Kind::swap, dst_offset, src_offset, to.itemsize(), swap_unit(to), describe_part(to, from));
    if (to.is_number() && from.is_number()) return number(to, dst_offset, from, src_offset);
    const auto is_text = [](Kind kind) { return kind >= Kind::character && kind <= Kind::ucs4; };
    const auto is_char = [](Kind kind) { return kind == Kind::character || kind == Kind::bytes; };
    if (is_text(to.kind()) && (to.kind() == from.kind() || (is_char(to.kind()) && is_char(from.kind())))) return text(to, dst_offset, from, src_offset);
    if (to.has_addresses() || from.has_addresses()) refuse(to, from, "addresses only convert to the very same kind");
    if (to.kind() != from.kind()) refuse(to, from, "no rule between these kinds");
    if (to.kind() == Kind::datetime || to.kind() == Kind::timedelta) refuse(to, from, "times of different units");
    refuse(to, from, "opaque bytes of different sizes");
}

void ConversionBuilder::text(const Format& to, std::int64_t dst_offset, const Format& from, std::int64_t src_offset) {
    const std::int64_t dst_bytes = to.itemsize();
    const std::int64_t src_bytes = from.itemsize();
    const bool checked = mode_ == Conversion::checked;
    ConversionCheck check;
    check.to = to;
    check.from = from;
    check.path = path_;
    if (to.kind() == Kind::pascal) {
        written_.push_back({dst_offset, dst_offset + dst_bytes, 0, false, path_});
        ConversionStep step{ConversionStep::Kind::pascal, dst_offset, src_offset, dst_bytes};
        step.src_bytes = src_bytes;
        step.what = describe_part(to, from);
        steps.push_back(std::move(step));
        check.kind = ConversionCheck::Kind::pascal;
        check.src_offset = src_offset;
        check.bytes = std::max<std::int64_t>(0, dst_bytes - 1);
        if (checked && src_bytes > dst_bytes) checks.push_back(std::move(check));
        return;
    }
    const std::int64_t kept = std::min(dst_bytes, src_bytes);
    const bool swap = swap_unit(to) > 1 && to.byte_order() != from.byte_order();
    if (kept > 0)
        bytes(swap ? ConversionStep::Kind::swap : ConversionStep::Kind::copy, dst_offset, src_offset, kept, swap ? swap_unit(to) : 1, describe_part(to, from));
    if (dst_bytes > kept) bytes(ConversionStep::Kind::zero, dst_offset + kept, src_offset, dst_bytes - kept, 1, describe_part(to, from) + ", zeros after it");
    if (checked && src_bytes > kept) {
        check.kind = ConversionCheck::Kind::tail;
        check.src_offset = src_offset + kept;
        check.scalar_offset = kept;
        check.bytes = src_bytes - kept;
        checks.push_back(std::move(check));
    }
}

void ConversionBuilder::number(const Format& to, std::int64_t dst_offset, const Format& from, std::int64_t src_offset) {
    const NumberShape to_shape = number_shape(to);
    const NumberShape from_shape = number_shape(from);
    if (!to_shape.known || !from_shape.known) {
        const Format& unknown = to_shape.known ? from : to;
        refuse(to, from, unknown.bits() < 8 ? "numbers of less than a byte are only copied" : "this host has no arithmetic for " + name_of(unknown));
    }
    written_.push_back({dst_offset, dst_offset + to.itemsize(), 0, false, path_});
    const auto add_step = [&](const ConversionPipeline& pipeline, bool both_parts) {
        ConversionStep step{ConversionStep::Kind::number, dst_offset, src_offset, to_shape.part_bytes};
        step.src_bytes = from_shape.part_bytes;
        step.pipeline = pipeline;
        step.what = describe_part(to, from);
        if (both_parts) step.loops.push_back({2, to_shape.part_bytes, from_shape.part_bytes});
        steps.push_back(std::move(step));
    };
    const auto add_check = [&](const LossPipeline& loss, std::int64_t offset, bool both_parts) {
        if (mode_ != Conversion::checked || loss.loss == nullptr) return;
        ConversionCheck check;
        check.kind = ConversionCheck::Kind::number;
        check.src_offset = src_offset + offset;
        check.scalar_offset = offset;
        check.pipeline = loss.before;
        check.loss = loss.loss;
        check.to = to;
        check.from = from;
        check.path = path_;
        if (both_parts) check.loops.push_back({2, to_shape.part_bytes, from_shape.part_bytes});
        checks.push_back(std::move(check));
    };
    const bool both_parts = to_shape.complex && from_shape.complex;
    add_step(number_pipeline(to_shape, from_shape), both_parts);
    add_check(loss_pipeline(to_shape, from_shape), 0, both_parts);
    if (to_shape.complex && !from_shape.complex) {
        ConversionStep zero{ConversionStep::Kind::zero, dst_offset + to_shape.part_bytes, src_offset, to_shape.part_bytes};
        zero.what = describe_part(to, from) + ", imaginary part 0";
        steps.push_back(std::move(zero));
    }
    if (from_shape.complex && !to_shape.complex) {
        if (to.kind() == Kind::boolean) {
            add_step(imaginary_truth_pipeline(from_shape), false);
            steps.back().src_offset += from_shape.part_bytes;
        }
        add_check(imaginary_loss_pipeline(from_shape), from_shape.part_bytes, false);
    }
}

}  // namespace ndlease::detail
