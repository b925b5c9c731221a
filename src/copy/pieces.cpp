// SPDX-License-Identifier: Apache-2.0
#include "copy/pieces.hpp"

#include <algorithm>

namespace ndlease::copying {

Pieces::Pieces(const detail::CopyTask& task, std::int64_t limit_bytes) : Pieces({axes_of(task)}, task, limit_bytes) {}

Pieces::Pieces(const SideOrder& order, const detail::CopyTask& task, std::int64_t limit_bytes)
    : axes_(order.axes),
      dst_offset_(order.dst_offset),
      src_offset_(order.src_offset),
      unit_{task.run_bytes, task.run_bytes},
      single_thread_(task.single_thread) {
    if (unit_.bytes > limit_bytes) {  // the run itself is cut
        axes_.push_back({unit_.bytes, 1, 1});
        unit_ = {1, 1};
    }
    std::int64_t inner = unit_.bytes;
    int axis = axes_.rank - 1;
    for (; axis >= 0; --axis) {
        if (axes_.axis[axis].src_stride == 0) continue;
        if (axes_.axis[axis].extent > limit_bytes / inner) break;
        inner *= axes_.axis[axis].extent;
    }
    largest_bytes_ = total_bytes_ = inner;
    if (axis < 0) return;
    cut_axis_ = axis;
    const std::int64_t extent = axes_.axis[axis].extent;
    per_part_ = std::max<std::int64_t>(limit_bytes / inner, 1);
    parts_of_axis_ = (extent + per_part_ - 1) / per_part_;
    count_ = parts_of_axis_;
    largest_bytes_ = inner * per_part_;
    total_bytes_ = checked_mul(inner, extent, "bytes of a copy");
    for (int i = 0; i < axis; ++i) {
        if (axes_.axis[i].src_stride == 0) continue;
        count_ = checked_mul(count_, axes_.axis[i].extent, "parts of a copy");
        total_bytes_ = checked_mul(total_bytes_, axes_.axis[i].extent, "bytes of a copy");
    }
}

Piece Pieces::at(std::int64_t number) const {
    Piece piece;
    piece.dst_offset = dst_offset_;
    piece.src_offset = src_offset_;
    AxisList part;
    if (cut_axis_ < 0) {
        part = axes_;
    } else {
        const std::int64_t first = number % parts_of_axis_ * per_part_;
        std::int64_t rest = number / parts_of_axis_;
        std::int64_t begin[max_rank] = {};
        begin[cut_axis_] = first;
        for (int i = cut_axis_ - 1; i >= 0; --i) {
            if (axes_.axis[i].src_stride == 0) continue;
            begin[i] = rest % axes_.axis[i].extent;
            rest /= axes_.axis[i].extent;
        }
        for (int i = 0; i < axes_.rank; ++i) {
            Axis axis = axes_.axis[i];
            piece.dst_offset += begin[i] * axis.dst_stride;
            piece.src_offset += begin[i] * axis.src_stride;
            if (i == cut_axis_) {
                axis.extent = std::min(per_part_, axis.extent - first);
            } else if (i < cut_axis_ && axis.src_stride != 0) {
                continue;  // one position
            }
            part.push_back(axis);
        }
    }
    piece.halves = split_by_packed(part, unit_);
    piece.halves.back.single_thread = single_thread_;
    return piece;
}

}  // namespace ndlease::copying
