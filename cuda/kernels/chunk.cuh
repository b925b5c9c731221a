// SPDX-License-Identifier: Apache-2.0
// Chunks: 16 bytes in four registers, the most that a thread reads or writes at once. Realigned, split into words, put together from words.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/access.cuh"

namespace ndlease::gpu {

inline constexpr std::uint32_t chunk_bytes = 16;

struct Chunk {
    unsigned word[4];
};
__device__ __forceinline__ Chunk chunk_of(uint4 value) { return {{value.x, value.y, value.z, value.w}}; }
__device__ __forceinline__ uint4 vector_of(const Chunk& chunk) { return make_uint4(chunk.word[0], chunk.word[1], chunk.word[2], chunk.word[3]); }

/// How far behind a multiple of 16 an address lies.
__device__ __forceinline__ unsigned misalignment(const void* address) { return static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(address)) & 15U; }

/// Bytes [skip, skip + 16) of the 32 in `low` and `high`; 0 <= skip <= 15.
__device__ __forceinline__ uint4 shifted(uint4 low, uint4 high, unsigned skip) {
    unsigned w0 = low.x, w1 = low.y, w2 = low.z, w3 = low.w, w4 = high.x, w5 = high.y;
    const unsigned w6 = high.z, w7 = high.w;
    if ((skip & 8U) != 0) {
        w0 = w2;
        w1 = w3;
        w2 = w4;
        w3 = w5;
        w4 = w6;
        w5 = w7;
    }
    if ((skip & 4U) != 0) {
        w0 = w1;
        w1 = w2;
        w2 = w3;
        w3 = w4;
        w4 = w5;
    }
    const unsigned selector = 0x3210U + 0x1111U * (skip & 3U);
    return make_uint4(__byte_perm(w0, w1, selector), __byte_perm(w1, w2, selector), __byte_perm(w2, w3, selector), __byte_perm(w3, w4, selector));
}

/// The first `count` words of `Bytes` bytes of a chunk that begins at `address`, which is a multiple of a word; the rest is 0, and is not read.
template <int Bytes>
__device__ __forceinline__ uint4 load_words(const std::byte* address, std::uint32_t count) {
    Chunk chunk{};
    NDLEASE_UNROLL
    for (std::uint32_t i = 0; i < 16 / Bytes; ++i) {
        if (i >= count) continue;
        const std::byte* at = address + i * Bytes;
        if constexpr (Bytes == 1) chunk.word[i / 4] |= static_cast<unsigned>(load_at<Word<1>>(at)) << (8 * (i % 4));
        if constexpr (Bytes == 2) chunk.word[i / 2] |= static_cast<unsigned>(load_at<Word<2>>(at)) << (16 * (i % 2));
        if constexpr (Bytes == 4) chunk.word[i] = load_at<Word<4>>(at);
        if constexpr (Bytes == 8) {
            const uint2 pair = load_at<Word<8>>(at);
            chunk.word[2 * i] = pair.x;
            chunk.word[2 * i + 1] = pair.y;
        }
        if constexpr (Bytes == 16) chunk = chunk_of(load_at<Word<16>>(at));
    }
    return vector_of(chunk);
}

/// Writes the words of `Bytes` bytes [first, last) of `value` alone, four bytes at a time where they are all meant.
template <int Bytes>
__device__ __forceinline__ void store_words(std::byte* address, uint4 value, std::uint32_t first, std::uint32_t last) {
    const Chunk chunk = chunk_of(value);
    if constexpr (Bytes >= 8) {
        NDLEASE_UNROLL
        for (std::uint32_t i = 0; i < 16 / Bytes; ++i) {
            if (i < first || i >= last) continue;
            if constexpr (Bytes == 8) store(reinterpret_cast<Word<8>*>(address + i * 8), make_uint2(chunk.word[2 * i], chunk.word[2 * i + 1]));
            if constexpr (Bytes == 16) store(reinterpret_cast<Word<16>*>(address), value);
        }
    } else {
        constexpr std::uint32_t parts = 4 / Bytes;
        NDLEASE_UNROLL
        for (std::uint32_t i = 0; i < 4; ++i) {
            if (i * parts >= first && (i + 1) * parts <= last) {
                store(reinterpret_cast<Word<4>*>(address + 4 * i), chunk.word[i]);
                continue;
            }
            NDLEASE_UNROLL
            for (std::uint32_t k = 0; k < parts; ++k) {
                if (i * parts + k < first || i * parts + k >= last) continue;
                store(reinterpret_cast<Word<Bytes>*>(address + 4 * i + k * Bytes), static_cast<Word<Bytes>>(chunk.word[i] >> (8 * k * Bytes)));
            }
        }
    }
}

}  // namespace ndlease::gpu
