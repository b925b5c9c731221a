// SPDX-License-Identifier: Apache-2.0
#include "kernels/batch_entry.cuh"
#include "launch.hpp"

namespace ndlease::gpu {
namespace {

constexpr std::uint32_t threads = 256;
constexpr std::uint32_t unroll = box_block_words / threads;

/// As Divider of divider.hpp does it; n becomes the quotient.
__device__ __forceinline__ std::uint32_t take_index(std::uint32_t* n, const BoxEntry& entry, int axis) {
    const std::uint32_t quotient = (__umulhi(entry.multiplier[axis], *n) + *n) >> entry.shift[axis];
    const std::uint32_t remainder = *n - quotient * entry.divisor[axis];
    *n = quotient;
    return remainder;
}

template <int Bytes>
__device__ __forceinline__ void copy_words(const BoxEntry& entry, std::uint32_t first) {
    Word<Bytes> value[unroll];
    std::byte* to[unroll];
    NDLEASE_UNROLL
    for (std::uint32_t k = 0; k < unroll; ++k) {
        std::uint32_t rest = first + k * threads;
        if (rest < entry.words) {
            const std::int64_t in_run = static_cast<std::int64_t>(take_index(&rest, entry, 0)) * Bytes;
            std::int64_t dst = in_run;
            std::int64_t src = in_run;
            NDLEASE_UNROLL
            for (int axis = 0; axis < BoxEntry::axes; ++axis) {
                const auto index = static_cast<std::int64_t>(axis + 1 < BoxEntry::axes ? take_index(&rest, entry, axis + 1) : rest);
                dst += index * entry.dst_stride[axis];
                src += index * entry.src_stride[axis];
            }
            to[k] = entry.dst + dst;
            value[k] = load_at<Word<Bytes>>(entry.src + src);
        }
    }
    NDLEASE_UNROLL
    for (std::uint32_t k = 0; k < unroll; ++k) {
        if (first + k * threads < entry.words) store(reinterpret_cast<Word<Bytes>*>(to[k]), value[k]);
    }
}

template <class Parameters>
__global__ void __launch_bounds__(threads) batch_boxes(const __grid_constant__ Parameters p) {
    const BoxEntry& entry = p.entry[entry_of_block(p, blockIdx.x)];
    const std::uint32_t first = (blockIdx.x - entry.first_block) * box_block_words + threadIdx.x;
    switch (entry.word_bytes) {
        case 16: copy_words<16>(entry, first); break;
        case 8: copy_words<8>(entry, first); break;
        case 4: copy_words<4>(entry, first); break;
        case 2: copy_words<2>(entry, first); break;
        default: copy_words<1>(entry, first); break;
    }
}

}  // namespace

cudaError_t launch_batch(const SmallBatch<BoxEntry>& parameters, cudaStream_t stream) {
    return launch(batch_boxes<SmallBatch<BoxEntry>>, "batch_boxes", dim3(parameters.blocks), threads, stream, parameters);
}
cudaError_t launch_batch(const LargeBatch<BoxEntry>& parameters, cudaStream_t stream) {
    return launch(batch_boxes<LargeBatch<BoxEntry>>, "batch_boxes", dim3(parameters.blocks), threads, stream, parameters);
}

}  // namespace ndlease::gpu
