// SPDX-License-Identifier: Apache-2.0
// Cuts a copy into parts whose packed bytes fit into a slot of a given size.
#pragma once

#include <cstdint>

#include "copy/packed.hpp"
#include "copy/side_order.hpp"

namespace ndlease::copying {

/// A part of a task, in two halves; offsets are bytes from where the task's first axis starts.
struct Piece {
    PackedHalves halves;
    std::int64_t dst_offset = 0;
    std::int64_t src_offset = 0;
};

/// Walks over the parts of a task that is neither a conversion nor indirect. Axes along which the source stands still are whole in each part,
/// so that no byte of the source is moved twice.
class Pieces {
public:
    /// `task` must outlive this object. Throws Error{errc::overflow}.
    Pieces(const detail::CopyTask& task, std::int64_t limit_bytes);
    /// The same, where packed memory is in the order of the side that `order` (of `task`) is of: to move between that side and a part is then as near to
    /// a contiguous copy as can be, and the other side's half does what is left.
    Pieces(const SideOrder& order, const detail::CopyTask& task, std::int64_t limit_bytes);

    [[nodiscard]] std::int64_t count() const noexcept { return count_; }
    [[nodiscard]] std::int64_t largest_bytes() const noexcept { return largest_bytes_; }  ///< packed, of one part
    [[nodiscard]] std::int64_t total_bytes() const noexcept { return total_bytes_; }      ///< packed, of all
    /// Part `number` of [0, count()).
    [[nodiscard]] Piece at(std::int64_t number) const;

private:
    AxisList axes_;
    std::int64_t dst_offset_ = 0, src_offset_ = 0;
    Unit unit_;
    int cut_axis_ = -1;          // -1: one part
    std::int64_t per_part_ = 0;  // positions along cut_axis_
    std::int64_t parts_of_axis_ = 1;
    std::int64_t count_ = 1;
    std::int64_t largest_bytes_ = 0;
    std::int64_t total_bytes_ = 0;
    bool single_thread_ = false;
};

}  // namespace ndlease::copying
