// SPDX-License-Identifier: Apache-2.0
#include "kernels/packed.hpp"

#include <limits>

#include "kernels/divide.cuh"
#include "launch.hpp"

namespace ndlease::gpu {
namespace {

constexpr std::uint32_t threads = 256;
constexpr std::uint32_t unroll = 8;
static_assert(threads == copying::most_run_words);
/// Runs are 32 bytes long at least.
constexpr std::uint32_t most_runs = copying::most_block_bytes / 32;
constexpr std::int64_t absent = std::numeric_limits<std::int64_t>::min();

struct alignas(16) PackedMemory {
    std::byte words[copying::most_block_bytes];
    std::int64_t src[most_runs], dst[most_runs];  ///< where the runs of each side begin; absent: beyond a cut
    std::uint32_t place[most_runs];               ///< number of the first word of each run of the destination
};

/// Words of 4 bytes and more that are a power of two apart lie in different banks.
template <int Bytes>
__device__ __forceinline__ std::byte* place_of(PackedMemory& memory, std::uint32_t word) {
    constexpr std::uint32_t unit = Bytes < 4 ? 4 : Bytes;
    constexpr std::uint32_t lanes = 128 / unit;
    const std::uint32_t at = word * Bytes / unit;
    const std::uint32_t lane = (at ^ at / lanes ^ at / (lanes * lanes)) % lanes;
    return memory.words + (at / lanes * lanes + lane) * unit + word * Bytes % unit;
}

struct Position {
    std::int64_t dst, src;
    std::uint32_t place;
    bool exists;
};
/// Position number `rest` along the axes; `limit` is how many positions the cuts leave.
__device__ __forceinline__ Position locate(const BlockAxes& axes, std::uint32_t rest, const std::uint32_t* limit) {
    Position at{0, 0, 0, true};
    for (int i = 0; i < axes.rank; ++i) {
        const BlockAxis& axis = axes.axis[i];
        const std::uint32_t index = take_remainder(&rest, axis.extent);
        at.dst += index * axis.dst_stride;
        at.src += index * axis.src_stride;
        at.place += index * axis.place;
        if (axis.cut == 0) at.exists = at.exists && index < limit[0];
        if (axis.cut == 1) at.exists = at.exists && index < limit[1];
    }
    return at;
}

/// Words of each run that exist.
__device__ __forceinline__ std::uint32_t run_end(const BlockRuns& runs, const std::uint32_t* limit) {
    if (runs.cut < 0) return runs.run.divisor;
    return runs.inner * (runs.cut == 0 ? limit[0] : limit[1]);
}

/// A thread keeps its place in the runs and goes from run to run.
struct Walk {
    std::uint32_t word, first, step;
    __device__ __forceinline__ explicit Walk(const BlockRuns& runs) : word(0), first(threadIdx.x), step(divide(threads, runs.run)) {
        word = take_remainder(&first, runs.run);
        if (first >= step) first = runs.count;  // what is left of the threads
    }
};

template <int Bytes>
__device__ __forceinline__ void read_block(PackedMemory& memory, const std::byte* src, const BlockRuns& runs, const std::uint32_t* limit) {
    const Walk walk(runs);
    const bool exists = walk.word < run_end(runs, limit);
    for (std::uint32_t run = walk.first; run < runs.count; run += unroll * walk.step) {
        Word<Bytes> value[unroll];
        bool is_read[unroll];
        NDLEASE_UNROLL
        for (std::uint32_t i = 0; i < unroll; ++i) {
            const std::uint32_t at = run + i * walk.step;
            is_read[i] = false;
            if (exists && at < runs.count) {
                const std::int64_t offset = shared_load(&memory.src[at]);
                is_read[i] = offset != absent;
                if (is_read[i]) value[i] = load_at<Word<Bytes>>(src + offset + walk.word * Bytes);
            }
        }
        NDLEASE_UNROLL
        for (std::uint32_t i = 0; i < unroll; ++i) {
            const std::uint32_t number = (run + i * walk.step) * runs.run.divisor + walk.word;
            if (is_read[i]) shared_store(reinterpret_cast<Word<Bytes>*>(place_of<Bytes>(memory, number)), value[i]);
        }
    }
}

template <int Bytes>
__device__ __forceinline__ void write_block(PackedMemory& memory, std::byte* dst, const PackedParameters& p, const std::uint32_t* limit) {
    const BlockRuns& runs = p.write;
    const Walk walk(runs);
    if (walk.word >= run_end(runs, limit)) return;
    const std::uint32_t place = locate(p.write_run, walk.word, limit).place;
    for (std::uint32_t run = walk.first; run < runs.count; run += walk.step) {
        const std::int64_t offset = shared_load(&memory.dst[run]);
        if (offset == absent) continue;
        const std::byte* from = place_of<Bytes>(memory, place + shared_load(&memory.place[run]));
        store(reinterpret_cast<Word<Bytes>*>(dst + offset + walk.word * Bytes), shared_load_at<Word<Bytes>>(from));
    }
}

template <int Bytes>
__global__ void __launch_bounds__(threads) copy_packed(const __grid_constant__ PackedParameters p) {
    NDLEASE_BLOCK_SHARED(PackedMemory, memory);
    std::uint32_t rest = blockIdx.x;
    std::byte* dst = p.dst;
    const std::byte* src = p.src;
    std::uint32_t limit[2] = {p.cut[0].part, p.cut[1].part};
    for (int axis = 0; axis < p.outer.rank; ++axis) {
        const std::uint32_t index = take_remainder(&rest, p.outer.axis[axis].extent);
        dst += index * p.outer.axis[axis].dst_stride;
        src += index * p.outer.axis[axis].src_stride;
        if (axis == p.cut[0].outer_axis && index + 1 == p.cut[0].blocks) limit[0] = p.cut[0].last;
        if (axis == p.cut[1].outer_axis && index + 1 == p.cut[1].blocks) limit[1] = p.cut[1].last;
    }
    for (std::uint32_t run = threadIdx.x; run < p.read.count; run += threads) {
        const Position at = locate(p.read.rest, run, limit);
        shared_store(&memory.src[run], at.exists ? at.src : absent);
    }
    for (std::uint32_t run = threadIdx.x; run < p.write.count; run += threads) {
        const Position at = locate(p.write.rest, run, limit);
        shared_store(&memory.dst[run], at.exists ? at.dst : absent);
        shared_store(&memory.place[run], at.place);
    }
    __syncthreads();
    read_block<Bytes>(memory, src, p.read, limit);
    __syncthreads();
    write_block<Bytes>(memory, dst, p, limit);
}

}  // namespace

cudaError_t launch_packed(const PackedParameters& parameters, int word_bytes, cudaStream_t stream) {
    switch (word_bytes) {
        case 1: return launch(copy_packed<1>, "copy_packed<1>", parameters.count, threads, stream, parameters);
        case 2: return launch(copy_packed<2>, "copy_packed<2>", parameters.count, threads, stream, parameters);
        case 4: return launch(copy_packed<4>, "copy_packed<4>", parameters.count, threads, stream, parameters);
        case 8: return launch(copy_packed<8>, "copy_packed<8>", parameters.count, threads, stream, parameters);
        case 16: return launch(copy_packed<16>, "copy_packed<16>", parameters.count, threads, stream, parameters);
        default: return cudaErrorInvalidValue;
    }
}

}  // namespace ndlease::gpu
