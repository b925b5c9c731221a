// SPDX-License-Identifier: Apache-2.0
#include "kernels/words.hpp"

#include "kernels/divide.cuh"
#include "launch.hpp"

namespace ndlease::gpu {
namespace {

constexpr int threads = 256;
constexpr int words_per_thread = 4;
constexpr int words_per_block = threads * words_per_thread;

template <int Bytes, class Index>
__global__ void __launch_bounds__(threads) copy_words(const __grid_constant__ WordsParameters<Index> p) {
    const Index step = static_cast<Index>(gridDim.x) * words_per_block;
    for (Index first = static_cast<Index>(blockIdx.x) * words_per_block; first < p.count; first += step) {
        Index rest[words_per_thread];
        std::int64_t to[words_per_thread];
        std::int64_t from[words_per_thread];
        NDLEASE_UNROLL
        for (int i = 0; i < words_per_thread; ++i) {
            const Index word = first + static_cast<Index>(i * threads) + threadIdx.x;
            rest[i] = word < p.count ? word : 0;
            to[i] = 0;
            from[i] = 0;
        }
        const int last = p.axes.rank - 1;
        for (int axis = 0; axis < last; ++axis) {
            NDLEASE_UNROLL
            for (int i = 0; i < words_per_thread; ++i) {
                const auto index = static_cast<std::int64_t>(take_remainder(&rest[i], p.axes.axis[axis].extent));
                to[i] += index * p.axes.axis[axis].dst_stride;
                from[i] += index * p.axes.axis[axis].src_stride;
            }
        }
        Word<Bytes> value[words_per_thread];
        NDLEASE_UNROLL
        for (int i = 0; i < words_per_thread; ++i) {
            to[i] += static_cast<std::int64_t>(rest[i]) * p.axes.axis[last].dst_stride;
            from[i] += static_cast<std::int64_t>(rest[i]) * p.axes.axis[last].src_stride;
            if (first + static_cast<Index>(i * threads) + threadIdx.x < p.count) value[i] = load(reinterpret_cast<const Word<Bytes>*>(p.src + from[i]));
        }
        NDLEASE_UNROLL
        for (int i = 0; i < words_per_thread; ++i) {
            if (first + static_cast<Index>(i * threads) + threadIdx.x < p.count) store(reinterpret_cast<Word<Bytes>*>(p.dst + to[i]), value[i]);
        }
    }
}

template <class Index>
cudaError_t launch_by_size(const WordsParameters<Index>& p, int word_bytes, cudaStream_t stream) {
    const dim3 grid = grid_of((static_cast<std::uint64_t>(p.count) + words_per_block - 1) / words_per_block);
    switch (word_bytes) {
        case 1: return launch(copy_words<1, Index>, "copy_words<1>", grid, threads, stream, p);
        case 2: return launch(copy_words<2, Index>, "copy_words<2>", grid, threads, stream, p);
        case 4: return launch(copy_words<4, Index>, "copy_words<4>", grid, threads, stream, p);
        case 8: return launch(copy_words<8, Index>, "copy_words<8>", grid, threads, stream, p);
        case 16: return launch(copy_words<16, Index>, "copy_words<16>", grid, threads, stream, p);
        default: return cudaErrorInvalidValue;
    }
}

}  // namespace

cudaError_t launch_words(const WordsParameters<std::uint32_t>& parameters, int word_bytes, cudaStream_t stream) {
    return launch_by_size(parameters, word_bytes, stream);
}
cudaError_t launch_words(const WordsParameters<std::uint64_t>& parameters, int word_bytes, cudaStream_t stream) {
    return launch_by_size(parameters, word_bytes, stream);
}

}  // namespace ndlease::gpu
