// SPDX-License-Identifier: Apache-2.0
#include "kernels/convert_items.hpp"

#include "kernels/convert_numbers.cuh"
#include "kernels/divide.cuh"
#include "launch.hpp"

namespace ndlease::gpu {
namespace {

constexpr int threads = 256;
constexpr int items_per_thread = 4;
constexpr int items_per_block = threads * items_per_thread;
[[maybe_unused]] constexpr int blocks = 4;  ///< on a multiprocessor, at least: a limit to registers that no variant spills at

template <class Number>
__device__ __forceinline__ void load_pair(const std::byte* from, int bytes, int access, Number* first, Number* second) {
    if (access <= bytes) {
        *first = load_number<Number>(from, bytes, access);
        *second = load_number<Number>(from + bytes, bytes, access);
    } else if (bytes == 2) {
        const unsigned int both = load_at<unsigned int>(from);
        *first = both & 0xffffU;
        *second = both >> 16;
    } else if (bytes == 4) {
        const uint2 both = load_at<uint2>(from);
        *first = both.x;
        *second = both.y;
    } else if constexpr (sizeof(Number) == 8) {
        const uint4 both = load_at<uint4>(from);
        *first = both.x | static_cast<Number>(both.y) << 32;
        *second = both.z | static_cast<Number>(both.w) << 32;
    }
}

template <class Number>
__device__ __forceinline__ void store_pair(std::byte* to, Number first, Number second, int bytes, int access) {
    const auto low = [](Number bits) { return static_cast<unsigned int>(bits); };
    if (access <= bytes) {
        store_number(to, first, bytes, access);
        store_number(to + bytes, second, bytes, access);
    } else if (bytes == 2) {
        store(reinterpret_cast<unsigned int*>(to), (low(first) & 0xffffU) | low(second) << 16);
    } else if (bytes == 4) {
        store(reinterpret_cast<uint2*>(to), make_uint2(low(first), low(second)));
    } else if constexpr (sizeof(Number) == 8) {
        store(reinterpret_cast<uint4*>(to), make_uint4(low(first), low(first >> 32), low(second), low(second >> 32)));
    }
}

template <class Number, class Index>
__global__ void __launch_bounds__(threads, blocks) convert_items(const __grid_constant__ ConvertItemsParameters<Index> p) {
    const Index step = static_cast<Index>(gridDim.x) * items_per_block;
    for (Index first = static_cast<Index>(blockIdx.x) * items_per_block; first < p.count; first += step) {
        Index rest[items_per_thread];
        bool is_there[items_per_thread];
        std::byte* to[items_per_thread];
        const std::byte* from[items_per_thread];
        NDLEASE_UNROLL
        for (int i = 0; i < items_per_thread; ++i) {
            const Index item = first + static_cast<Index>(i * threads) + threadIdx.x;
            is_there[i] = item < p.count;
            rest[i] = is_there[i] ? item : 0;
            to[i] = p.dst;
            from[i] = p.src;
        }
        for (int axis = 0; axis < p.axes.rank; ++axis) {
            NDLEASE_UNROLL
            for (int i = 0; i < items_per_thread; ++i) {
                const auto index = static_cast<std::int64_t>(take_remainder(&rest[i], p.axes.axis[axis].extent));
                to[i] += index * p.axes.axis[axis].dst_stride;
                from[i] += index * p.axes.axis[axis].src_stride;
            }
        }
        Number number[items_per_thread] = {};
        Number second[items_per_thread] = {};
        NDLEASE_UNROLL
        for (int i = 0; i < items_per_thread; ++i) {
            if (is_there[i] && !p.reads_pairs) number[i] = load_number<Number>(from[i], p.rules.src_bytes, p.src_access);
            if (is_there[i] && p.reads_pairs) load_pair(from[i], p.rules.src_bytes, p.src_access, &number[i], &second[i]);
        }
        convert(number, p.rules);
        if (p.reads_pairs) {
            convert(second, p.rules);
            NDLEASE_UNROLL
            for (int i = 0; i < items_per_thread; ++i) {
                const Number changed_first = number[i];
                number[i] = p.writes_pairs ? second[i] : number[i] | second[i];
                second[i] = changed_first;
            }
        }
        NDLEASE_UNROLL
        for (int i = 0; i < items_per_thread; ++i) {
            if (is_there[i] && !p.writes_pairs) store_number(to[i], number[i], p.rules.dst_bytes, p.dst_access);
            if (is_there[i] && p.writes_pairs) store_pair(to[i], number[i], second[i], p.rules.dst_bytes, p.dst_access);
        }
    }
}

template <class Index>
cudaError_t launch_by_size(const ConvertItemsParameters<Index>& p, cudaStream_t stream) {
    const dim3 grid = grid_of((static_cast<std::uint64_t>(p.count) + items_per_block - 1) / items_per_block);
    if (p.rules.dst_bytes == 8 || p.rules.src_bytes == 8) return launch(convert_items<std::uint64_t, Index>, "convert_items<8>", grid, threads, stream, p);
    return launch(convert_items<std::uint32_t, Index>, "convert_items<4>", grid, threads, stream, p);
}

}  // namespace

cudaError_t launch_convert_items(const ConvertItemsParameters<std::uint32_t>& parameters, cudaStream_t stream) { return launch_by_size(parameters, stream); }
cudaError_t launch_convert_items(const ConvertItemsParameters<std::uint64_t>& parameters, cudaStream_t stream) { return launch_by_size(parameters, stream); }

}  // namespace ndlease::gpu
