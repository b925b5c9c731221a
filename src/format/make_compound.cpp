// SPDX-License-Identifier: Apache-2.0
// Format's makers of records and sub-arrays.
#include <algorithm>
#include <memory>

#include <ndlease/error.hpp>
#include <ndlease/format.hpp>

#include "format/node.hpp"

namespace ndlease {
namespace {

using detail::PartsNode;

[[noreturn]] void refuse(const std::string& why) { throw Error(errc::bad_format, why); }

std::uint8_t depth_over(int inner) {
    if (inner >= max_format_depth) refuse("nested deeper than " + std::to_string(max_format_depth));
    return static_cast<std::uint8_t>(inner + 1);
}

void check_alignment(std::int64_t alignment) {
    if (alignment < 1 || (alignment & (alignment - 1)) != 0) refuse("an alignment of " + std::to_string(alignment) + "; it is a power of two");
}

std::string name_of(std::string_view name, std::size_t index) { return name.empty() ? "field " + std::to_string(index) : "field '" + std::string(name) + "'"; }

/// Elements narrower than a byte lie side by side in a sub-array.
bool is_packed(const Format& element) { return element.is_scalar() && element.bits() < 8 && element.itemsize() == 1; }

}  // namespace

namespace detail {

std::int64_t align_up(std::int64_t offset, std::int64_t alignment) {
    const std::int64_t over = offset & (alignment - 1);
    return over == 0 ? offset : checked_add(offset, alignment - over, "padding of a format");
}

std::ptrdiff_t find_repeated_name(std::span<const Field> fields) {
    constexpr std::size_t few = 8;
    if (fields.size() <= few) {
        for (std::size_t i = 1; i < fields.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                if (!fields[i].name().empty() && fields[i].name() == fields[j].name()) return static_cast<std::ptrdiff_t>(i);
            }
        }
        return -1;
    }
    // Sorted and not hashed: no choice of names makes it slow.
    std::vector<std::size_t> order;
    order.reserve(fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (!fields[i].name().empty()) order.push_back(i);
    }
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const int compared = fields[a].name().compare(fields[b].name());
        return compared != 0 ? compared < 0 : a < b;
    });
    std::ptrdiff_t first = -1;
    for (std::size_t i = 1; i < order.size(); ++i) {
        const auto later = static_cast<std::ptrdiff_t>(order[i]);
        if (fields[order[i]].name() == fields[order[i - 1]].name() && (first < 0 || later < first)) first = later;
    }
    return first;
}

Format make_record(std::vector<Field>&& fields, std::int64_t itemsize, std::int64_t alignment) {
    int depth = 0;
    bool native = true;
    bool addresses = false;
    for (const Field& field : fields) {
        depth = std::max(depth, field.format().depth());
        native = native && field.format().is_native();
        addresses = addresses || field.format().has_addresses();
    }
    auto node = std::make_unique<PartsNode>(ScalarSpec{Kind::record, ByteOrder::none, bits_of_bytes(itemsize), itemsize, alignment});
    node->depth = depth_over(depth);
    node->native = native;
    node->addresses = addresses;
    node->fields = std::move(fields);
    return Format(node.release());
}

Format make_subarray(const Format& element, std::span<const std::int64_t> shape) {
    if (shape.empty()) return element;
    const bool whole_bytes = !element.is_subarray() || !is_packed(element.element());
    if (element.is_subarray() && whole_bytes) {
        const Dims& inner = element.shape();
        if (shape.size() + static_cast<std::size_t>(inner.size()) > static_cast<std::size_t>(max_rank)) {
            refuse("a sub-array of more than " + std::to_string(max_rank) + " dimensions");
        }
        Dims all(shape);
        for (const std::int64_t extent : inner) all.push_back(extent);
        return make_subarray(element.element(), all.span());
    }
    // Extents beside a 0 must not overflow either: strides are made of them.
    std::int64_t count = 1;
    bool empty = false;
    for (const std::int64_t extent : shape) {
        if (extent < 0) refuse("an extent of " + std::to_string(extent) + " in a sub-array");
        empty = empty || extent == 0;
        count = checked_mul(count, std::max<std::int64_t>(extent, 1), "extents of a sub-array");
    }
    const std::int64_t full_bits = is_packed(element) ? checked_mul(count, element.bits(), "bits of a sub-array") : 0;
    const std::int64_t full_size =
        is_packed(element) ? full_bits / 8 + (full_bits % 8 != 0 ? 1 : 0) : checked_mul(count, element.itemsize(), "bytes of a sub-array");
    const std::int64_t itemsize = empty ? 0 : full_size;
    const std::int64_t bits = !empty && is_packed(element) ? full_bits : bits_of_bytes(itemsize);
    auto node = std::make_unique<PartsNode>(ScalarSpec{Kind::subarray, element.byte_order(), bits, itemsize, element.alignment()});
    node->depth = depth_over(element.depth());
    node->native = element.is_native();
    node->addresses = element.has_addresses();
    node->shape.assign(shape);
    node->inner = element;
    return Format(node.release());
}

}  // namespace detail

Format Format::record(std::span<const FieldSpec> specs, std::int64_t itemsize, std::int64_t alignment) {
    if (alignment != 0) check_alignment(alignment);
    if (itemsize < -1) refuse("a record of " + std::to_string(itemsize) + " bytes");
    std::int64_t strictest = 1;
    std::int64_t previous_end = 0;
    std::int64_t last_end = 0;
    std::vector<Field> fields;
    fields.reserve(specs.size());
    for (const FieldSpec& spec : specs) {
        if (spec.offset < -1) refuse(name_of(spec.name, fields.size()) + " at offset " + std::to_string(spec.offset));
        const std::int64_t offset = spec.offset == -1 ? detail::align_up(previous_end, spec.format.alignment()) : spec.offset;
        previous_end = checked_add(offset, spec.format.itemsize(), "end of a field");
        last_end = std::max(last_end, previous_end);
        strictest = std::max(strictest, spec.format.alignment());
        fields.emplace_back(spec.name, offset, spec.format);
        if (itemsize >= 0 && previous_end > itemsize) {
            refuse(name_of(spec.name, fields.size() - 1) + " ends at byte " + std::to_string(previous_end) + " of a record of " + std::to_string(itemsize));
        }
    }
    const std::ptrdiff_t repeated = detail::find_repeated_name(fields);
    if (repeated >= 0) refuse("two fields are named '" + fields[static_cast<std::size_t>(repeated)].name() + "'");
    if (alignment == 0) alignment = strictest;
    if (itemsize == -1) itemsize = detail::align_up(last_end, alignment);
    return detail::make_record(std::move(fields), itemsize, alignment);
}

Format Format::subarray(const Format& element, std::span<const std::int64_t> shape) {
    if (shape.size() > static_cast<std::size_t>(max_rank)) refuse("a sub-array of " + std::to_string(shape.size()) + " dimensions; at most 64 are supported");
    return detail::make_subarray(element, shape);
}

}  // namespace ndlease
