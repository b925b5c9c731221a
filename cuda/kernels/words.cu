// SPDX-License-Identifier: Apache-2.0
#include "kernels/words.hpp"

#include "kernels/divide.cuh"
#include "launch.hpp"

namespace ndlease::gpu {
namespace {

constexpr int threads = 256;
/// Words that a thread has on the way: narrow ones are more.
template <int Bytes, class Index>
constexpr int words_per_thread = Bytes <= 4 && sizeof(Index) == 4 ? 8 : 4;

/// The words first, first + threads, ... of the block. `Whole`: all of them exist.
template <int Bytes, class Index, bool Whole>
__device__ __forceinline__ void copy_block(const WordsParameters<Index>& p, Index first) {
    constexpr int count = words_per_thread<Bytes, Index>;
    Index rest[count];
    std::byte* to[count];
    const std::byte* from[count];
    NDLEASE_UNROLL
    for (int i = 0; i < count; ++i) {
        const Index word = first + static_cast<Index>(i * threads);
        rest[i] = Whole || word < p.count ? word : 0;
        to[i] = p.dst;
        from[i] = p.src;
    }
    const int last = p.axes.rank - 1;
    for (int axis = 0; axis < last; ++axis) {
        NDLEASE_UNROLL
        for (int i = 0; i < count; ++i) {
            const auto index = static_cast<std::int64_t>(take_remainder(&rest[i], p.axes.axis[axis].extent));
            to[i] += index * p.axes.axis[axis].dst_stride;
            from[i] += index * p.axes.axis[axis].src_stride;
        }
    }
    Word<Bytes> value[count];
    NDLEASE_UNROLL
    for (int i = 0; i < count; ++i) {
        to[i] += static_cast<std::int64_t>(rest[i]) * p.axes.axis[last].dst_stride;
        from[i] += static_cast<std::int64_t>(rest[i]) * p.axes.axis[last].src_stride;
        if (Whole || first + static_cast<Index>(i * threads) < p.count) value[i] = load_at<Word<Bytes>>(from[i]);
    }
    NDLEASE_UNROLL
    for (int i = 0; i < count; ++i) {
        if (Whole || first + static_cast<Index>(i * threads) < p.count) store(reinterpret_cast<Word<Bytes>*>(to[i]), value[i]);
    }
}

template <int Bytes, class Index>
__global__ void __launch_bounds__(threads) copy_words(const __grid_constant__ WordsParameters<Index> p) {
    constexpr Index words_per_block = threads * words_per_thread<Bytes, Index>;
    const Index begin = static_cast<Index>(blockIdx.x) * words_per_block;
    if constexpr (sizeof(Index) == 4) {
        if (p.count - begin >= words_per_block) {
            copy_block<Bytes, Index, true>(p, begin + threadIdx.x);
        } else {
            copy_block<Bytes, Index, false>(p, begin + threadIdx.x);
        }
    } else {  // more blocks than a launch may have
        for (Index first = begin; first < p.count; first += gridDim.x * words_per_block) copy_block<Bytes, Index, false>(p, first + threadIdx.x);
    }
}

template <int Bytes, class Index>
cudaError_t launch_of(const char* name, const WordsParameters<Index>& p, cudaStream_t stream) {
    constexpr std::uint64_t words_per_block = threads * words_per_thread<Bytes, Index>;
    return launch(copy_words<Bytes, Index>, name, grid_of((static_cast<std::uint64_t>(p.count) + words_per_block - 1) / words_per_block), threads, stream, p);
}

template <class Index>
cudaError_t launch_by_size(const WordsParameters<Index>& p, int word_bytes, cudaStream_t stream) {
    switch (word_bytes) {
        case 1: return launch_of<1>("copy_words<1>", p, stream);
        case 2: return launch_of<2>("copy_words<2>", p, stream);
        case 4: return launch_of<4>("copy_words<4>", p, stream);
        case 8: return launch_of<8>("copy_words<8>", p, stream);
        case 16: return launch_of<16>("copy_words<16>", p, stream);
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
