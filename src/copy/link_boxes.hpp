// SPDX-License-Identifier: Apache-2.0
// Cuts a copy between pinned and device memory into parts that go through scratch memory of the device: between the host and it the copy engine moves rows,
// between it and the device's side a kernel moves items.
#pragma once

#include <cstdint>

#include "copy/dma_rows.hpp"
#include "copy/side_order.hpp"

#include <ndlease/copy_plan.hpp>

namespace ndlease::copying {

/// One part. Offsets are bytes from where the task's first axis starts.
struct LinkBox {
    std::int64_t dst_offset = 0, src_offset = 0;
    std::int64_t bytes = 0;    ///< of scratch memory
    std::int64_t payload = 0;  ///< bytes of the host side's elements, each once
    DmaRows dma;               ///< one side of it is the host's, the other scratch memory
    detail::CopyTask kernel;   ///< likewise the device's
};

/// Scratch memory holds the host side's rows one after the other. A row is the part of the host side that its `row_axes` innermost axes span, with the
/// gaps that they leave: only where the host is read. Axes along which the host side stands still are whole in each part.
class LinkBoxes {
public:
    /// `order` is the host side's. No part takes more than limit_bytes of scratch memory, which is at least 16; what is beyond a multiple of 16 is not used.
    LinkBoxes(const SideOrder& order, const detail::CopyTask& task, int row_axes, std::int64_t limit_bytes);

    [[nodiscard]] std::int64_t count() const noexcept { return count_; }
    /// Scratch memory for any part. With this as the limit the parts are the same.
    [[nodiscard]] std::int64_t scratch_bytes() const noexcept;
    [[nodiscard]] LinkBox at(std::int64_t number) const;
    /// The first part's `dma` and `payload`; nothing else is set.
    [[nodiscard]] LinkBox outline() const noexcept;

private:
    struct Part;
    [[nodiscard]] Part part(std::int64_t number) const noexcept;
    [[nodiscard]] DmaRows rows_of(const Part& part) const noexcept;
    [[nodiscard]] std::int64_t host_stride(const Axis& axis) const noexcept { return side_ == TaskSide::source ? axis.src_stride : axis.dst_stride; }
    [[nodiscard]] bool is_in_row(int axis) const noexcept { return axis >= first_of_row_; }

    AxisList axes_;
    TaskSide side_;
    std::int64_t dst_offset_, src_offset_;
    std::int64_t unit_bytes_;
    int first_of_row_;
    bool single_thread_;
    int cut_axis_ = -1;
    std::int64_t per_part_ = 0;
    std::int64_t parts_of_axis_ = 1;
    std::int64_t count_ = 1;
    std::int64_t largest_bytes_ = 0;
};

}  // namespace ndlease::copying
