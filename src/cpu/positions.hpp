// SPDX-License-Identifier: Apache-2.0
// Walks over the positions of several axes without recursion. Offsets never leave the range of the positions.
#pragma once

#include <cstdint>

#include <ndlease/copy_plan.hpp>

namespace ndlease::cpu {

/// Some axes of a task, outermost first; strides are bytes.
struct AxisSet {
    int rank = 0;
    std::int64_t extent[max_rank];
    std::int64_t dst_stride[max_rank];
    std::int64_t src_stride[max_rank];

    void add(const detail::CopyTask& task, int axis) noexcept {
        extent[rank] = task.shape[axis];
        dst_stride[rank] = task.dst_strides[axis];
        src_stride[rank] = task.src_strides[axis];
        ++rank;
    }
};

/// Calls visit(dst_offset, src_offset) for every position, last axis fastest; once for no axes. Extents are at least 1.
template <class Visit>
void for_each_position(const AxisSet& axes, Visit&& visit) {
    std::int64_t index[max_rank];
    for (int i = 0; i < axes.rank; ++i) index[i] = 0;
    std::int64_t dst_offset = 0;
    std::int64_t src_offset = 0;
    for (;;) {
        visit(dst_offset, src_offset);
        int axis = axes.rank - 1;
        for (; axis >= 0; --axis) {
            if (++index[axis] < axes.extent[axis]) break;
            dst_offset -= (axes.extent[axis] - 1) * axes.dst_stride[axis];
            src_offset -= (axes.extent[axis] - 1) * axes.src_stride[axis];
            index[axis] = 0;
        }
        if (axis < 0) return;
        dst_offset += axes.dst_stride[axis];
        src_offset += axes.src_stride[axis];
    }
}

}  // namespace ndlease::cpu
