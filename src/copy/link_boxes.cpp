// SPDX-License-Identifier: Apache-2.0
#include "copy/link_boxes.hpp"

#include <algorithm>

#include "copy/task.hpp"

namespace ndlease::copying {
namespace {

/// Rows of scratch memory start where the widest word may.
constexpr std::int64_t row_alignment = 16;
std::int64_t padded(std::int64_t row_bytes) noexcept { return (row_bytes + row_alignment - 1) / row_alignment * row_alignment; }

/// The axis between one side of the copy, which stays, and scratch memory in place of the other.
Axis with_scratch(const Axis& axis, std::int64_t scratch_stride, TaskSide stays) noexcept {
    return stays == TaskSide::source ? Axis{axis.extent, scratch_stride, axis.src_stride} : Axis{axis.extent, axis.dst_stride, scratch_stride};
}

}  // namespace

/// The axes of one part, and where its bytes lie in scratch memory.
struct LinkBoxes::Part {
    AxisList axes;
    std::int64_t scratch_strides[max_rank];
    int first_of_row = 0;
    std::int64_t row_bytes = 0;
    std::int64_t bytes = 0;
    std::int64_t payload = 0;
    std::int64_t dst_offset = 0, src_offset = 0;
};

LinkBoxes::LinkBoxes(const SideOrder& order, const detail::CopyTask& task, int row_axes, std::int64_t limit_bytes)
    : axes_(order.axes),
      side_(order.side),
      dst_offset_(order.dst_offset),
      src_offset_(order.src_offset),
      unit_bytes_(task.run_bytes),
      first_of_row_(order.axes.rank - row_axes),
      single_thread_(task.single_thread) {
    limit_bytes = limit_bytes / row_alignment * row_alignment;
    if (unit_bytes_ > limit_bytes) {  // the run itself is cut
        axes_.push_back({unit_bytes_, 1, 1});
        unit_bytes_ = 1;
    }
    std::int64_t bytes = unit_bytes_;
    int axis = axes_.rank - 1;
    for (; axis >= 0; --axis) {
        const std::int64_t stride = host_stride(axes_.axis[axis]);
        const std::int64_t extent = axes_.axis[axis].extent;
        if (stride == 0) continue;
        if (is_in_row(axis)) {
            if (extent - 1 > (limit_bytes - bytes) / stride) break;
            bytes += (extent - 1) * stride;
        } else {
            if (padded(bytes) > limit_bytes / extent) break;
            bytes = padded(bytes) * extent;
        }
    }
    largest_bytes_ = bytes;
    if (axis < 0) return;
    cut_axis_ = axis;
    const std::int64_t extent = axes_.axis[axis].extent;
    const std::int64_t stride = host_stride(axes_.axis[axis]);
    per_part_ = is_in_row(axis) ? 1 + (limit_bytes - bytes) / stride : std::max<std::int64_t>(limit_bytes / padded(bytes), 1);
    largest_bytes_ = is_in_row(axis) ? bytes + (per_part_ - 1) * stride : padded(bytes) * per_part_;
    count_ = parts_of_axis_ = (extent + per_part_ - 1) / per_part_;
    for (int i = 0; i < axis; ++i) {
        if (host_stride(axes_.axis[i]) != 0) count_ = checked_mul(count_, axes_.axis[i].extent, "parts of a copy");
    }
}

std::int64_t LinkBoxes::scratch_bytes() const noexcept { return padded(largest_bytes_); }

LinkBoxes::Part LinkBoxes::part(std::int64_t number) const noexcept {
    std::int64_t begin[max_rank] = {};
    std::int64_t cut_extent = 0;
    if (cut_axis_ >= 0) {
        begin[cut_axis_] = number % parts_of_axis_ * per_part_;
        cut_extent = std::min(per_part_, axes_.axis[cut_axis_].extent - begin[cut_axis_]);
        std::int64_t rest = number / parts_of_axis_;
        for (int i = cut_axis_ - 1; i >= 0; --i) {
            if (host_stride(axes_.axis[i]) == 0) continue;
            begin[i] = rest % axes_.axis[i].extent;
            rest /= axes_.axis[i].extent;
        }
    }
    Part part;
    part.dst_offset = dst_offset_;
    part.src_offset = src_offset_;
    bool found_row = false;
    for (int i = 0; i < axes_.rank; ++i) {
        Axis axis = axes_.axis[i];
        part.dst_offset += begin[i] * axis.dst_stride;
        part.src_offset += begin[i] * axis.src_stride;
        if (i == cut_axis_) {
            axis.extent = cut_extent;
        } else if (i < cut_axis_ && host_stride(axis) != 0) {
            continue;  // one position
        }
        if (is_in_row(i) && !found_row) {
            part.first_of_row = part.axes.rank;
            found_row = true;
        }
        part.axes.push_back(axis);
    }
    if (!found_row) part.first_of_row = part.axes.rank;

    part.bytes = part.payload = unit_bytes_;
    for (int i = part.axes.rank - 1; i >= 0; --i) {
        const Axis& axis = part.axes.axis[i];
        const std::int64_t stride = host_stride(axis);
        if (i == part.first_of_row - 1) part.row_bytes = part.bytes;
        if (stride == 0) {
            part.scratch_strides[i] = 0;
            continue;
        }
        part.payload *= axis.extent;
        if (i >= part.first_of_row) {
            part.scratch_strides[i] = stride;
            part.bytes += (axis.extent - 1) * stride;
        } else {
            part.scratch_strides[i] = padded(part.bytes);
            part.bytes = padded(part.bytes) * axis.extent;
        }
    }
    if (part.first_of_row == 0) part.row_bytes = part.bytes;
    return part;
}

DmaRows LinkBoxes::rows_of(const Part& part) const noexcept {
    AxisList rows;
    for (int i = 0; i < part.first_of_row; ++i) {
        const Axis& axis = part.axes.axis[i];
        if (host_stride(axis) != 0) rows.push_back(with_scratch(axis, part.scratch_strides[i], side_));
    }
    return arrange_dma_rows(rows, part.row_bytes);
}

LinkBox LinkBoxes::outline() const noexcept {
    const Part first = part(0);
    LinkBox box;
    box.dma = rows_of(first);
    box.payload = first.payload;
    return box;
}

LinkBox LinkBoxes::at(std::int64_t number) const {
    const Part here = part(number);
    LinkBox box;
    box.dst_offset = here.dst_offset;
    box.src_offset = here.src_offset;
    box.bytes = here.bytes;
    box.payload = here.payload;
    box.dma = rows_of(here);
    AxisList items;
    for (int i = 0; i < here.axes.rank; ++i) {
        items.push_back(with_scratch(here.axes.axis[i], here.scratch_strides[i], side_ == TaskSide::source ? TaskSide::destination : TaskSide::source));
    }
    box.kernel = build_task(&items, {unit_bytes_, unit_bytes_, false});
    box.kernel.single_thread = single_thread_;
    return box;
}

}  // namespace ndlease::copying
