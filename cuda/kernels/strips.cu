// SPDX-License-Identifier: Apache-2.0
#include "kernels/strips.hpp"

#include "kernels/chunk.cuh"
#include "kernels/divide.cuh"
#include "launch.hpp"

namespace ndlease::gpu {
namespace {

constexpr std::uint32_t threads = 128;

/// What a thread holds: a chunk of each column, or the same words side by side.
template <int Columns>
struct Rows {
    unsigned word[4 * Columns];

    [[nodiscard]] __device__ __forceinline__ uint4 chunk(int i) const { return make_uint4(word[4 * i], word[4 * i + 1], word[4 * i + 2], word[4 * i + 3]); }
    __device__ __forceinline__ void set_chunk(int i, uint4 value) {
        word[4 * i] = value.x;
        word[4 * i + 1] = value.y;
        word[4 * i + 2] = value.z;
        word[4 * i + 3] = value.w;
    }
};

/// The byte of the source's order that becomes byte `at` of the destination's.
template <int Bytes, int Columns, bool Apart>
__device__ __forceinline__ constexpr int source_byte(int at) {
    const int word = at / Bytes;
    if (Apart) return (at % 16 / Bytes * Columns + at / 16) * Bytes + at % Bytes;
    return word % Columns * 16 + word / Columns * Bytes + at % Bytes;
}

template <int Bytes, int Columns, bool Apart>
__device__ __forceinline__ Rows<Columns> rearranged(const Rows<Columns>& from) {
    Rows<Columns> to;
    NDLEASE_UNROLL
    for (int i = 0; i < 4 * Columns; ++i) {
        const int b0 = source_byte<Bytes, Columns, Apart>(4 * i);
        if constexpr (Bytes >= 4) {
            to.word[i] = from.word[b0 / 4];
        } else {
            const int b1 = source_byte<Bytes, Columns, Apart>(4 * i + 1);
            const int b2 = source_byte<Bytes, Columns, Apart>(4 * i + 2);
            const int b3 = source_byte<Bytes, Columns, Apart>(4 * i + 3);
            const auto pair = [&from](int first, int second) {
                return __byte_perm(from.word[first / 4], from.word[second / 4], static_cast<unsigned>(first % 4 | (4 + second % 4) << 4));
            };
            to.word[i] = __byte_perm(pair(b0, b1), pair(b2, b3), 0x5410U);
        }
    }
    return to;
}

template <int Columns>
struct alignas(16) StripMemory {
    std::byte bytes[threads * Columns * chunk_bytes];
};

/// Where chunk `i` of the rows side by side lies: threads that take every second or fourth meet in no bank.
template <int Columns>
__device__ __forceinline__ std::byte* place(StripMemory<Columns>& memory, std::uint32_t i) {
    constexpr std::uint32_t turns = Columns == 2 ? 1 : Columns == 4 ? 3 : 0;
    return memory.bytes + (i ^ (i / 8 & turns)) * chunk_bytes;
}

/// Words of the chunk that begins at word `first` of `count` words.
template <int Bytes>
__device__ __forceinline__ std::uint32_t words_of(std::uint32_t first, std::uint32_t count) {
    return first >= count ? 0 : count - first < 16 / Bytes ? count - first : 16 / Bytes;
}

template <int Bytes>
__device__ __forceinline__ uint4 load_up_to(const std::byte* address, std::uint32_t words) {
    if (words == 16 / Bytes) return load_at<uint4>(address);
    return load_words<Bytes>(address, words);
}
template <int Bytes>
__device__ __forceinline__ void store_up_to(std::byte* address, uint4 value, std::uint32_t words) {
    if (words == 16 / Bytes) {
        store(reinterpret_cast<uint4*>(address), value);
    } else {
        store_words<Bytes>(address, value, 0, words);
    }
}

template <int Bytes, int Columns, bool Apart>
__global__ void __launch_bounds__(threads) copy_strips(const __grid_constant__ StripsParameters p) {
    NDLEASE_BLOCK_SHARED(StripMemory<Columns>, memory);
    constexpr std::uint32_t chunk_words = 16 / Bytes;
    std::uint32_t rest = blockIdx.x;
    const std::int64_t first = static_cast<std::int64_t>(take_remainder(&rest, p.blocks)) * strip_rows<Bytes>;
    std::byte* dst = p.dst + first * (Apart ? Bytes : Bytes * Columns);
    const std::byte* src = p.src + first * (Apart ? Bytes * Columns : Bytes);
    for (int axis = 0; axis < p.axes.rank; ++axis) {
        const auto index = static_cast<std::int64_t>(take_remainder(&rest, p.axes.axis[axis].extent));
        dst += index * p.axes.axis[axis].dst_stride;
        src += index * p.axes.axis[axis].src_stride;
    }
    const auto rows = static_cast<std::uint32_t>(p.rows - first < strip_rows<Bytes> ? p.rows - first : strip_rows<Bytes>);
    const std::uint32_t mine = words_of<Bytes>(threadIdx.x * chunk_words, rows);
    Rows<Columns> held;
    if constexpr (Apart) {
        NDLEASE_UNROLL
        for (std::uint32_t i = 0; i < Columns; ++i) {
            const std::uint32_t chunk = threadIdx.x + i * threads;
            held.set_chunk(static_cast<int>(i), load_up_to<Bytes>(src + chunk * chunk_bytes, words_of<Bytes>(chunk * chunk_words, rows * Columns)));
        }
        NDLEASE_UNROLL
        for (std::uint32_t i = 0; i < Columns; ++i) {
            shared_store(reinterpret_cast<uint4*>(place(memory, threadIdx.x + i * threads)), held.chunk(static_cast<int>(i)));
        }
        __syncthreads();
        NDLEASE_UNROLL
        for (std::uint32_t i = 0; i < Columns; ++i) {
            held.set_chunk(static_cast<int>(i), shared_load_at<uint4>(place(memory, threadIdx.x * Columns + i)));
        }
        held = rearranged<Bytes, Columns, Apart>(held);
        NDLEASE_UNROLL
        for (std::uint32_t i = 0; i < Columns; ++i) {
            store_up_to<Bytes>(dst + i * p.column_stride + threadIdx.x * chunk_bytes, held.chunk(static_cast<int>(i)), mine);
        }
    } else {
        NDLEASE_UNROLL
        for (std::uint32_t i = 0; i < Columns; ++i) {
            held.set_chunk(static_cast<int>(i), load_up_to<Bytes>(src + i * p.column_stride + threadIdx.x * chunk_bytes, mine));
        }
        held = rearranged<Bytes, Columns, Apart>(held);
        NDLEASE_UNROLL
        for (std::uint32_t i = 0; i < Columns; ++i) {
            shared_store(reinterpret_cast<uint4*>(place(memory, threadIdx.x * Columns + i)), held.chunk(static_cast<int>(i)));
        }
        __syncthreads();
        NDLEASE_UNROLL
        for (std::uint32_t i = 0; i < Columns; ++i) {
            const std::uint32_t chunk = threadIdx.x + i * threads;
            store_up_to<Bytes>(dst + chunk * chunk_bytes, shared_load_at<uint4>(place(memory, chunk)), words_of<Bytes>(chunk * chunk_words, rows * Columns));
        }
    }
}

template <int Bytes, int Columns>
cudaError_t launch_by_side(const StripsParameters& p, bool apart, cudaStream_t stream) {
    if (apart) return launch(copy_strips<Bytes, Columns, true>, "copy_strips, apart", p.count, threads, stream, p);
    return launch(copy_strips<Bytes, Columns, false>, "copy_strips, together", p.count, threads, stream, p);
}

template <int Bytes>
cudaError_t launch_by_columns(const StripsParameters& p, int columns, bool apart, cudaStream_t stream) {
    switch (columns) {
        case 2: return launch_by_side<Bytes, 2>(p, apart, stream);
        case 3: return launch_by_side<Bytes, 3>(p, apart, stream);
        case 4: return launch_by_side<Bytes, 4>(p, apart, stream);
        default: return cudaErrorInvalidValue;
    }
}

}  // namespace

cudaError_t launch_strips(const StripsParameters& parameters, int word_bytes, int columns, bool apart, cudaStream_t stream) {
    switch (word_bytes) {
        case 1: return launch_by_columns<1>(parameters, columns, apart, stream);
        case 2: return launch_by_columns<2>(parameters, columns, apart, stream);
        case 4: return launch_by_columns<4>(parameters, columns, apart, stream);
        case 8: return launch_by_columns<8>(parameters, columns, apart, stream);
        default: return cudaErrorInvalidValue;
    }
}

}  // namespace ndlease::gpu
