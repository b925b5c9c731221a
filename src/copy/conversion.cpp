// SPDX-License-Identifier: Apache-2.0
#include "copy/conversion.hpp"

#include <utility>

#include <ndlease/error.hpp>

#include "copy/conversion_build.hpp"
#include "copy/conversion_scalar.hpp"

namespace ndlease {
namespace {

using detail::ConversionCheck;
using detail::ConversionStep;

constexpr std::size_t longest_listing = 12;  ///< steps that describe() writes out

/// A check moved to one element of its loops, so that it can be looked at alone.
bool find_element(const ConversionCheck& check, std::size_t depth, const std::byte* at, const ConversionProgram& scalar, const std::byte** found) {
    if (depth == check.loops.size()) {
        if (scalar.first_loss(at - check.scalar_offset, 0, 1) < 0) return false;
        *found = at - check.scalar_offset;
        return true;
    }
    for (std::int64_t k = 0; k < check.loops[depth].count; ++k) {
        if (find_element(check, depth + 1, at + k * check.loops[depth].src_stride, scalar, found)) return true;
    }
    return false;
}

std::string loss_text(const Format& to, const Format& from, const std::byte* scalar) {
    if (!from.is_number()) return "text of " + detail::name_of(from) + " does not fit in " + detail::name_of(to);
    std::vector<std::byte> result(static_cast<std::size_t>(to.itemsize()));
    ConversionProgram::make(to, from, Conversion::cpp).run(result.data(), 0, scalar, 0, 1);
    return "value " + detail::value_text(from, scalar) + " does not fit in " + detail::name_of(to) + " (it would become " +
           detail::value_text(to, result.data()) + ")";
}

}  // namespace

ConversionProgram::ConversionProgram(Format to, Format from) : to_(std::move(to)), from_(std::move(from)) {}

ConversionProgram ConversionProgram::make(const Format& to, const Format& from, Conversion mode) {
    ConversionProgram program(to, from);
    if (to == from) {
        ConversionStep whole{ConversionStep::Kind::copy, 0, 0, to.itemsize()};
        whole.what = detail::name_of(to);
        program.steps_.push_back(std::move(whole));
        return program;
    }
    if (mode == Conversion::none && to.with_byte_order(ByteOrder::native) != from.with_byte_order(ByteOrder::native)) {
        throw Error(errc::not_expressible,
                    detail::name_of(from) + " is not copied to " + detail::name_of(to) + " without a conversion, and none was asked for");
    }
    detail::ConversionBuilder builder(mode);
    builder.build(to, from);
    program.steps_ = std::move(builder.steps);
    program.checks_ = std::move(builder.checks);
    return program;
}

bool ConversionProgram::is_plain() const noexcept {
    if (to_.itemsize() != from_.itemsize()) return false;
    if (steps_.empty()) return to_.itemsize() == 0;
    const ConversionStep& step = steps_.front();
    return steps_.size() == 1 && step.kind == ConversionStep::Kind::copy && step.is_one_block() && step.bytes == to_.itemsize();
}

std::int64_t ConversionProgram::swap_bytes() const noexcept {
    if (steps_.size() != 1 || to_.itemsize() != from_.itemsize()) return 0;
    const ConversionStep& step = steps_.front();
    return step.kind == ConversionStep::Kind::swap && step.is_one_block() && step.bytes == to_.itemsize() ? step.unit : 0;
}

bool ConversionProgram::fills_items() const noexcept {
    if (is_byte_swap()) return true;
    constexpr std::int64_t longest_without_gaps = 8;  // an x87 number leaves some of its bytes alone
    if (steps_.size() != 1) return false;
    const ConversionStep& step = steps_.front();
    if (step.kind != ConversionStep::Kind::number || step.dst_offset != 0 || step.bytes > longest_without_gaps) return false;
    std::int64_t filled = step.bytes;
    for (auto loop = step.loops.rbegin(); loop != step.loops.rend(); ++loop) {
        if (loop->dst_stride != filled) return false;
        filled *= loop->count;
    }
    return filled == to_.itemsize();
}

ConversionProgram::VectorRun ConversionProgram::vector_run() const noexcept {
    if (const std::int64_t unit = swap_bytes(); unit != 0) return {cpu::vector_swap_kernel(unit), to_.itemsize() / unit};
    if (!fills_items()) return {};
    const ConversionStep& step = steps_.front();
    if (step.pipeline.vectors == nullptr || step.src_offset != 0) return {};
    std::int64_t read = step.src_bytes;
    for (auto loop = step.loops.rbegin(); loop != step.loops.rend(); ++loop) {
        if (loop->src_stride != read) return {};
        read *= loop->count;
    }
    if (read != from_.itemsize()) return {};  // it leaves some of the source out
    return {step.pipeline.vectors, to_.itemsize() / step.bytes};
}

std::string ConversionProgram::describe() const {
    if (is_plain()) return "plain copy of " + std::to_string(to_.itemsize()) + "-byte items";
    if (is_byte_swap()) return "byte swap in units of " + std::to_string(swap_bytes()) + " bytes";
    std::string text = detail::name_of(from_) + " -> " + detail::name_of(to_);
    if (!to_.is_record() && !from_.is_record()) return text;
    for (std::size_t i = 0; i < steps_.size() && i < longest_listing; ++i) text += "\n  " + steps_[i].what;
    if (steps_.size() > longest_listing) text += "\n  and " + std::to_string(steps_.size() - longest_listing) + " more steps";
    return text;
}

std::string ConversionProgram::describe_loss(const std::byte* src_item) const {
    for (const ConversionCheck& check : checks_) {
        const std::byte* found = nullptr;
        ConversionCheck where = check;
        if (check.to.is_complex() && check.from.is_complex()) {  // the innermost loop runs over parts; two make the number
            where.loops.back().count /= 2;
            where.loops.back().src_stride *= 2;
        }
        if (find_element(where, 0, src_item + check.src_offset, make(check.to, check.from, Conversion::checked), &found)) {
            return loss_text(check.to, check.from, found) + (check.path.empty() ? "" : ", field " + check.path);
        }
    }
    return "";
}

}  // namespace ndlease
