// SPDX-License-Identifier: Apache-2.0
#include "cpu/planes.hpp"

#include "cpu/positions.hpp"
#include "cpu/simd/planes.hpp"

namespace ndlease::cpu {
namespace {

constexpr std::int64_t least_pixels = 64;  // of a row
constexpr std::int64_t line = 64;
constexpr std::int64_t least_streamed_row = 1024;    // bytes of a row of the destination that goes around the caches
constexpr std::int64_t least_row_with_ends = 16384;  // likewise, where it starts or ends within a line

/// The pixels lie in the source, or in the destination.
bool splits(const detail::CopyTask& task) noexcept {
    const int last = task.shape.size() - 1;
    const int s = task.source_axis;
    const std::int64_t step = task.src_strides[s];
    return has_plane_kernels(task.shape[s], task.run_bytes) && (step == task.run_bytes || step == -task.run_bytes) &&
           task.dst_strides[last] == task.run_bytes && task.src_strides[last] == task.shape[s] * task.run_bytes && task.shape[last] >= least_pixels;
}

bool joins(const detail::CopyTask& task) noexcept {
    const int last = task.shape.size() - 1;
    const int s = task.source_axis;
    return has_plane_kernels(task.shape[last], task.run_bytes) && task.dst_strides[last] == task.run_bytes && task.src_strides[s] == task.run_bytes &&
           task.dst_strides[s] == task.shape[last] * task.run_bytes && task.shape[s] >= least_pixels;
}

/// The axes that neither a pixel nor a row of pixels takes.
AxisSet other_axes(const detail::CopyTask& task) noexcept {
    AxisSet axes;
    for (int i = 0; i < task.shape.size() - 1; ++i) {
        if (i != task.source_axis) axes.add(task, i);
    }
    return axes;
}

/// Bytes of a row of the destination, which has no gaps.
std::int64_t row_bytes(const detail::CopyTask& task) noexcept {
    const int last = task.shape.size() - 1;
    return splits(task) ? task.shape[last] * task.run_bytes : task.shape[task.source_axis] * task.shape[last] * task.run_bytes;
}

bool starts_with_words(const backend::CopyJob& job) noexcept {
    std::uint64_t bits = reinterpret_cast<std::uintptr_t>(job.dst);
    for (const std::int64_t stride : job.task.dst_strides) bits |= static_cast<std::uint64_t>(stride);
    return bits % static_cast<std::uint64_t>(job.task.run_bytes) == 0;
}

/// Whether rows of the destination start and end with lines.
bool are_whole_lines(const backend::CopyJob& job, const AxisSet& rows, std::int64_t bytes) noexcept {
    std::uint64_t bits = reinterpret_cast<std::uintptr_t>(job.dst) | static_cast<std::uint64_t>(bytes);
    if (splits(job.task)) bits |= static_cast<std::uint64_t>(job.task.dst_strides[job.task.source_axis]);
    for (int i = 0; i < rows.rank; ++i) bits |= static_cast<std::uint64_t>(rows.dst_stride[i]);
    return bits % line == 0;
}

void split(const backend::CopyJob& job, const AxisSet& rows) noexcept {
    const detail::CopyTask& task = job.task;
    const int s = task.source_axis;
    const auto planes = static_cast<int>(task.shape[s]);
    const bool backwards = task.src_strides[s] < 0;
    std::int64_t plane[most_planes] = {};
    for (int p = 0; p < planes; ++p) plane[p] = (backwards ? planes - 1 - p : p) * task.dst_strides[s];
    const std::byte* const lowest = job.src + (backwards ? (planes - 1) * task.src_strides[s] : 0);
    for_each_position(rows, [&](std::int64_t dst, std::int64_t src) {
        std::byte* to[most_planes];
        for (int p = 0; p < planes; ++p) to[p] = job.dst + dst + plane[p];
        split_planes(to, planes, task.run_bytes, lowest + src, task.shape[task.shape.size() - 1], job.past_caches);
    });
}

void join(const backend::CopyJob& job, const AxisSet& rows) noexcept {
    const detail::CopyTask& task = job.task;
    const int last = task.shape.size() - 1;
    const auto planes = static_cast<int>(task.shape[last]);
    for_each_position(rows, [&](std::int64_t dst, std::int64_t src) {
        const std::byte* from[most_planes];
        for (int p = 0; p < planes; ++p) from[p] = job.src + src + p * task.src_strides[last];
        join_planes(job.dst + dst, from, planes, task.run_bytes, task.shape[task.source_axis], job.past_caches);
    });
}

}  // namespace

bool are_planes(const backend::CopyJob& job) noexcept {
    const detail::CopyTask& task = job.task;
    if (task.shape.size() < 2 || task.source_axis < 0 || task.source_axis == task.shape.size() - 1) return false;
    const bool split = splits(task);
    if (!split && !joins(task)) return false;
    if (!job.past_caches) return true;
    const std::int64_t bytes = row_bytes(task);
    return starts_with_words(job) && (bytes >= least_row_with_ends || (bytes >= least_streamed_row && are_whole_lines(job, other_axes(task), bytes)));
}

void copy_planes(const backend::CopyJob& job) noexcept { splits(job.task) ? split(job, other_axes(job.task)) : join(job, other_axes(job.task)); }

}  // namespace ndlease::cpu
