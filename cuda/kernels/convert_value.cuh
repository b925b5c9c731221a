// SPDX-License-Identifier: Apache-2.0
// One number in a register to another. The results are those of the CPU, bit for bit: NaNs are moved as bits, since the hardware's conversions give
// one NaN for all, and what C++ leaves open is decided before the cast.
#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/access.cuh"

namespace ndlease::gpu {

template <class To, class From>
__device__ __forceinline__ To bits_as(From from) {
    static_assert(sizeof(To) == sizeof(From));
    To to;
    memcpy(&to, &from, sizeof to);
    return to;
}

/// Exact; a signalling NaN becomes quiet.
__device__ __forceinline__ std::uint32_t binary32_from_binary16(std::uint32_t half) {
    const std::uint32_t sign = (half & 0x8000U) << 16;
    const std::uint32_t magnitude = half & 0x7fffU;
    const std::uint32_t normal = (magnitude << 13) + (112U << 23);
    const std::uint32_t subnormal = bits_as<std::uint32_t>(static_cast<float>(magnitude) * 5.9604644775390625e-8F);  // 2^-24: exact
    const std::uint32_t special = magnitude << 13 | 0x7f80'0000U | (magnitude > 0x7c00U ? 0x0040'0000U : 0U);
    std::uint32_t result = magnitude < 0x0400U ? subnormal : normal;
    result = magnitude >= 0x7c00U ? special : result;
    return sign | result;
}

__device__ __forceinline__ std::uint32_t binary32_from_bfloat16(std::uint32_t half) {
    const std::uint32_t bits = half << 16;
    return (bits & 0x7fff'ffffU) > 0x7f80'0000U ? bits | 0x0040'0000U : bits;
}

/// To nearest, ties to even. NaN keeps its sign and the upper bits of its payload.
__device__ __forceinline__ std::uint32_t binary16_from_binary32(std::uint32_t bits) {
    const std::uint32_t sign = bits >> 16 & 0x8000U;
    const std::uint32_t magnitude = bits & 0x7fff'ffffU;
    const std::uint32_t normal = (magnitude - (112U << 23) + 0xfffU + (magnitude >> 13 & 1U)) >> 13;
    // In units of 2^-24: the mantissa shifted down, by 1 to 31 places, and rounded there. What is no subnormal gives any number here.
    const std::uint32_t below = 126U - (magnitude >> 23);
    const std::uint32_t places = below - 1U < 31U ? below : 31U;
    const std::uint32_t mantissa = (magnitude & 0x007f'ffffU) | 0x0080'0000U;
    const std::uint32_t subnormal = (mantissa + (1U << (places - 1U)) - 1U + (mantissa >> places & 1U)) >> places;
    const std::uint32_t special = magnitude > 0x7f80'0000U ? (0x7e00U | (magnitude >> 13 & 0x1ffU)) : 0x7c00U;
    std::uint32_t result = magnitude < 0x3880'0000U ? subnormal : normal;
    result = magnitude >= 0x477f'f000U ? special : result;
    return sign | result;
}

__device__ __forceinline__ std::uint32_t bfloat16_from_binary32(std::uint32_t bits) {
    const std::uint32_t rounded = (bits + 0x7fffU + (bits >> 16 & 1U)) >> 16;
    return (bits & 0x7fff'ffffU) > 0x7f80'0000U ? (bits >> 16 | 0x40U) : rounded;
}

__device__ __forceinline__ std::uint64_t binary64_from_binary32(std::uint32_t bits) {
    const std::uint64_t nan =
        static_cast<std::uint64_t>(bits & 0x8000'0000U) << 32 | 0x7ff8'0000'0000'0000U | static_cast<std::uint64_t>(bits & 0x007f'ffffU) << 29;
    const auto exact = bits_as<std::uint64_t>(static_cast<double>(bits_as<float>(bits)));
    return (bits & 0x7fff'ffffU) > 0x7f80'0000U ? nan : exact;
}

__device__ __forceinline__ bool is_nan64(std::uint64_t bits) { return (bits & 0x7fff'ffff'ffff'ffffU) > 0x7ff0'0000'0000'0000U; }

__device__ __forceinline__ std::uint32_t nan32_from_nan64(std::uint64_t bits) {
    return static_cast<std::uint32_t>(bits >> 32 & 0x8000'0000U) | 0x7fc0'0000U | static_cast<std::uint32_t>(bits >> 29 & 0x003f'ffffU);
}

__device__ __forceinline__ std::uint32_t binary32_from_binary64(std::uint64_t bits) {
    const auto nearest = bits_as<std::uint32_t>(static_cast<float>(bits_as<double>(bits)));
    return is_nan64(bits) ? nan32_from_nan64(bits) : nearest;
}

/// Rounded to odd: a later rounding to 22 bits or fewer is then as if there had been one (Boldo and Melquiond 2008, theorem 2).
__device__ __forceinline__ std::uint32_t odd32_from_binary64(std::uint64_t bits) {
    const auto value = bits_as<double>(bits & 0x7fff'ffff'ffff'ffffU);
    const auto nearest = static_cast<float>(value);
    const auto back = static_cast<double>(nearest);
    std::uint32_t odd = bits_as<std::uint32_t>(nearest);
    if ((odd & 1U) == 0) odd += back < value ? 1U : back > value ? ~0U : 0U;
    return is_nan64(bits) ? nan32_from_nan64(bits) : (odd | static_cast<std::uint32_t>(bits >> 32 & 0x8000'0000U));
}

__device__ __forceinline__ int leading_zeros(std::uint32_t value) { return __clz(static_cast<int>(value)); }
__device__ __forceinline__ int leading_zeros(std::uint64_t value) { return __clzll(static_cast<long long>(value)); }

/// The same of an integer: 24 bits of it, the last one telling whether any below were set.
template <class Unsigned>
__device__ __forceinline__ std::uint32_t odd32_from_unsigned(Unsigned value) {
    constexpr int bits = 8 * static_cast<int>(sizeof(Unsigned));
    const int zeros = leading_zeros(value);
    const int places = bits - 24 - zeros > 0 ? bits - 24 - zeros : 0;
    const Unsigned cut = value & ((Unsigned{1} << places) - 1U);
    const auto kept = static_cast<std::uint32_t>(value >> places) | (cut != 0 ? 1U : 0U);
    const float scale = bits_as<float>(static_cast<std::uint32_t>(127 + places) << 23);
    return bits_as<std::uint32_t>(static_cast<float>(kept) * scale);  // both factors and the product are exact
}

template <class Unsigned>
struct SignedOf;
template <>
struct SignedOf<std::uint32_t> {
    using Type = std::int32_t;
};
template <>
struct SignedOf<std::uint64_t> {
    using Type = std::int64_t;
};

template <class Unsigned>
__device__ __forceinline__ typename SignedOf<Unsigned>::Type as_signed(Unsigned bits) {
    return static_cast<typename SignedOf<Unsigned>::Type>(bits);
}

template <class Unsigned>
__device__ __forceinline__ std::uint32_t odd32_from_signed(Unsigned bits) {
    const bool negative = as_signed(bits) < 0;
    return odd32_from_unsigned(negative ? Unsigned{0} - bits : bits) | (negative ? 0x8000'0000U : 0U);
}

/// The fraction is cut off; what is out of range becomes the nearest limit, NaN 0.
template <class Word, class Float>
__device__ __forceinline__ Word integer_from(Float value, Float begin, Float end, Word lowest, Word highest, bool to_unsigned) {
    const bool inside = value >= begin && value < end;
    const Float taken = inside ? value : Float(0);
    Word cut = static_cast<Word>(static_cast<std::int64_t>(to_unsigned && sizeof(Word) == 8 ? Float(0) : taken));
    if constexpr (sizeof(Word) == 8) {
        if (to_unsigned) cut = static_cast<Word>(static_cast<std::uint64_t>(taken));
    }
    const Word limit = value < begin ? lowest : value >= end ? highest : Word{0};
    return inside ? cut : limit;
}

}  // namespace ndlease::gpu
