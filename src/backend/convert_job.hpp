// SPDX-License-Identifier: Apache-2.0
// What a backend is given to run where numbers change format or byte order on the way. docs/conversions.md states the rules.
#pragma once

#include <cstddef>
#include <cstdint>

#include <ndlease/copy_plan.hpp>

namespace ndlease::backend {

/// A real number that devices convert. Complex numbers are pairs of them.
enum class DeviceNumber : std::uint8_t { boolean, int8, uint8, int16, uint16, int32, uint32, int64, uint64, binary16, bfloat16, binary32, binary64 };

/// What becomes of the numbers at each position.
enum class ElementMode : std::uint8_t {
    number,    ///< one number becomes one
    widen,     ///< a real number becomes a complex one with the imaginary part +0
    any_part,  ///< a complex number becomes a boolean: whether either part is not 0
    exchange,  ///< 16 bytes are reversed, as two numbers of 8 bytes that change places
};

[[nodiscard]] constexpr bool reads_pairs(ElementMode mode) noexcept { return mode == ElementMode::any_part || mode == ElementMode::exchange; }
[[nodiscard]] constexpr bool writes_pairs(ElementMode mode) noexcept { return mode == ElementMode::widen || mode == ElementMode::exchange; }

/// The same for all elements of a copy.
struct ElementConversion {
    DeviceNumber to = DeviceNumber::uint8, from = DeviceNumber::uint8;
    ElementMode mode = ElementMode::number;
    bool dst_swapped = false;  ///< not in the host's byte order
    bool src_swapped = false;
};

struct ConvertJob {
    /// Its elements are single numbers, but for the pairs that the mode speaks of, and its item sizes theirs: axes of the items' own (sub-arrays, the
    /// parts of complex numbers) are axes as all others. Sorted and fused as CopyTask says; run_bytes is 0.
    const detail::CopyTask& task;
    std::byte* dst;        ///< where the task's first axis starts
    const std::byte* src;  ///< likewise
    ElementConversion how;
};

}  // namespace ndlease::backend
