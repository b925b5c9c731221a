// SPDX-License-Identifier: Apache-2.0
// ConversionProgram: how items of one format become items of another. docs/conversions.md states the rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <ndlease/copy.hpp>
#include <ndlease/format.hpp>

#include "copy/conversion_step.hpp"

namespace ndlease {

/// A flat list of steps, made once; immutable, so any number of threads may run it.
class ConversionProgram {
public:
    /// Throws Error{errc::not_expressible} that names both formats, and the field where they are records.
    /// Conversion::none accepts equal formats, and formats that differ in byte orders only.
    [[nodiscard]] static ConversionProgram make(const Format& to, const Format& from, Conversion mode);

    /// The bytes mean the same on both sides: whole items, padding included, may be copied by any means.
    [[nodiscard]] bool is_plain() const noexcept;
    /// The whole item is units of swap_bytes() bytes, each to be reversed.
    [[nodiscard]] bool is_byte_swap() const noexcept { return swap_bytes() != 0; }
    [[nodiscard]] std::int64_t swap_bytes() const noexcept;  ///< 0 when it is no such swap

    /// Whether run() certainly writes each byte of an item.
    [[nodiscard]] bool fills_items() const noexcept;

    /// The whole program as one kernel on contiguous runs, if it is one; that takes `per_item` times as many items.
    struct VectorRun {
        cpu::VectorKernel* kernel = nullptr;
        std::int64_t per_item = 1;
    };
    [[nodiscard]] VectorRun vector_run() const noexcept;

    /// Converts `count` items, strides in bytes. Any alignment; the two runs may not share bytes, but for a byte swap in place.
    /// Bytes of a destination item that belong to no field (padding) are left as they are, unless is_plain().
    void run(std::byte* dst, std::int64_t dst_stride, const std::byte* src, std::int64_t src_stride, std::int64_t count) const noexcept;

    /// Under Conversion::checked the index of the first item that would change, -1 if there is none; else always -1.
    [[nodiscard]] std::int64_t first_loss(const std::byte* src, std::int64_t src_stride, std::int64_t count) const noexcept;
    /// Whether first_loss can find something at all.
    [[nodiscard]] bool can_lose() const noexcept { return !checks_.empty(); }

    /// "uint8 -> float32", and a line per step for records.
    [[nodiscard]] std::string describe() const;
    /// "value 300 does not fit in uint8 (it would become 44), field a.b"; empty when the item loses nothing.
    [[nodiscard]] std::string describe_loss(const std::byte* src_item) const;

private:
    ConversionProgram(Format to, Format from);

    Format to_;
    Format from_;
    std::vector<detail::ConversionStep> steps_;
    std::vector<detail::ConversionCheck> checks_;
};

}  // namespace ndlease
