// SPDX-License-Identifier: Apache-2.0
// A task's axes in the order of one of its sides, and what that side looks like to those who move it.
#pragma once

#include <cstdint>

#include "copy/axes.hpp"

#include <ndlease/copy_plan.hpp>

namespace ndlease::copying {

enum class TaskSide : std::uint8_t { destination, source };

/// The side's strides are positive, the largest outermost; those of 0 (axes along which a source stands still) come first of all.
struct SideOrder {
    AxisList axes;
    TaskSide side = TaskSide::destination;
    std::int64_t dst_offset = 0, src_offset = 0;  ///< bytes from where the task's first axis starts to where this one's does

    [[nodiscard]] std::int64_t stride(int axis) const noexcept { return side == TaskSide::source ? axes.axis[axis].src_stride : axes.axis[axis].dst_stride; }
};
[[nodiscard]] SideOrder in_order_of(const detail::CopyTask& task, TaskSide side) noexcept;

/// How a side is scattered.
struct Scatter {
    std::int64_t chunk_bytes;  ///< contiguous, at the least stride
    std::int64_t pitch_bytes;  ///< from one chunk to the next; 0: there is one
    int axes;                  ///< the innermost ones that are within a chunk

    /// Bytes that are touched for each that is wanted, where memory is touched in granules. At least 1.
    [[nodiscard]] double touched(double granule_bytes) const noexcept;
};
[[nodiscard]] Scatter scatter_of(const SideOrder& order, std::int64_t run_bytes) noexcept;

}  // namespace ndlease::copying
