// SPDX-License-Identifier: Apache-2.0
// The transposing kernel. A thread reads chunks below each other, turns them round in registers, and leaves what lies together in the destination at one
// place of shared memory; rows of that are written. Chunks change their places in a row with the row, so that no two threads meet in a bank.
#pragma once

#include "copy/device_tile.hpp"
#include "kernels/chunk.cuh"
#include "kernels/divide.cuh"
#include "kernels/tiles.hpp"

namespace ndlease::gpu {

/// What a kernel that transposes does to the words of each chunk on the way: here nothing.
struct Unchanged {
    static __device__ __forceinline__ uint4 apply(uint4 chunk) { return chunk; }
};

template <int Bytes>
struct Tile {
    static constexpr std::uint32_t threads = 256;
    static constexpr std::uint32_t d = copying::device_tile(Bytes).d;
    static constexpr std::uint32_t s = copying::device_tile(Bytes).s;
    static constexpr std::uint32_t chunk_words = 16 / Bytes;
    static constexpr std::uint32_t rows = Bytes <= 4 ? 4 : chunk_words;      ///< chunks below each other that a thread turns round together
    static constexpr std::uint32_t piece_bytes = rows * Bytes;               ///< what it then stores at once
    static constexpr std::uint32_t src_chunks = s / chunk_words;             ///< of a row that is read
    static constexpr std::uint32_t dst_chunks = d / chunk_words;             ///< of a row that is written
    static constexpr std::uint32_t reads = d / rows * src_chunks / threads;  ///< per thread
    static constexpr std::uint32_t writes = s * dst_chunks / threads;        ///< per thread
    static_assert(reads * rows == 4 && writes == 4, "each thread has 64 bytes on the way");

    /// The byte of shared memory where byte `at` of the destination's row `row` lies. The rows that one chunk of the source goes to share an order.
    static __device__ __forceinline__ std::uint32_t place(std::uint32_t row, std::uint32_t at) {
        return row * (d * Bytes) + (((at / chunk_bytes) ^ (row / chunk_words & 7U)) * chunk_bytes) + at % chunk_bytes;
    }
};

struct alignas(16) TileMemory {
    std::byte bytes[16 << 10];
};

/// One tile's place in the copy.
struct TileRange {
    std::byte* dst;
    const std::byte* src;
    std::uint32_t d, s;            ///< words along each axis that exist
    std::uint32_t before, behind;  ///< bytes of a source's row before and from the tile's start, as far as it matters
    bool is_whole;                 ///< full, with a chunk more on both sides where the source is not aligned
};

template <int Bytes, bool Aligned>
__device__ __forceinline__ TileRange locate_tile(const TilesParameters& p) {
    using T = Tile<Bytes>;
    std::uint32_t rest = blockIdx.x;
    const auto first_d = static_cast<std::int64_t>(take_remainder(&rest, p.tiles_d)) * T::d;
    const auto first_s = static_cast<std::int64_t>(take_remainder(&rest, p.tiles_s)) * T::s;
    TileRange tile;
    tile.dst = p.dst + first_d * Bytes + first_s * p.s_dst;
    tile.src = p.src + first_d * p.d_src + first_s * Bytes;
    for (int axis = 0; axis < p.axes.rank; ++axis) {
        const auto index = static_cast<std::int64_t>(take_remainder(&rest, p.axes.axis[axis].extent));
        tile.dst += index * p.axes.axis[axis].dst_stride;
        tile.src += index * p.axes.axis[axis].src_stride;
    }
    const std::int64_t left_d = p.extent_d - first_d;
    const std::int64_t left_s = p.extent_s - first_s;
    constexpr std::int64_t far = T::s + 2 * T::chunk_words;
    tile.d = left_d < T::d ? static_cast<std::uint32_t>(left_d) : T::d;
    tile.s = left_s < T::s ? static_cast<std::uint32_t>(left_s) : T::s;
    tile.before = first_s == 0 ? 0 : chunk_bytes;
    tile.behind = static_cast<std::uint32_t>(left_s < far ? left_s : far) * Bytes;
    tile.is_whole = tile.d == T::d && tile.s == T::s && (Aligned || (first_s != 0 && left_s >= far));
    return tile;
}

/// Chunk number `at` of the row of the source that begins at `row`.
template <int Bytes, bool Aligned>
__device__ __forceinline__ uint4 load_whole(const std::byte* row, std::uint32_t at) {
    const std::byte* address = row + at * chunk_bytes;
    if constexpr (Aligned) {
        return load_at<uint4>(address);
    } else {
        const unsigned skip = misalignment(address);
        const uint4 low = load_at<uint4>(address - skip);
        uint4 high = make_uint4(0, 0, 0, 0);
        if (skip != 0) high = load_at<uint4>(address - skip + chunk_bytes);
        return shifted(low, high, skip);
    }
}

/// The same where the row may end, or begin, in the chunk: nothing outside of the row is read.
template <int Bytes, bool Aligned>
__device__ __forceinline__ uint4 load_edge(const std::byte* row, std::uint32_t at, const TileRange& tile) {
    using T = Tile<Bytes>;
    const std::byte* address = row + at * chunk_bytes;
    bool is_inside;  // what load_whole reads
    if constexpr (Aligned) {
        is_inside = (at + 1) * chunk_bytes <= tile.behind;
    } else {
        const unsigned skip = misalignment(address);
        is_inside = tile.before + at * chunk_bytes >= skip && (at + (skip == 0 ? 1 : 2)) * chunk_bytes <= tile.behind + skip;
    }
    if (is_inside) return load_whole<Bytes, Aligned>(row, at);
    return load_words<Bytes>(address, tile.s > at * T::chunk_words ? tile.s - at * T::chunk_words : 0);
}

/// Stores word by word of the chunks what belongs together: word k of each of the chunks is a piece of row k behind `row`.
template <int Bytes>
__device__ __forceinline__ void store_pieces(TileMemory& memory, const Chunk* chunk, std::uint32_t row, std::uint32_t at) {
    using T = Tile<Bytes>;
    NDLEASE_UNROLL
    for (std::uint32_t k = 0; k < T::chunk_words; ++k) {
        std::byte* to = memory.bytes + T::place(row + k, at);
        if constexpr (Bytes == 1) {
            const std::uint32_t word = k / 4;
            const unsigned pairs = k % 4 < 2 ? 0x5140U : 0x7362U;  // bytes 0 and 1, or 2 and 3, of two chunks side by side
            const unsigned upper = __byte_perm(chunk[0].word[word], chunk[1].word[word], pairs);
            const unsigned lower = __byte_perm(chunk[2].word[word], chunk[3].word[word], pairs);
            shared_store(reinterpret_cast<unsigned*>(to), __byte_perm(upper, lower, k % 2 == 0 ? 0x5410U : 0x7632U));
        } else if constexpr (Bytes == 2) {
            const unsigned half = k % 2 == 0 ? 0x5410U : 0x7632U;
            shared_store(reinterpret_cast<uint2*>(to), make_uint2(__byte_perm(chunk[0].word[k / 2], chunk[1].word[k / 2], half),
                                                                  __byte_perm(chunk[2].word[k / 2], chunk[3].word[k / 2], half)));
        } else if constexpr (Bytes == 4) {
            shared_store(reinterpret_cast<uint4*>(to), make_uint4(chunk[0].word[k], chunk[1].word[k], chunk[2].word[k], chunk[3].word[k]));
        } else if constexpr (Bytes == 8) {
            shared_store(reinterpret_cast<uint4*>(to),
                         make_uint4(chunk[0].word[2 * k], chunk[0].word[2 * k + 1], chunk[1].word[2 * k], chunk[1].word[2 * k + 1]));
        } else {
            shared_store(reinterpret_cast<uint4*>(to), vector_of(chunk[0]));
        }
    }
}

template <int Bytes, bool Aligned, bool Whole, class Transform>
__device__ __forceinline__ void read_tile(TileMemory& memory, const TileRange& tile, std::int64_t d_src) {
    using T = Tile<Bytes>;
    Chunk chunk[T::reads * T::rows];
    NDLEASE_UNROLL
    for (std::uint32_t i = 0; i < T::reads * T::rows; ++i) {
        const std::uint32_t block = threadIdx.x + i / T::rows * T::threads;
        const std::uint32_t at = block % T::src_chunks;
        const std::uint32_t row = block / T::src_chunks * T::rows + i % T::rows;
        const std::byte* src = tile.src + row * d_src;
        uint4 value = make_uint4(0, 0, 0, 0);
        if constexpr (Whole) {
            value = load_whole<Bytes, Aligned>(src, at);
        } else if (row < tile.d) {
            value = load_edge<Bytes, Aligned>(src, at, tile);
        }
        chunk[i] = chunk_of(Transform::apply(value));
    }
    NDLEASE_UNROLL
    for (std::uint32_t i = 0; i < T::reads; ++i) {
        const std::uint32_t block = threadIdx.x + i * T::threads;
        store_pieces<Bytes>(memory, chunk + i * T::rows, block % T::src_chunks * T::chunk_words, block / T::src_chunks * T::piece_bytes);
    }
}

template <int Bytes>
__device__ __forceinline__ const std::byte* chunk_in(const TileMemory& memory, std::uint32_t row, std::uint32_t at) {
    return memory.bytes + Tile<Bytes>::place(row, at * chunk_bytes);
}

/// Writes the aligned chunk number `at` of a row that begins `skip` bytes behind an aligned chunk, as far as the row's `bytes` bytes reach into it.
template <int Bytes>
__device__ __forceinline__ void store_shifted(const TileMemory& memory, std::byte* dst, std::uint32_t row, std::uint32_t at, std::uint32_t skip,
                                              std::uint32_t bytes) {
    const std::uint32_t end = bytes + skip;  // in bytes from the first aligned chunk, as all that follows
    const std::uint32_t begin = at * chunk_bytes;
    if (begin >= end) return;
    const uint4 high = shared_load_at<uint4>(chunk_in<Bytes>(memory, row, at));
    const uint4 low = shared_load_at<uint4>(chunk_in<Bytes>(memory, row, at > 0 ? at - 1 : 0));
    const uint4 value = skip == 0 ? high : shifted(low, high, chunk_bytes - skip);
    std::byte* address = dst - skip + begin;
    if (begin >= skip && begin + chunk_bytes <= end) {
        store(reinterpret_cast<uint4*>(address), value);
    } else {
        store_words<Bytes>(address, value, begin < skip ? skip / Bytes : 0, (end - begin < chunk_bytes ? end - begin : chunk_bytes) / Bytes);
    }
}

/// Writes what a row that begins `skip` bytes behind an aligned chunk leaves for one chunk more than a tile's rows have.
template <int Bytes>
__device__ __forceinline__ void store_last(const TileMemory& memory, std::byte* dst, std::uint32_t row, std::uint32_t skip, std::uint32_t bytes) {
    using T = Tile<Bytes>;
    constexpr std::uint32_t begin = T::dst_chunks * chunk_bytes;
    if (bytes + skip <= begin) return;
    const uint4 last = shared_load_at<uint4>(chunk_in<Bytes>(memory, row, T::dst_chunks - 1));
    store_words<Bytes>(dst - skip + begin, shifted(last, last, chunk_bytes - skip), 0, (bytes + skip - begin) / Bytes);
}

template <int Bytes, bool Aligned, bool Whole>
__device__ __forceinline__ void write_tile(const TileMemory& memory, const TileRange& tile, std::int64_t s_dst) {
    using T = Tile<Bytes>;
    NDLEASE_UNROLL
    for (std::uint32_t i = 0; i < T::writes; ++i) {
        const std::uint32_t number = threadIdx.x + i * T::threads;
        const std::uint32_t at = number % T::dst_chunks;
        const std::uint32_t row = number / T::dst_chunks;
        std::byte* dst = tile.dst + row * s_dst;
        if (!Whole && row >= tile.s) continue;
        if constexpr (!Aligned) {
            const unsigned skip = misalignment(dst);
            store_shifted<Bytes>(memory, dst, row, at, skip, tile.d * Bytes);
            if (at == 0) store_last<Bytes>(memory, dst, row, skip, tile.d * Bytes);
        } else if (Whole || (at + 1) * T::chunk_words <= tile.d) {
            store(reinterpret_cast<uint4*>(dst + at * chunk_bytes), shared_load_at<uint4>(chunk_in<Bytes>(memory, row, at)));
        } else if (at * T::chunk_words < tile.d) {
            store_words<Bytes>(dst + at * chunk_bytes, shared_load_at<uint4>(chunk_in<Bytes>(memory, row, at)), 0, tile.d - at * T::chunk_words);
        }
    }
}

template <int Bytes, bool Aligned, class Transform = Unchanged>
__global__ void __launch_bounds__(Tile<Bytes>::threads) copy_tiles(const __grid_constant__ TilesParameters p) {
    NDLEASE_BLOCK_SHARED(TileMemory, memory);
    const TileRange tile = locate_tile<Bytes, Aligned>(p);
    if (tile.is_whole) {
        read_tile<Bytes, Aligned, true, Transform>(memory, tile, p.d_src);
    } else {
        read_tile<Bytes, Aligned, false, Transform>(memory, tile, p.d_src);
    }
    __syncthreads();
    if (tile.is_whole) {
        write_tile<Bytes, Aligned, true>(memory, tile, p.s_dst);
    } else {
        write_tile<Bytes, Aligned, false>(memory, tile, p.s_dst);
    }
}

}  // namespace ndlease::gpu
