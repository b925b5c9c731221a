// SPDX-License-Identifier: Apache-2.0
// The numbers that a thread holds, in registers: read, converted and written by the rules of a launch.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/access.cuh"
#include "kernels/convert_rules.hpp"
#include "kernels/convert_value.cuh"

namespace ndlease::gpu {

template <class Word, int count, class Make>
__device__ __forceinline__ void for_each_number(Word (&number)[count], Make&& make) {
    NDLEASE_UNROLL
    for (int i = 0; i < count; ++i) number[i] = static_cast<Word>(make(number[i]));
}

template <class Word>
__device__ __forceinline__ Word reversed(Word bits, int bytes) {
    const auto low = static_cast<std::uint32_t>(bits);
    if (bytes == 2) return __byte_perm(low, 0, 0x4401);
    const std::uint32_t turned = __byte_perm(low, 0, 0x0123);
    if constexpr (sizeof(Word) == 8) {
        if (bytes == 8) return static_cast<Word>(turned) << 32 | __byte_perm(static_cast<std::uint32_t>(bits >> 32), 0, 0x0123);
    }
    return turned;
}

/// `bytes`: 2, 4 or 8.
template <class Word, int count>
__device__ __forceinline__ void reverse_bytes(Word (&number)[count], int bytes) {
    if (bytes == 2) {
        for_each_number(number, [](Word bits) { return reversed(bits, 2); });
    } else if (bytes == 4) {
        for_each_number(number, [](Word bits) { return reversed(bits, 4); });
    } else {
        for_each_number(number, [](Word bits) { return reversed(bits, static_cast<int>(sizeof(Word))); });
    }
}

template <class Word, int count>
__device__ __forceinline__ void decode(Word (&number)[count], const ConvertRules& rules) {
    if (rules.src_swapped) reverse_bytes(number, rules.src_bytes);
    const auto low = [](Word bits) { return static_cast<std::uint32_t>(bits); };
    switch (rules.decode) {
        case Decode::none: break;
        case Decode::truth: for_each_number(number, [](Word bits) { return bits != 0 ? Word{1} : Word{0}; }); break;
        case Decode::sign8: for_each_number(number, [](Word bits) { return static_cast<std::int8_t>(bits); }); break;
        case Decode::sign16: for_each_number(number, [](Word bits) { return static_cast<std::int16_t>(bits); }); break;
        case Decode::sign32: for_each_number(number, [](Word bits) { return static_cast<std::int32_t>(bits); }); break;
        case Decode::binary16: for_each_number(number, [low](Word bits) { return binary32_from_binary16(low(bits)); }); break;
        case Decode::bfloat16: for_each_number(number, [low](Word bits) { return binary32_from_bfloat16(low(bits)); }); break;
    }
}

/// What only registers of 8 bytes hold.
template <int count>
__device__ __forceinline__ void change_wide(std::uint64_t (&number)[count], const ConvertRules& rules) {
    using Word = std::uint64_t;
    switch (rules.change) {
        case Change::signed_to_binary64:
            for_each_number(number, [](Word bits) { return bits_as<Word>(static_cast<double>(static_cast<std::int64_t>(bits))); });
            break;
        case Change::unsigned_to_binary64: for_each_number(number, [](Word bits) { return bits_as<Word>(static_cast<double>(bits)); }); break;
        case Change::binary32_to_binary64: for_each_number(number, [](Word bits) { return binary64_from_binary32(static_cast<std::uint32_t>(bits)); }); break;
        case Change::binary64_to_integer:
            for_each_number(number, [&rules](Word bits) {
                return integer_from<Word>(bits_as<double>(bits), rules.range_begin, rules.range_end, rules.lowest, rules.highest, rules.to_unsigned);
            });
            break;
        case Change::binary64_to_binary16: for_each_number(number, [](Word bits) { return binary16_from_binary32(odd32_from_binary64(bits)); }); break;
        case Change::binary64_to_bfloat16: for_each_number(number, [](Word bits) { return bfloat16_from_binary32(odd32_from_binary64(bits)); }); break;
        case Change::binary64_to_binary32: for_each_number(number, [](Word bits) { return binary32_from_binary64(bits); }); break;
        default: break;
    }
}

template <class Word, int count>
__device__ __forceinline__ void change(Word (&number)[count], const ConvertRules& rules) {
    switch (rules.change) {
        case Change::none: return;
        case Change::truth:
            for_each_number(number, [mask = static_cast<Word>(rules.truth_mask)](Word bits) { return (bits & mask) != 0 ? Word{1} : Word{0}; });
            return;
        case Change::signed_to_binary16: for_each_number(number, [](Word bits) { return binary16_from_binary32(odd32_from_signed(bits)); }); return;
        case Change::signed_to_bfloat16: for_each_number(number, [](Word bits) { return bfloat16_from_binary32(odd32_from_signed(bits)); }); return;
        case Change::signed_to_binary32: for_each_number(number, [](Word bits) { return bits_as<std::uint32_t>(static_cast<float>(as_signed(bits))); }); return;
        case Change::unsigned_to_binary16: for_each_number(number, [](Word bits) { return binary16_from_binary32(odd32_from_unsigned(bits)); }); return;
        case Change::unsigned_to_bfloat16: for_each_number(number, [](Word bits) { return bfloat16_from_binary32(odd32_from_unsigned(bits)); }); return;
        case Change::unsigned_to_binary32: for_each_number(number, [](Word bits) { return bits_as<std::uint32_t>(static_cast<float>(bits)); }); return;
        case Change::binary32_to_integer:
            for_each_number(number, [&rules](Word bits) {
                return integer_from<Word>(bits_as<float>(static_cast<std::uint32_t>(bits)), static_cast<float>(rules.range_begin),
                                          static_cast<float>(rules.range_end), static_cast<Word>(rules.lowest), static_cast<Word>(rules.highest),
                                          rules.to_unsigned);
            });
            return;
        case Change::binary32_to_binary16: for_each_number(number, [](Word bits) { return binary16_from_binary32(static_cast<std::uint32_t>(bits)); }); return;
        case Change::binary32_to_bfloat16: for_each_number(number, [](Word bits) { return bfloat16_from_binary32(static_cast<std::uint32_t>(bits)); }); return;
        default:
            if constexpr (sizeof(Word) == 8) change_wide(number, rules);
            return;
    }
}

/// From memory's bits to memory's bits; upper bits of narrow results may be anything.
template <class Word, int count>
__device__ __forceinline__ void convert(Word (&number)[count], const ConvertRules& rules) {
    decode(number, rules);
    change(number, rules);
    if (rules.dst_swapped) reverse_bytes(number, rules.dst_bytes);
}

/// One number of `bytes`, at a multiple of `access`, which is `bytes` or 1.
template <class Word>
__device__ __forceinline__ Word load_number(const std::byte* from, int bytes, int access) {
    if (access == 1) {
        Word bits = 0;
        for (int i = 0; i < bytes; ++i) bits |= static_cast<Word>(load_at<unsigned char>(from + i)) << (8 * i);
        return bits;
    }
    if (bytes == 2) return load_at<unsigned short>(from);
    if constexpr (sizeof(Word) == 8) {
        if (bytes == 8) {
            const uint2 halves = load_at<uint2>(from);
            return halves.x | static_cast<Word>(halves.y) << 32;
        }
    }
    return load_at<unsigned int>(from);
}

template <class Word>
__device__ __forceinline__ void store_number(std::byte* to, Word bits, int bytes, int access) {
    if (access == 1) {
        for (int i = 0; i < bytes; ++i) store(reinterpret_cast<unsigned char*>(to + i), static_cast<unsigned char>(bits >> (8 * i)));
        return;
    }
    if (bytes == 2) {
        store(reinterpret_cast<unsigned short*>(to), static_cast<unsigned short>(bits));
        return;
    }
    if constexpr (sizeof(Word) == 8) {
        if (bytes == 8) {
            store(reinterpret_cast<uint2*>(to), make_uint2(static_cast<unsigned int>(bits), static_cast<unsigned int>(bits >> 32)));
            return;
        }
    }
    store(reinterpret_cast<unsigned int*>(to), static_cast<unsigned int>(bits));
}

}  // namespace ndlease::gpu
