// SPDX-License-Identifier: Apache-2.0
#include "kernels/runs.hpp"

#include "kernels/chunk.cuh"
#include "kernels/divide.cuh"
#include "launch.hpp"

namespace ndlease::gpu {
namespace {

constexpr int threads = 256;
constexpr int unroll = 4;

/// 16 bytes at any address; for words of 16 bytes only at multiples of them. Reads the aligned chunks that hold a part of them.
template <int Bytes>
__device__ __forceinline__ uint4 load_chunk(const std::byte* address, unsigned skip) {
    if constexpr (Bytes == 16) {
        return load_at<uint4>(address);
    } else {
        const uint4 low = load_at<uint4>(address - skip);
        uint4 high = make_uint4(0, 0, 0, 0);
        if (skip != 0) high = load_at<uint4>(address - skip + chunk_bytes);
        return shifted(low, high, skip);
    }
}

/// The words of a chunk in the other order.
template <int Bytes>
__device__ __forceinline__ uint4 mirrored(uint4 chunk) {
    if constexpr (Bytes == 16) return chunk;
    if constexpr (Bytes == 8) return make_uint4(chunk.z, chunk.w, chunk.x, chunk.y);
    if constexpr (Bytes == 4) return make_uint4(chunk.w, chunk.z, chunk.y, chunk.x);
    constexpr unsigned order = Bytes == 2 ? 0x1032U : 0x0123U;
    return make_uint4(__byte_perm(chunk.w, 0, order), __byte_perm(chunk.z, 0, order), __byte_perm(chunk.y, 0, order), __byte_perm(chunk.x, 0, order));
}

// Where a run of `bytes` bytes gets what belongs at byte `at`, a multiple of the word: a word; or 16 bytes, which may read up to 16 bytes before and behind
// them, but not where the source is aligned as the destination is (skip 0). They are made for byte `part` of a run, from which they count.

template <int Bytes>
struct Forward {
    const std::byte* from;
    unsigned skip;
    __device__ __forceinline__ Forward(const std::byte* src, std::int64_t /*bytes*/, std::int64_t part) : from(src + part), skip(misalignment(from)) {}
    [[nodiscard]] __device__ __forceinline__ Word<Bytes> word(int at) const { return load_at<Word<Bytes>>(from + at); }
    [[nodiscard]] __device__ __forceinline__ uint4 chunk(int at) const { return load_chunk<Bytes>(from + at, skip); }
};

template <int Bytes>
struct Mirrored {
    const std::byte* from;
    unsigned skip;
    __device__ __forceinline__ Mirrored(const std::byte* src, std::int64_t bytes, std::int64_t part) : from(src + (bytes - part)), skip(misalignment(from)) {}
    [[nodiscard]] __device__ __forceinline__ Word<Bytes> word(int at) const { return load_at<Word<Bytes>>(from - at - Bytes); }
    [[nodiscard]] __device__ __forceinline__ uint4 chunk(int at) const { return mirrored<Bytes>(load_chunk<Bytes>(from - at - 16, skip)); }
};

template <int Bytes>
struct Filled {
    Word<Bytes> value;
    static constexpr unsigned skip = 0;
    __device__ __forceinline__ Filled(const std::byte* src, std::int64_t /*bytes*/, std::int64_t /*part*/) : value(load_at<Word<Bytes>>(src)) {}
    [[nodiscard]] __device__ __forceinline__ Word<Bytes> word(int /*at*/) const { return value; }
    [[nodiscard]] __device__ __forceinline__ uint4 chunk(int /*at*/) const {
        if constexpr (Bytes == 16) {
            return value;
        } else if constexpr (Bytes == 8) {
            return make_uint4(value.x, value.y, value.x, value.y);
        } else {
            constexpr unsigned spread = Bytes == 4 ? 0x3210U : Bytes == 2 ? 0x1010U : 0x0000U;
            const unsigned word = __byte_perm(value, 0, spread);
            return make_uint4(word, word, word, word);
        }
    }
};

/// A part of one run of the destination, or the same of several runs.
template <bool Repeated>
struct To {
    std::byte* dst;
    std::int64_t stride;
    int count;

    template <class T>
    __device__ __forceinline__ void put(int at, T value) const {
        std::byte* to = dst + at;
        if constexpr (Repeated) {
            for (int i = 0; i < count; ++i, to += stride) store(reinterpret_cast<T*>(to), value);
        } else {
            store(reinterpret_cast<T*>(to), value);
        }
    }
};

template <bool Repeated, class From>
__device__ __forceinline__ void copy_chunks(const To<Repeated>& to, const From& from, int first, int end, int lane, int lanes) {
    int at = first + lane * 16;
    const int step = lanes * 16;
    for (; at + (unroll - 1) * step < end; at += unroll * step) {
        uint4 value[unroll];
        NDLEASE_UNROLL
        for (int k = 0; k < unroll; ++k) value[k] = from.chunk(at + k * step);
        NDLEASE_UNROLL
        for (int k = 0; k < unroll; ++k) to.put(at + k * step, value[k]);
    }
    uint4 value[unroll];
    NDLEASE_UNROLL
    for (int k = 0; k < unroll - 1; ++k) {
        if (at + k * step < end) value[k] = from.chunk(at + k * step);
    }
    NDLEASE_UNROLL
    for (int k = 0; k < unroll - 1; ++k) {
        if (at + k * step < end) to.put(at + k * step, value[k]);
    }
}

/// The bytes [-head, size) of a part of a run, counted from the destination's first aligned chunk, which is byte `first` of the run's `run_bytes`.
template <int Bytes, bool Repeated, class From>
__device__ __forceinline__ void copy_part(const To<Repeated>& to, const From& from, int head, int size, std::int64_t first, std::int64_t run_bytes, int lane,
                                          int lanes) {
    int begin = 0;
    int end = size / 16 * 16;
    if (from.skip != 0) {  // what chunk() reads stays inside of the run
        if (first < 16) begin = 16;
        if (run_bytes - first - end < 16) end -= 16;
        if (end < begin) begin = end = 0;
    }
    copy_chunks<Repeated>(to, from, begin, end, lane, lanes);
    if constexpr (Bytes < 16) {
        for (int at = lane * Bytes - head; at < begin; at += lanes * Bytes) to.put(at, from.word(at));
        for (int at = end + lane * Bytes; at < size; at += lanes * Bytes) to.put(at, from.word(at));
    }
}

template <int Bytes, bool Repeated, template <int> class Source>
__global__ void __launch_bounds__(threads, Repeated ? 3 : 4) copy_runs(const __grid_constant__ RunsParameters p) {
    const int lanes = 1 << p.lanes_log2;
    const int lane = static_cast<int>(threadIdx.x) & (lanes - 1);
    std::uint32_t rest = (blockIdx.x * threads + threadIdx.x) >> p.lanes_log2;
    if (rest >= p.count) return;
    const auto part = static_cast<std::int64_t>(take_remainder(&rest, p.parts));
    To<Repeated> to{p.dst, p.repeat_stride, 1};
    const std::byte* src = p.src;
    if constexpr (Repeated) {
        const std::int64_t done = static_cast<std::int64_t>(take_remainder(&rest, p.readings)) * runs_per_reading;
        to.dst += done * p.repeat_stride;
        to.count = static_cast<int>(p.repeats - done < runs_per_reading ? p.repeats - done : runs_per_reading);
    }
    for (int axis = 0; axis < p.axes.rank; ++axis) {
        const auto index = static_cast<std::int64_t>(take_remainder(&rest, p.axes.axis[axis].extent));
        to.dst += index * p.axes.axis[axis].dst_stride;
        src += index * p.axes.axis[axis].src_stride;
    }
    // Parts end at aligned chunks of the destination, so that no chunk is written by two groups.
    const std::int64_t start = part * run_part_bytes - misalignment(to.dst);
    const std::int64_t end = start + run_part_bytes < p.run_bytes ? start + run_part_bytes : p.run_bytes;
    int head = 0;
    std::int64_t first = start;
    if (start < 0) {
        const std::int64_t aligned = start + 16;
        first = aligned < end ? aligned : end;
        head = static_cast<int>(first);
    }
    if (first > end) return;  // a last part that the misalignment does not ask for
    to.dst += first;
    copy_part<Bytes, Repeated>(to, Source<Bytes>(src, p.run_bytes, first), head, static_cast<int>(end - first), first, p.run_bytes, lane, lanes);
}

template <int Bytes>
cudaError_t launch_by_source(const RunsParameters& p, RunSource source, cudaStream_t stream) {
    const std::uint32_t groups = static_cast<std::uint32_t>(threads) >> p.lanes_log2;
    const dim3 grid((p.count + groups - 1) / groups);
    switch (source) {
        case RunSource::forward: return launch(copy_runs<Bytes, false, Forward>, "copy_runs", grid, threads, stream, p);
        case RunSource::repeated: return launch(copy_runs<Bytes, true, Forward>, "copy_runs, repeated", grid, threads, stream, p);
        case RunSource::mirrored: return launch(copy_runs<Bytes, false, Mirrored>, "copy_runs, mirrored", grid, threads, stream, p);
        case RunSource::filled: return launch(copy_runs<Bytes, false, Filled>, "copy_runs, filled", grid, threads, stream, p);
    }
    return cudaErrorInvalidValue;
}

}  // namespace

cudaError_t launch_runs(const RunsParameters& parameters, RunSource source, int word_bytes, cudaStream_t stream) {
    switch (word_bytes) {
        case 1: return launch_by_source<1>(parameters, source, stream);
        case 2: return launch_by_source<2>(parameters, source, stream);
        case 4: return launch_by_source<4>(parameters, source, stream);
        case 8: return launch_by_source<8>(parameters, source, stream);
        case 16: return launch_by_source<16>(parameters, source, stream);
        default: return cudaErrorInvalidValue;
    }
}

}  // namespace ndlease::gpu
