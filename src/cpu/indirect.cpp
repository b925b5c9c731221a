// SPDX-License-Identifier: Apache-2.0
// A side has suboffsets (PEP 3118): after an indirect axis, the address found is that of a pointer to follow.
#include "backend/suboffset.hpp"
#include "cpu/item.hpp"
#include "cpu/paths.hpp"

namespace ndlease::cpu {
namespace {

void move_line(const backend::CopyJob& job, std::byte* dst, std::int64_t dst_stride, const std::byte* src, std::int64_t src_stride,
               std::int64_t count) noexcept {
    const std::int64_t run = job.task.run_bytes;
    if (job.converter.run != nullptr) {
        job.converter.run(job.converter.program, dst, dst_stride, src, src_stride, count);
    } else if (dst_stride == run && src_stride == run) {
        std::memcpy(dst, src, static_cast<std::size_t>(run * count));
    } else {
        with_item(run, [&](auto item) { move_items(item, dst, dst_stride, src, src_stride, count); });
    }
}

}  // namespace

void copy_indirect(const backend::CopyJob& job) noexcept {
    const detail::CopyTask& task = job.task;
    // The axes after the last pointer are plain; the innermost of them is moved as a line.
    const int rank = task.shape.size();
    const bool has_line = task.dst_suboffsets[rank - 1] < 0 && task.src_suboffsets[rank - 1] < 0;
    const int walked = has_line ? rank - 1 : rank;
    const std::int64_t count = has_line ? task.shape[rank - 1] : 1;
    const std::int64_t dst_stride = has_line ? task.dst_strides[rank - 1] : 0;
    const std::int64_t src_stride = has_line ? task.src_strides[rank - 1] : 0;

    std::int64_t index[max_rank] = {};
    std::byte* dst[max_rank + 1] = {};  // [k]: where axis k starts, for the indices of the axes before it
    const std::byte* src[max_rank + 1] = {};
    dst[0] = job.dst;
    src[0] = job.src;
    int axis = 0;  // the outermost axis whose index has changed
    for (;;) {
        for (; axis < walked; ++axis) {
            dst[axis + 1] = backend::follow(dst[axis] + index[axis] * task.dst_strides[axis], task.dst_suboffsets[axis]);
            src[axis + 1] = backend::follow(src[axis] + index[axis] * task.src_strides[axis], task.src_suboffsets[axis]);
        }
        move_line(job, dst[walked], dst_stride, src[walked], src_stride, count);
        for (axis = walked - 1; axis >= 0 && ++index[axis] == task.shape[axis]; --axis) index[axis] = 0;
        if (axis < 0) return;
    }
}

}  // namespace ndlease::cpu
