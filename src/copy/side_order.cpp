// SPDX-License-Identifier: Apache-2.0
#include "copy/side_order.hpp"

#include <algorithm>
#include <cmath>

namespace ndlease::copying {

SideOrder in_order_of(const detail::CopyTask& task, TaskSide side) noexcept {
    SideOrder order;
    order.side = side;
    const auto lies_outside = [side](const Axis& a, const Axis& b) {
        const std::int64_t x = side == TaskSide::source ? a.src_stride : a.dst_stride;
        const std::int64_t y = side == TaskSide::source ? b.src_stride : b.dst_stride;
        return y != 0 && (x == 0 || x > y);
    };
    for (int i = 0; i < task.shape.size(); ++i) {
        Axis axis{task.shape[i], task.dst_strides[i], task.src_strides[i]};
        if ((side == TaskSide::source ? axis.src_stride : axis.dst_stride) < 0) {
            order.dst_offset += axis.dst_stride * (axis.extent - 1);
            order.src_offset += axis.src_stride * (axis.extent - 1);
            axis.dst_stride = -axis.dst_stride;
            axis.src_stride = -axis.src_stride;
        }
        int j = order.axes.rank++;  // sorted as it grows: few axes, mostly in order already
        for (; j > 0 && lies_outside(axis, order.axes.axis[j - 1]); --j) order.axes.axis[j] = order.axes.axis[j - 1];
        order.axes.axis[j] = axis;
    }
    return order;
}

double Scatter::touched(double granule_bytes) const noexcept {
    const auto chunk = static_cast<double>(chunk_bytes);
    double bytes = std::ceil(chunk / granule_bytes) * granule_bytes;
    if (pitch_bytes != 0) bytes = std::min(bytes, static_cast<double>(pitch_bytes));
    return std::max(bytes / chunk, 1.0);
}

Scatter scatter_of(const SideOrder& order, std::int64_t run_bytes) noexcept {
    Scatter scatter{run_bytes, 0, 0};
    for (int i = order.axes.rank - 1; i >= 0; --i) {
        const std::int64_t stride = order.stride(i);
        if (stride == 0) break;
        if (stride != scatter.chunk_bytes) {
            scatter.pitch_bytes = stride;
            break;
        }
        scatter.chunk_bytes *= order.axes.axis[i].extent;
        ++scatter.axes;
    }
    return scatter;
}

}  // namespace ndlease::copying
