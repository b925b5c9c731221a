// SPDX-License-Identifier: Apache-2.0
// Items that change format on the way: strided runs are handed to the converter, in blocks where the two sides are contiguous
// along different axes.
#include <algorithm>

#include "cpu/paths.hpp"
#include "cpu/positions.hpp"

namespace ndlease::cpu {
namespace {

constexpr std::int64_t short_run = 16;    // items: below this, another axis may serve better
constexpr std::int64_t block_items = 64;  // along either axis of a crossed plane

int run_axis(const Dims& shape) noexcept {
    int axis = shape.size() - 1;
    if (shape[axis] >= short_run) return axis;
    for (int i = axis - 1; i >= 0; --i) {
        if (shape[i] > shape[axis]) axis = i;
    }
    return axis;
}

void convert_run(const backend::CopyJob& job, int axis, std::int64_t dst, std::int64_t src, std::int64_t count) noexcept {
    job.converter.run(job.converter.program, job.dst + dst, job.task.dst_strides[axis], job.src + src, job.task.src_strides[axis], count);
}

void convert_plane(const backend::CopyJob& job, int d, int s, std::int64_t dst, std::int64_t src) noexcept {
    const detail::CopyTask& task = job.task;
    for (std::int64_t i = 0; i < task.shape[d]; i += block_items) {
        const std::int64_t count = std::min(block_items, task.shape[d] - i);
        for (std::int64_t k = 0; k < task.shape[s]; ++k) {
            convert_run(job, d, dst + i * task.dst_strides[d] + k * task.dst_strides[s], src + i * task.src_strides[d] + k * task.src_strides[s], count);
        }
    }
}

}  // namespace

void copy_converting(const backend::CopyJob& job) noexcept {
    const detail::CopyTask& task = job.task;
    if (task.shape.empty()) {
        job.converter.run(job.converter.program, job.dst, 0, job.src, 0, 1);
        return;
    }
    const int run = run_axis(task.shape);
    const bool crossed = task.source_axis >= 0 && task.source_axis != run;
    AxisSet outer;
    for (int i = 0; i < task.shape.size(); ++i) {
        if (i != run && !(crossed && i == task.source_axis)) outer.add(task, i);
    }
    for_each_position(outer, [&](std::int64_t dst, std::int64_t src) {
        if (crossed) {
            convert_plane(job, run, task.source_axis, dst, src);
        } else {
            convert_run(job, run, dst, src, task.shape[run]);
        }
    });
}

}  // namespace ndlease::cpu
