// SPDX-License-Identifier: Apache-2.0
#include "copy/task.hpp"

#include "copy/classify.hpp"
#include "copy/simplify.hpp"

namespace ndlease::copying {
namespace {

bool has_no_bytes(const AxisList& axes, const Items& items) noexcept {
    for (int i = 0; i < axes.rank; ++i) {
        if (axes.axis[i].extent == 0) return true;
    }
    return items.dst_itemsize == 0;
}

// Pointers are followed axis by axis, so the order of the axes stays as it is.
void fill_indirect(const Items& items, int rank, detail::CopyTask* task) {
    task->path = CopyPath::indirect;
    task->run_bytes = items.converting ? 0 : items.dst_itemsize;
    task->dst_suboffsets = items.dst_suboffsets.empty() ? Dims(rank, -1) : items.dst_suboffsets;
    task->src_suboffsets = items.src_suboffsets.empty() ? Dims(rank, -1) : items.src_suboffsets;
}

void fill_direct(AxisList* axes, const Items& items, detail::CopyTask* task) noexcept {
    const Simplified simplified = simplify(axes, items.dst_itemsize, items.converting);
    task->dst_offset = simplified.dst_offset;
    task->src_offset = simplified.src_offset;
    task->run_bytes = items.converting ? 0 : simplified.run_bytes;
    task->source_axis = source_axis(*axes);
    task->path = items.converting ? CopyPath::convert : classify(*axes, task->source_axis, simplified.run_bytes, items.dst_itemsize);
}

}  // namespace

detail::CopyTask build_task(AxisList* axes, const Items& items) {
    detail::CopyTask task;
    build_task(axes, items, &task);
    return task;
}

void build_task(AxisList* axes, const Items& items, detail::CopyTask* task) {
    task->dst_itemsize = items.dst_itemsize;
    task->src_itemsize = items.src_itemsize;
    if (has_no_bytes(*axes, items)) {
        axes->rank = 0;
        return;
    }
    if (!items.dst_suboffsets.empty() || !items.src_suboffsets.empty()) {
        fill_indirect(items, axes->rank, task);
    } else {
        fill_direct(axes, items, task);
    }
    if (axes->rank == 0) return;  // one run
    std::int64_t numbers[3][max_rank];
    for (int i = 0; i < axes->rank; ++i) {
        numbers[0][i] = axes->axis[i].extent;
        numbers[1][i] = axes->axis[i].dst_stride;
        numbers[2][i] = axes->axis[i].src_stride;
    }
    const auto rank = static_cast<std::size_t>(axes->rank);
    task->shape.assign({numbers[0], rank});
    task->dst_strides.assign({numbers[1], rank});
    task->src_strides.assign({numbers[2], rank});
}

}  // namespace ndlease::copying
