// SPDX-License-Identifier: Apache-2.0
#include "kernels/runs.hpp"

#include "kernels/divide.cuh"
#include "launch.hpp"

namespace ndlease::gpu {
namespace {

constexpr int threads = 256;
constexpr int unroll = 4;

/// Bytes [skip, skip + 16) of the 32 in `low` and `high`; 1 <= skip <= 15.
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

__device__ __forceinline__ void copy_bytes(std::byte* dst, const std::byte* src, std::int64_t begin, std::int64_t end, int lane, int lanes) {
    for (std::int64_t i = begin + lane; i < end; i += lanes) {
        store(reinterpret_cast<unsigned char*>(dst + i), load(reinterpret_cast<const unsigned char*>(src + i)));
    }
}

/// `count` words of 16 bytes, both sides aligned.
__device__ __forceinline__ void copy_aligned(std::byte* dst, const std::byte* src, std::int64_t count, int lane, int lanes) {
    const auto* from = reinterpret_cast<const uint4*>(src);
    auto* to = reinterpret_cast<uint4*>(dst);
    for (std::int64_t i = lane; i < count; i += unroll * lanes) {
        uint4 value[unroll];
        NDLEASE_UNROLL
        for (int k = 0; k < unroll; ++k) {
            if (i + k * lanes < count) value[k] = load(from + i + k * lanes);
        }
        NDLEASE_UNROLL
        for (int k = 0; k < unroll; ++k) {
            if (i + k * lanes < count) store(to + i + k * lanes, value[k]);
        }
    }
}

/// The same with the source `skip` bytes behind a multiple of 16. All of the aligned words that hold a part of it belong to the run.
__device__ __forceinline__ void copy_shifted(std::byte* dst, const std::byte* src, unsigned skip, std::int64_t count, int lane, int lanes) {
    const auto* from = reinterpret_cast<const uint4*>(src - skip);
    auto* to = reinterpret_cast<uint4*>(dst);
    constexpr int pairs = unroll / 2;
    for (std::int64_t i = lane; i < count; i += pairs * lanes) {
        uint4 low[pairs];
        uint4 high[pairs];
        NDLEASE_UNROLL
        for (int k = 0; k < pairs; ++k) {
            if (i + k * lanes < count) {
                low[k] = load(from + i + k * lanes);
                high[k] = load(from + i + k * lanes + 1);
            }
        }
        NDLEASE_UNROLL
        for (int k = 0; k < pairs; ++k) {
            if (i + k * lanes < count) store(to + i + k * lanes, shifted(low[k], high[k], skip));
        }
    }
}

__device__ __forceinline__ void copy_run(std::byte* dst, const std::byte* src, std::int64_t bytes, int lane, int lanes) {
    std::int64_t begin = static_cast<std::int64_t>(-reinterpret_cast<std::uintptr_t>(dst) & 15U);  // of the words
    const auto skip = static_cast<unsigned>((reinterpret_cast<std::uintptr_t>(src) + static_cast<std::uintptr_t>(begin)) & 15U);
    std::int64_t count = 0;
    if (skip == 0) {
        if (bytes > begin) count = (bytes - begin) / 16;
        if (count > 0) copy_aligned(dst + begin, src + begin, count, lane, lanes);
    } else {
        if (begin < skip) begin += 16;  // the first aligned word would begin before the run
        const std::int64_t room = bytes - begin + skip - 16;
        if (room >= 16) count = room / 16;
        if (count > 0) copy_shifted(dst + begin, src + begin, skip, count, lane, lanes);
    }
    if (count == 0) begin = 0;
    copy_bytes(dst, src, 0, begin, lane, lanes);
    copy_bytes(dst, src, begin + 16 * count, bytes, lane, lanes);
}

__global__ void __launch_bounds__(threads) copy_runs(const __grid_constant__ RunsParameters p) {
    const int lanes = 1 << p.lanes_log2;
    const int lane = static_cast<int>(threadIdx.x) & (lanes - 1);
    const std::uint64_t groups = static_cast<std::uint64_t>(threads) >> p.lanes_log2;
    const std::uint64_t step = gridDim.x * groups;
    for (std::uint64_t chunk = blockIdx.x * groups + (threadIdx.x >> p.lanes_log2); chunk < p.count; chunk += step) {
        std::uint64_t rest = chunk;
        const std::int64_t begin = static_cast<std::int64_t>(take_remainder(&rest, p.chunks)) * p.chunk_bytes;
        std::byte* dst = p.dst + begin;
        const std::byte* src = p.src + begin;
        for (int axis = 0; axis < p.axes.rank; ++axis) {
            const auto index = static_cast<std::int64_t>(take_remainder(&rest, p.axes.axis[axis].extent));
            dst += index * p.axes.axis[axis].dst_stride;
            src += index * p.axes.axis[axis].src_stride;
        }
        const std::int64_t left = p.run_bytes - begin;
        copy_run(dst, src, left < p.chunk_bytes ? left : p.chunk_bytes, lane, lanes);
    }
}

}  // namespace

cudaError_t launch_runs(const RunsParameters& parameters, cudaStream_t stream) {
    const std::uint64_t groups = static_cast<std::uint64_t>(threads) >> parameters.lanes_log2;
    return launch(copy_runs, "copy_runs", grid_of((parameters.count + groups - 1) / groups), threads, stream, parameters);
}

}  // namespace ndlease::gpu
