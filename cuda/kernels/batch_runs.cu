// SPDX-License-Identifier: Apache-2.0
#include "kernels/batch_entry.cuh"
#include "launch.hpp"

namespace ndlease::gpu {
namespace {

constexpr std::uint32_t threads = 256;
constexpr std::uint32_t unroll = run_block_bytes / 16 / threads;

__device__ __forceinline__ void copy_bytes(std::byte* dst, const std::byte* src, std::uint32_t bytes) {
    for (std::uint32_t i = threadIdx.x; i < bytes; i += threads) {
        store(reinterpret_cast<unsigned char*>(dst + i), load(reinterpret_cast<const unsigned char*>(src + i)));
    }
}

template <int Bytes>
__device__ __forceinline__ void copy_words(std::byte* dst, const std::byte* src, std::uint32_t count) {
    const auto* from = reinterpret_cast<const Word<Bytes>*>(src);
    auto* to = reinterpret_cast<Word<Bytes>*>(dst);
    for (std::uint32_t first = threadIdx.x; first < count; first += unroll * threads) {
        Word<Bytes> value[unroll];
        NDLEASE_UNROLL
        for (std::uint32_t k = 0; k < unroll; ++k) {
            if (first + k * threads < count) value[k] = load(from + first + k * threads);
        }
        NDLEASE_UNROLL
        for (std::uint32_t k = 0; k < unroll; ++k) {
            if (first + k * threads < count) store(to + first + k * threads, value[k]);
        }
    }
}

/// The bytes up to the destination's first word are few, and so are those after its last.
template <int Bytes>
__device__ __forceinline__ void copy_part(std::byte* dst, const std::byte* src, std::uint32_t bytes) {
    const std::uint32_t before = static_cast<std::uint32_t>(-reinterpret_cast<std::uintptr_t>(dst)) & (Bytes - 1U);
    const std::uint32_t head = before < bytes ? before : bytes;
    const std::uint32_t words = (bytes - head) / Bytes;
    copy_words<Bytes>(dst + head, src + head, words);
    copy_bytes(dst, src, head);
    const std::uint32_t done = head + words * Bytes;
    copy_bytes(dst + done, src + done, bytes - done);
}

template <class Parameters>
__global__ void __launch_bounds__(threads) batch_runs(const __grid_constant__ Parameters p) {
    const RunEntry& entry = p.entry[entry_of_block(p, blockIdx.x)];
    const std::uint32_t begin = (blockIdx.x - entry.first_block) * run_block_bytes;
    const std::uint32_t left = entry.bytes - begin;
    const std::uint32_t bytes = left < run_block_bytes ? left : run_block_bytes;
    std::byte* const dst = entry.dst + begin;
    const std::byte* const src = entry.src + begin;
    // Both sides reach a multiple of so many bytes at the same place.
    const auto apart = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(dst) ^ reinterpret_cast<std::uintptr_t>(src));
    if ((apart & 15U) == 0) {
        copy_part<16>(dst, src, bytes);
    } else if ((apart & 7U) == 0) {
        copy_part<8>(dst, src, bytes);
    } else if ((apart & 3U) == 0) {
        copy_part<4>(dst, src, bytes);
    } else if ((apart & 1U) == 0) {
        copy_part<2>(dst, src, bytes);
    } else {
        copy_words<1>(dst, src, bytes);
    }
}

}  // namespace

cudaError_t launch_batch(const SmallBatch<RunEntry>& parameters, cudaStream_t stream) {
    return launch(batch_runs<SmallBatch<RunEntry>>, "batch_runs", dim3(parameters.blocks), threads, stream, parameters);
}
cudaError_t launch_batch(const LargeBatch<RunEntry>& parameters, cudaStream_t stream) {
    return launch(batch_runs<LargeBatch<RunEntry>>, "batch_runs", dim3(parameters.blocks), threads, stream, parameters);
}

}  // namespace ndlease::gpu
