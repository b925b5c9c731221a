// SPDX-License-Identifier: Apache-2.0
// One item, or one run, written many times.
#include "cpu/fill_string.hpp"
#include "cpu/item.hpp"
#include "cpu/paths.hpp"
#include "cpu/positions.hpp"
#include "cpu/simd/fill.hpp"

namespace ndlease::cpu {
namespace {

constexpr std::int64_t short_fill = 16;  // positions
constexpr std::int64_t line = 64;

// Measured, docs/performance.md.
constexpr std::int64_t least_long_run = 1024;                      // bytes: shorter ones are filled by plain stores
constexpr std::int64_t past_caches_fill = std::int64_t{64} << 20;  // bytes written: nothing is read, so the caches are of use for longer
constexpr std::int64_t many_times = 4;                             // what is repeated so often is hardly read

template <std::size_t N>
void fill(FixedItem<N> item, std::byte* dst, std::int64_t stride, const std::byte* src, std::int64_t count) noexcept {
    std::byte value[N];  // a copy, so that it may stay in registers while dst is written
    item.move(value, src);
    for (std::int64_t i = 0; i < count; ++i) item.move(dst + i * stride, value);
}

void fill(AnyItem item, std::byte* dst, std::int64_t stride, const std::byte* src, std::int64_t count) noexcept {
    for (std::int64_t i = 0; i < count; ++i) item.move(dst + i * stride, src);
}

/// Rows that are repeated, and others.
void copy_rows(const backend::CopyJob& job) noexcept {
    std::int64_t bytes = job.task.run_bytes;
    std::int64_t times = 1;
    for (int i = 0; i < job.task.shape.size(); ++i) {
        bytes *= job.task.shape[i];
        if (job.task.src_strides[i] == 0) times *= job.task.shape[i];
    }
    backend::CopyJob rows = job;
    rows.past_caches = job.past_caches && (times < many_times || bytes >= past_caches_fill);
    copy_strided(rows);
}

std::int64_t positions(const AxisSet& axes) noexcept {
    std::int64_t count = 1;
    for (int i = 0; i < axes.rank; ++i) count *= axes.extent[i];
    return count;
}

bool are_whole_lines(const backend::CopyJob& job, const AxisSet& runs, std::int64_t bytes) noexcept {
    if (runs.rank == 0) return true;  // a single one, whose ends do not matter
    std::uint64_t bits = reinterpret_cast<std::uintptr_t>(job.dst) | static_cast<std::uint64_t>(bytes);
    for (int i = 0; i < runs.rank; ++i) bits |= static_cast<std::uint64_t>(runs.dst_stride[i]);
    return bits % line == 0;
}

/// Runs of `count` items each.
void fill_runs(const backend::CopyJob& job, const AxisSet& runs, std::int64_t item, std::int64_t count) noexcept {
    const std::int64_t bytes = item * count;
    const bool streamed = job.past_caches && bytes >= least_long_run && bytes * positions(runs) >= past_caches_fill && are_whole_lines(job, runs, bytes);
    const bool by_string = !streamed && bytes >= least_long_run && has_fill_by_string(item);
    for_each_position(runs, [&](std::int64_t dst, std::int64_t src) {
        if (by_string) {
            fill_by_string(job.dst + dst, job.src + src, item, count);
        } else {
            fill_items(job.dst + dst, job.src + src, item, count, streamed);
        }
    });
}

}  // namespace

void copy_broadcast(const backend::CopyJob& job) noexcept {
    const int last = job.task.shape.size() - 1;
    const std::int64_t count = job.task.shape[last];
    if (job.task.src_strides[last] != 0 || count < short_fill || job.task.run_bytes > longest_fill_item) {
        copy_rows(job);
        return;
    }
    AxisSet outer;
    for (int i = 0; i < last; ++i) outer.add(job.task, i);
    const std::int64_t stride = job.task.dst_strides[last];
    if (job.task.run_bytes == 1 && stride == 1 && !job.past_caches) {
        for_each_position(outer, [&](std::int64_t dst, std::int64_t src) {
            std::memset(job.dst + dst, std::to_integer<int>(job.src[src]), static_cast<std::size_t>(count));
        });
        return;
    }
    if (stride == job.task.run_bytes) {
        fill_runs(job, outer, stride, count);
        return;
    }
    with_item(job.task.run_bytes, [&](auto item) {
        for_each_position(outer, [&](std::int64_t dst, std::int64_t src) { fill(item, job.dst + dst, stride, job.src + src, count); });
    });
}

}  // namespace ndlease::cpu
