// SPDX-License-Identifier: Apache-2.0
#include "copy/simplify.hpp"

namespace ndlease::copying {
namespace {

std::int64_t magnitude(std::int64_t stride) noexcept { return stride < 0 ? -stride : stride; }

bool lies_outside(const Axis& a, const Axis& b) noexcept {
    if (a.dst_stride != b.dst_stride) return a.dst_stride > b.dst_stride;
    return magnitude(a.src_stride) > magnitude(b.src_stride);
}

void drop_and_turn(AxisList* axes, Simplified* result) noexcept {
    int kept = 0;
    for (int i = 0; i < axes->rank; ++i) {
        Axis axis = axes->axis[i];
        if (axis.extent == 1) continue;
        if (axis.dst_stride < 0 || (axis.dst_stride == 0 && axis.src_stride < 0)) {
            result->dst_offset += axis.dst_stride * (axis.extent - 1);
            result->src_offset += axis.src_stride * (axis.extent - 1);
            axis.dst_stride = -axis.dst_stride;
            axis.src_stride = -axis.src_stride;
        }
        axes->axis[kept++] = axis;
    }
    axes->rank = kept;
}

// Few axes, mostly in order already: insertion is the quickest sort.
void sort(AxisList* axes) noexcept {
    for (int i = 1; i < axes->rank; ++i) {
        const Axis moving = axes->axis[i];
        int j = i;
        for (; j > 0 && lies_outside(moving, axes->axis[j - 1]); --j) axes->axis[j] = axes->axis[j - 1];
        axes->axis[j] = moving;
    }
}

bool is_multiple(std::int64_t outer, std::int64_t inner, std::int64_t extent) noexcept {
    std::int64_t span = 0;
    return mul_fits(inner, extent, &span) && span == outer;
}

void fuse(AxisList* axes) noexcept {
    if (axes->rank == 0) return;
    int last = 0;
    for (int i = 1; i < axes->rank; ++i) {
        Axis& outer = axes->axis[last];
        const Axis inner = axes->axis[i];
        if (is_multiple(outer.dst_stride, inner.dst_stride, inner.extent) && is_multiple(outer.src_stride, inner.src_stride, inner.extent)) {
            outer = {outer.extent * inner.extent, inner.dst_stride, inner.src_stride};
        } else {
            axes->axis[++last] = inner;
        }
    }
    axes->rank = last + 1;
}

}  // namespace

Simplified simplify(AxisList* axes, std::int64_t itemsize, bool whole_items) noexcept {
    Simplified result;
    result.run_bytes = itemsize;
    drop_and_turn(axes, &result);
    sort(axes);
    fuse(axes);
    if (!whole_items && axes->rank > 0 && axes->innermost().dst_stride == itemsize && axes->innermost().src_stride == itemsize) {
        result.run_bytes = itemsize * axes->innermost().extent;
        --axes->rank;
    }
    return result;
}

}  // namespace ndlease::copying
