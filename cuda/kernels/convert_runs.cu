// SPDX-License-Identifier: Apache-2.0
#include "kernels/convert_runs.hpp"

#include <type_traits>

#include "kernels/convert_numbers.cuh"
#include "kernels/divide.cuh"
#include "launch.hpp"

namespace ndlease::gpu {
namespace {

constexpr int threads = 256;

/// Of the kernel whose chunks are that many numbers: 16 divided by the wider side's bytes of one. A thread holds 8 numbers, or 16 of a byte.
template <int Chunk>
struct RunsShape {
    using Number = std::conditional_t<Chunk == 2, std::uint64_t, std::uint32_t>;
    static constexpr int chunks = Chunk < 8 ? 8 / Chunk : 1;
    static constexpr int widest = 16 / Chunk;                         ///< bytes of a number
    static constexpr int blocks = Chunk == 2 || Chunk == 16 ? 3 : 4;  ///< on a multiprocessor, at least: a limit to registers that none of them spills at
};

/// What 16 bytes or fewer are in memory, as words of 4 bytes.
template <int Bytes>
struct Parts {
    unsigned int word[Bytes < 4 ? 1 : Bytes / 4] = {};

    __device__ __forceinline__ void load_from(const std::byte* from) {
        const auto whole = load_at<Word<Bytes>>(from);
        if constexpr (Bytes == 16) {
            word[0] = whole.x;
            word[1] = whole.y;
            word[2] = whole.z;
            word[3] = whole.w;
        } else if constexpr (Bytes == 8) {
            word[0] = whole.x;
            word[1] = whole.y;
        } else {
            word[0] = whole;
        }
    }
    __device__ __forceinline__ void store_to(std::byte* to) const {
        auto* const at = reinterpret_cast<Word<Bytes>*>(to);
        if constexpr (Bytes == 16) {
            store(at, make_uint4(word[0], word[1], word[2], word[3]));
        } else if constexpr (Bytes == 8) {
            store(at, make_uint2(word[0], word[1]));
        } else {
            store(at, static_cast<Word<Bytes>>(word[0]));
        }
    }
};

template <int Bytes, class Number, int PartsBytes>
__device__ __forceinline__ Number extracted(const Parts<PartsBytes>& parts, int i) {
    if constexpr (Bytes == 8) {
        return parts.word[2 * i] | static_cast<Number>(parts.word[2 * i + 1]) << 32;
    } else if constexpr (Bytes == 4) {
        return parts.word[i];
    } else {
        return parts.word[i * Bytes / 4] >> (8 * (i * Bytes % 4)) & ((1U << (8 * Bytes)) - 1U);
    }
}

template <int Bytes, class Number, int PartsBytes>
__device__ __forceinline__ void insert(Parts<PartsBytes>& parts, int i, Number bits) {
    if constexpr (Bytes == 8) {
        parts.word[2 * i] = static_cast<unsigned int>(bits);
        parts.word[2 * i + 1] = static_cast<unsigned int>(bits >> 32);
    } else if constexpr (Bytes == 4) {
        parts.word[i] = static_cast<unsigned int>(bits);
    } else {
        const unsigned int placed = (static_cast<unsigned int>(bits) & ((1U << (8 * Bytes)) - 1U)) << (8 * (i * Bytes % 4));
        if (i * Bytes % 4 == 0) {
            parts.word[i * Bytes / 4] = placed;
        } else {
            parts.word[i * Bytes / 4] |= placed;
        }
    }
}

/// Where the chunks of a thread lie; 0 numbers beyond the end.
template <int Chunk>
struct Places {
    static constexpr int chunks = RunsShape<Chunk>::chunks;
    std::byte* dst[chunks];
    const std::byte* src[chunks];
    int numbers[chunks];
};

template <int Chunk, int Bytes>
__device__ __forceinline__ void load_chunks(typename RunsShape<Chunk>::Number* number, const Places<Chunk>& at) {
    Parts<Chunk * Bytes> parts[RunsShape<Chunk>::chunks];
    NDLEASE_UNROLL
    for (int k = 0; k < RunsShape<Chunk>::chunks; ++k) {
        if (at.numbers[k] == Chunk) parts[k].load_from(at.src[k]);
    }
    NDLEASE_UNROLL
    for (int k = 0; k < RunsShape<Chunk>::chunks; ++k) {
        NDLEASE_UNROLL
        for (int i = 0; i < Chunk; ++i) number[k * Chunk + i] = extracted<Bytes, typename RunsShape<Chunk>::Number>(parts[k], i);
    }
}

template <int Chunk, int Bytes>
__device__ __forceinline__ void store_chunks(const typename RunsShape<Chunk>::Number* number, const Places<Chunk>& at) {
    NDLEASE_UNROLL
    for (int k = 0; k < RunsShape<Chunk>::chunks; ++k) {
        Parts<Chunk * Bytes> parts;
        NDLEASE_UNROLL
        for (int i = 0; i < Chunk; ++i) insert<Bytes>(parts, i, number[k * Chunk + i]);
        if (at.numbers[k] == Chunk) parts.store_to(at.dst[k]);
    }
}

template <int Chunk>
__device__ __forceinline__ void load_all(typename RunsShape<Chunk>::Number* number, const Places<Chunk>& at, int bytes) {
    using Shape = RunsShape<Chunk>;
    if constexpr (Shape::widest >= 8) {
        if (bytes == 8) load_chunks<Chunk, 8>(number, at);
    }
    if constexpr (Shape::widest >= 4) {
        if (bytes == 4) load_chunks<Chunk, 4>(number, at);
    }
    if constexpr (Shape::widest >= 2) {
        if (bytes == 2) load_chunks<Chunk, 2>(number, at);
    }
    if (bytes == 1) load_chunks<Chunk, 1>(number, at);
    NDLEASE_UNROLL
    for (int k = 0; k < Shape::chunks; ++k) {
        NDLEASE_UNROLL
        for (int i = 0; i < Chunk; ++i) {
            if (at.numbers[k] != Chunk && i < at.numbers[k]) number[k * Chunk + i] = load_number<typename Shape::Number>(at.src[k] + i * bytes, bytes, bytes);
        }
    }
}

template <int Chunk>
__device__ __forceinline__ void store_all(const typename RunsShape<Chunk>::Number* number, const Places<Chunk>& at, int bytes) {
    using Shape = RunsShape<Chunk>;
    if constexpr (Shape::widest >= 8) {
        if (bytes == 8) store_chunks<Chunk, 8>(number, at);
    }
    if constexpr (Shape::widest >= 4) {
        if (bytes == 4) store_chunks<Chunk, 4>(number, at);
    }
    if constexpr (Shape::widest >= 2) {
        if (bytes == 2) store_chunks<Chunk, 2>(number, at);
    }
    if (bytes == 1) store_chunks<Chunk, 1>(number, at);
    NDLEASE_UNROLL
    for (int k = 0; k < Shape::chunks; ++k) {
        NDLEASE_UNROLL
        for (int i = 0; i < Chunk; ++i) {
            if (at.numbers[k] != Chunk && i < at.numbers[k]) store_number(at.dst[k] + i * bytes, number[k * Chunk + i], bytes, bytes);
        }
    }
}

template <int Chunk>
__device__ __forceinline__ void find_chunk(Places<Chunk>& at, int k, std::uint64_t chunk, const ConvertRunsParameters& p) {
    std::uint64_t rest = chunk;
    const auto begin = static_cast<std::int64_t>(take_remainder(&rest, p.chunks)) * Chunk;
    const std::int64_t left = p.row_numbers - begin;
    at.numbers[k] = left < Chunk ? static_cast<int>(left) : Chunk;
    at.dst[k] = p.dst + begin * p.rules.dst_bytes;
    at.src[k] = p.src + begin * p.rules.src_bytes;
    for (int axis = 0; axis < p.axes.rank; ++axis) {
        const auto index = static_cast<std::int64_t>(take_remainder(&rest, p.axes.axis[axis].extent));
        at.dst[k] += index * p.axes.axis[axis].dst_stride;
        at.src[k] += index * p.axes.axis[axis].src_stride;
    }
}

template <int Chunk>
__global__ void __launch_bounds__(threads, RunsShape<Chunk>::blocks) convert_runs(const __grid_constant__ ConvertRunsParameters p) {
    constexpr int chunks = RunsShape<Chunk>::chunks;
    const std::uint64_t step = static_cast<std::uint64_t>(gridDim.x) * (threads * chunks);
    for (std::uint64_t first = static_cast<std::uint64_t>(blockIdx.x) * (threads * chunks) + threadIdx.x; first < p.count; first += step) {
        Places<Chunk> at{};
        NDLEASE_UNROLL
        for (int k = 0; k < chunks; ++k) {
            const std::uint64_t chunk = first + static_cast<std::uint64_t>(k * threads);
            if (chunk < p.count) find_chunk(at, k, chunk, p);
        }
        typename RunsShape<Chunk>::Number number[chunks * Chunk];
        load_all<Chunk>(number, at, p.rules.src_bytes);
        convert(number, p.rules);
        if constexpr (Chunk == 2) {
            NDLEASE_UNROLL
            for (int k = 0; k < chunks; ++k) {
                const auto low = number[2 * k];
                number[2 * k] = p.exchange ? number[2 * k + 1] : low;
                number[2 * k + 1] = p.exchange ? low : number[2 * k + 1];
            }
        }
        store_all<Chunk>(number, at, p.rules.dst_bytes);
    }
}

template <int Chunk>
cudaError_t launch_by_chunk(const char* name, const ConvertRunsParameters& p, cudaStream_t stream) {
    constexpr std::uint64_t chunks_per_block = threads * RunsShape<Chunk>::chunks;
    return launch(convert_runs<Chunk>, name, grid_of((p.count + chunks_per_block - 1) / chunks_per_block), threads, stream, p);
}

}  // namespace

cudaError_t launch_convert_runs(const ConvertRunsParameters& p, cudaStream_t stream) {
    switch (p.rules.dst_bytes > p.rules.src_bytes ? p.rules.dst_bytes : p.rules.src_bytes) {
        case 1: return launch_by_chunk<16>("convert_runs<16>", p, stream);
        case 2: return launch_by_chunk<8>("convert_runs<8>", p, stream);
        case 4: return launch_by_chunk<4>("convert_runs<4>", p, stream);
        case 8: return launch_by_chunk<2>("convert_runs<2>", p, stream);
        default: return cudaErrorInvalidValue;
    }
}

}  // namespace ndlease::gpu
