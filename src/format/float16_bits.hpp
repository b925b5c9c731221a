// SPDX-License-Identifier: Apache-2.0
// The bits of binary16 and bfloat16 from and to binary32 and binary64: without branches, so that loops over them vectorise.
#pragma once

#include <bit>
#include <cstdint>

namespace ndlease::detail {

/// Rounds to nearest even; beyond 65519.99.. is infinity; NaN stays a quiet NaN with its sign and upper payload bits.
[[nodiscard]] inline std::uint16_t binary16_from_float(float value) noexcept {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = bits >> 16 & 0x8000U;
    const std::uint32_t magnitude = bits & 0x7fff'ffffU;
    // Rebias the exponent by -112, add just under half a unit (half a unit where the last kept bit is odd), and cut.
    const std::uint32_t normal = (magnitude - (112U << 23) + 0xfffU + (magnitude >> 13 & 1U)) >> 13;
    // Below 2^-14 the addition of 0.5 lets the hardware round at the subnormal unit 2^-24; 0.5's own bits are taken off again.
    const std::uint32_t subnormal = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5F) - 0x3f00'0000U;
    const std::uint32_t special = magnitude > 0x7f80'0000U ? (0x7e00U | (magnitude >> 13 & 0x1ffU)) : 0x7c00U;
    std::uint32_t result = magnitude < 0x3880'0000U ? subnormal : normal;
    result = magnitude >= 0x477f'f000U ? special : result;
    return static_cast<std::uint16_t>(sign | result);
}

/// Exact; a signalling NaN becomes quiet.
[[nodiscard]] inline float float_from_binary16(std::uint16_t half) noexcept {
    const std::uint32_t sign = (half & 0x8000U) << 16;
    const std::uint32_t magnitude = (half & 0x7fffU) << 13;
    const std::uint32_t normal = magnitude + (112U << 23);
    // A subnormal m * 2^-24 is (2^-14 + m * 2^-24) - 2^-14, and the bracket's bits are at hand.
    const std::uint32_t subnormal = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude + (113U << 23)) - std::bit_cast<float>(113U << 23));
    const std::uint32_t special = magnitude | 0x7f80'0000U | (magnitude > 0x0f80'0000U ? 0x0040'0000U : 0U);
    std::uint32_t result = magnitude < 0x0080'0000U ? subnormal : normal;
    result = magnitude >= 0x0f80'0000U ? special : result;
    return std::bit_cast<float>(sign | result);
}

/// Rounds to nearest even; NaN stays a quiet NaN with its sign and upper payload bits.
[[nodiscard]] inline std::uint16_t bfloat16_from_float(float value) noexcept {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t rounded = (bits + 0x7fffU + (bits >> 16 & 1U)) >> 16;
    const std::uint32_t nan = bits >> 16 | 0x40U;
    return static_cast<std::uint16_t>((bits & 0x7fff'ffffU) > 0x7f80'0000U ? nan : rounded);
}

/// Exact; a signalling NaN becomes quiet.
[[nodiscard]] inline float float_from_bfloat16(std::uint16_t half) noexcept {
    const std::uint32_t bits = static_cast<std::uint32_t>(half) << 16;
    return std::bit_cast<float>((bits & 0x7fff'ffffU) > 0x7f80'0000U ? bits | 0x0040'0000U : bits);
}

/// Rounds to odd: exact, or the neighbour whose last bit is 1. A later rounding to at most 22 bits then gives what one rounding
/// of the double would (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", 2008, theorem 2).
[[nodiscard]] inline float float_round_to_odd(double value) noexcept {
    const auto nearest = static_cast<float>(value);
    const auto bits = std::bit_cast<std::uint32_t>(nearest);
    const double back = nearest;
    const double size = value < 0 ? -value : value;
    const double back_size = back < 0 ? -back : back;
    // Only where the nearest is even and inexact does it move by one unit, to the value's side; NaN compares false twice.
    const std::uint32_t even = ~bits & 1U;
    const std::uint32_t up = (back_size < size ? 1U : 0U) & even;
    const std::uint32_t down = (back_size > size ? 1U : 0U) & even;
    return std::bit_cast<float>(bits + up - down);
}

[[nodiscard]] inline std::uint16_t binary16_from_double(double value) noexcept { return binary16_from_float(float_round_to_odd(value)); }
[[nodiscard]] inline std::uint16_t bfloat16_from_double(double value) noexcept { return bfloat16_from_float(float_round_to_odd(value)); }

}  // namespace ndlease::detail
