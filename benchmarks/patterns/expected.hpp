// SPDX-License-Identifier: Apache-2.0
// What an item has to be after the copy, written out by hand: bits, not the library's conversions.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "pattern.hpp"

namespace ndlease::patterns {

/// Rounds to nearest even on the upper half of the bits; no NaN comes here.
inline std::uint16_t to_bfloat16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t upper = bits >> 16U;
    const std::uint32_t lower = bits & 0xFFFFU;
    return static_cast<std::uint16_t>(upper + ((lower > 0x8000U || (lower == 0x8000U && (upper & 1U) != 0)) ? 1U : 0U));
}

/// The same to 10 bits of mantissa; magnitudes from 2^-14 to below 65520 come here, which are neither subnormal nor infinite.
inline std::uint16_t to_float16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t magnitude = (bits & 0x7FFFFFFFU) - (112U << 23U);  // another bias of the exponent
    const std::uint32_t upper = magnitude >> 13U;
    const std::uint32_t lower = magnitude & 0x1FFFU;
    const std::uint32_t rounded = upper + ((lower > 0x1000U || (lower == 0x1000U && (upper & 1U) != 0)) ? 1U : 0U);
    return static_cast<std::uint16_t>((bits >> 31U << 15U) | rounded);
}

template <class T>
T load(const std::byte* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

template <class T>
bool holds(const std::byte* at, T value) {
    return std::memcmp(at, &value, sizeof value) == 0;
}

/// Whether the item at `dst` is what the one at `src` becomes.
inline bool item_is_right(Change change, const std::byte* src, const std::byte* dst, std::int64_t itemsize) {
    switch (change) {
        case Change::none: return std::memcmp(src, dst, static_cast<std::size_t>(itemsize)) == 0;
        case Change::byte_order: {
            bool right = true;
            for (std::int64_t i = 0; i < itemsize; ++i) right &= src[i] == dst[itemsize - 1 - i];
            return right;
        }
        case Change::f32_to_bf16: return holds(dst, to_bfloat16(load<float>(src)));
        case Change::f32_to_f16: return holds(dst, to_float16(load<float>(src)));
        case Change::u8_to_f32: return holds(dst, static_cast<float>(load<std::uint8_t>(src)));
        case Change::f32_to_f64: return holds(dst, static_cast<double>(load<float>(src)));
    }
    return false;
}

}  // namespace ndlease::patterns
