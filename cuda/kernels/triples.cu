// SPDX-License-Identifier: Apache-2.0
// Rows of the source lie in shared memory as they are read, 16 bytes at a time. A chunk of the destination takes its words one by one from several of them.
#include "kernels/triples.hpp"

#include "copy/device_tile.hpp"
#include "kernels/chunk.cuh"
#include "kernels/divide.cuh"
#include "launch.hpp"

namespace ndlease::gpu {
namespace {

template <int Bytes>
struct Triples {
    static constexpr std::uint32_t threads = 256;
    static constexpr std::uint32_t item_bytes = 3 * Bytes;
    static constexpr std::uint32_t d = copying::device_triple_tile(Bytes).d;
    static constexpr std::uint32_t s = copying::device_triple_tile(Bytes).s;
    static constexpr std::uint32_t chunk_words = 16 / Bytes;
    static constexpr std::uint32_t src_chunks = s * item_bytes / chunk_bytes;  ///< of a row that is read
    static constexpr std::uint32_t dst_chunks = d * item_bytes / chunk_bytes;  ///< of a row that is written
    static constexpr std::uint32_t pitch = s * item_bytes;                     ///< bytes between rows in shared memory
    static constexpr std::uint32_t chunks = 3;                                 ///< per thread
    static_assert(d * src_chunks == chunks * threads && s * dst_chunks == chunks * threads && dst_chunks % 2 == 0);
};

template <int Bytes>
struct alignas(16) TripleMemory {
    std::byte bytes[Triples<Bytes>::d * Triples<Bytes>::pitch];
};

/// Words of a chunk that begins at word `first` of `count`.
template <int Bytes>
__device__ __forceinline__ std::uint32_t words_from(std::uint32_t first, std::uint32_t count) {
    return first >= count ? 0 : count - first < 16 / Bytes ? count - first : 16 / Bytes;
}

/// Chunk number `at` of the destination's row `row`.
template <int Bytes>
__device__ __forceinline__ uint4 gather_chunk(const TripleMemory<Bytes>& memory, std::uint32_t row, std::uint32_t at) {
    using T = Triples<Bytes>;
    Chunk chunk{};
    NDLEASE_UNROLL
    for (std::uint32_t i = 0; i < T::chunk_words; ++i) {
        const std::uint32_t word = at * T::chunk_words + i;
        const std::byte* from = memory.bytes + word / 3 * T::pitch + (row * 3 + word % 3) * Bytes;
        if constexpr (Bytes == 1) chunk.word[i / 4] |= static_cast<unsigned>(shared_load_at<Word<1>>(from)) << (8 * (i % 4));
        if constexpr (Bytes == 2) chunk.word[i / 2] |= static_cast<unsigned>(shared_load_at<Word<2>>(from)) << (16 * (i % 2));
        if constexpr (Bytes == 4) chunk.word[i] = shared_load_at<Word<4>>(from);
        if constexpr (Bytes == 8) {
            const uint2 pair = shared_load_at<Word<8>>(from);
            chunk.word[2 * i] = pair.x;
            chunk.word[2 * i + 1] = pair.y;
        }
    }
    return vector_of(chunk);
}

template <int Bytes>
__global__ void __launch_bounds__(Triples<Bytes>::threads) copy_triples(const __grid_constant__ TilesParameters p) {
    using T = Triples<Bytes>;
    NDLEASE_BLOCK_SHARED(TripleMemory<Bytes>, memory);
    std::uint32_t rest = blockIdx.x;
    const auto first_d = static_cast<std::int64_t>(take_remainder(&rest, p.tiles_d)) * T::d;
    const auto first_s = static_cast<std::int64_t>(take_remainder(&rest, p.tiles_s)) * T::s;
    std::byte* dst = p.dst + first_d * T::item_bytes + first_s * p.s_dst;
    const std::byte* src = p.src + first_d * p.d_src + first_s * T::item_bytes;
    for (int axis = 0; axis < p.axes.rank; ++axis) {
        const auto index = static_cast<std::int64_t>(take_remainder(&rest, p.axes.axis[axis].extent));
        dst += index * p.axes.axis[axis].dst_stride;
        src += index * p.axes.axis[axis].src_stride;
    }
    const auto d = static_cast<std::uint32_t>(p.extent_d - first_d < T::d ? p.extent_d - first_d : T::d);
    const auto s = static_cast<std::uint32_t>(p.extent_s - first_s < T::s ? p.extent_s - first_s : T::s);
    uint4 value[T::chunks];
    NDLEASE_UNROLL
    for (std::uint32_t i = 0; i < T::chunks; ++i) {
        const std::uint32_t number = threadIdx.x + i * T::threads;
        const std::uint32_t at = number % T::src_chunks;
        const std::uint32_t row = number / T::src_chunks;
        const std::byte* from = src + row * p.d_src + at * chunk_bytes;
        const std::uint32_t words = row < d ? words_from<Bytes>(at * T::chunk_words, s * 3) : 0;
        value[i] = words == T::chunk_words ? load_at<uint4>(from) : load_words<Bytes>(from, words);
    }
    NDLEASE_UNROLL
    for (std::uint32_t i = 0; i < T::chunks; ++i) {
        const std::uint32_t number = threadIdx.x + i * T::threads;
        shared_store(reinterpret_cast<uint4*>(memory.bytes + number / T::src_chunks * T::pitch + number % T::src_chunks * chunk_bytes), value[i]);
    }
    __syncthreads();
    NDLEASE_UNROLL
    for (std::uint32_t i = 0; i < T::chunks; ++i) {
        const std::uint32_t number = threadIdx.x + i * T::threads;
        // Two lanes write a sector, and the next two one of the next row: what they need lies in different banks.
        const std::uint32_t at = number / (2 * T::s) * 2 + number % 2;
        const std::uint32_t row = number / 2 % T::s;
        const std::uint32_t words = row < s ? words_from<Bytes>(at * T::chunk_words, d * 3) : 0;
        if (words == 0) continue;
        const uint4 chunk = gather_chunk<Bytes>(memory, row, at);
        std::byte* to = dst + row * p.s_dst + at * chunk_bytes;
        if (words == T::chunk_words) {
            store(reinterpret_cast<uint4*>(to), chunk);
        } else {
            store_words<Bytes>(to, chunk, 0, words);
        }
    }
}

}  // namespace

cudaError_t launch_triples(const TilesParameters& parameters, int word_bytes, cudaStream_t stream) {
    switch (word_bytes) {
        case 1: return launch(copy_triples<1>, "copy_triples<1>", parameters.count, Triples<1>::threads, stream, parameters);
        case 2: return launch(copy_triples<2>, "copy_triples<2>", parameters.count, Triples<2>::threads, stream, parameters);
        case 4: return launch(copy_triples<4>, "copy_triples<4>", parameters.count, Triples<4>::threads, stream, parameters);
        case 8: return launch(copy_triples<8>, "copy_triples<8>", parameters.count, Triples<8>::threads, stream, parameters);
        default: return cudaErrorInvalidValue;
    }
}

}  // namespace ndlease::gpu
