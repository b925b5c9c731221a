// SPDX-License-Identifier: Apache-2.0
#include "copy/classify.hpp"

namespace ndlease::copying {

int source_axis(const AxisList& axes) noexcept {
    int best = -1;
    std::int64_t least = 0;
    for (int i = 0; i < axes.rank; ++i) {
        const std::int64_t stride = axes.axis[i].src_stride;
        const std::int64_t step = stride < 0 ? -stride : stride;
        if (step != 0 && (best < 0 || step <= least)) {
            best = i;
            least = step;
        }
    }
    return best;
}

CopyPath classify(const AxisList& axes, int source_axis, std::int64_t run_bytes, std::int64_t itemsize) noexcept {
    if (axes.rank == 0) return CopyPath::one_run;
    bool repeats = false;
    for (int i = 0; i < axes.rank; ++i) repeats = repeats || axes.axis[i].src_stride == 0;
    const int innermost = axes.rank - 1;
    if (axes.axis[innermost].src_stride == 0 || (repeats && run_bytes >= long_run_bytes)) return CopyPath::broadcast;
    const bool crossed = source_axis != innermost && run_bytes < long_run_bytes;
    if (crossed && axes.axis[innermost].extent * axes.axis[source_axis].extent >= least_tile_items) return CopyPath::tiles;
    return run_bytes > itemsize ? CopyPath::rows : CopyPath::gather;
}

std::int64_t common_word(const AxisList& axes, std::uintptr_t dst, std::uintptr_t src, std::int64_t dst_itemsize, std::int64_t src_itemsize) noexcept {
    std::uint64_t bits = 16U | dst | src | static_cast<std::uint64_t>(dst_itemsize) | static_cast<std::uint64_t>(src_itemsize);
    for (int i = 0; i < axes.rank; ++i) bits |= static_cast<std::uint64_t>(axes.axis[i].dst_stride) | static_cast<std::uint64_t>(axes.axis[i].src_stride);
    return static_cast<std::int64_t>(bits & (~bits + 1));
}

}  // namespace ndlease::copying
