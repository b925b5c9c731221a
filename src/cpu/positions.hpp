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

/// A position that steps through all of several axes, last axis fastest. Extents are at least 1.
class PositionWalk {
public:
    /// `axes` must outlive this object.
    explicit PositionWalk(const AxisSet& axes) noexcept : axes_(&axes), last_(axes.rank - 1) {
        for (int i = 0; i < axes.rank; ++i) index_[i] = 0;
        if (last_ >= 0) {
            left_ = axes.extent[last_] - 1;
            dst_step_ = axes.dst_stride[last_];
            src_step_ = axes.src_stride[last_];
        }
    }

    [[nodiscard]] std::int64_t dst_offset() const noexcept { return dst_offset_; }
    [[nodiscard]] std::int64_t src_offset() const noexcept { return src_offset_; }

    /// To the next position; false after the last, and then this is the first again.
    bool next() noexcept {
        if (left_ == 0) return next_line();
        --left_;
        dst_offset_ += dst_step_;
        src_offset_ += src_step_;
        return true;
    }

private:
    bool next_line() noexcept {
        if (last_ < 0) return false;
        left_ = axes_->extent[last_] - 1;
        dst_offset_ -= left_ * dst_step_;
        src_offset_ -= left_ * src_step_;
        for (int axis = last_ - 1; axis >= 0; --axis) {
            if (++index_[axis] < axes_->extent[axis]) {
                dst_offset_ += axes_->dst_stride[axis];
                src_offset_ += axes_->src_stride[axis];
                return true;
            }
            dst_offset_ -= (axes_->extent[axis] - 1) * axes_->dst_stride[axis];
            src_offset_ -= (axes_->extent[axis] - 1) * axes_->src_stride[axis];
            index_[axis] = 0;
        }
        return false;
    }

    const AxisSet* axes_;
    int last_;
    std::int64_t left_ = 0;  // positions to come on the last axis
    std::int64_t dst_step_ = 0;
    std::int64_t src_step_ = 0;
    std::int64_t dst_offset_ = 0;
    std::int64_t src_offset_ = 0;
    std::int64_t index_[max_rank];  // of the other axes
};

/// Calls visit(dst_offset, src_offset) for every position, last axis fastest; once for no axes. Extents are at least 1.
template <class Visit>
void for_each_position(const AxisSet& axes, Visit&& visit) {
    PositionWalk walk(axes);
    do visit(walk.dst_offset(), walk.src_offset());
    while (walk.next());
}

/// The same with visit(dst_offset, src_offset, later), where `later` is the source's offset `distance` positions further on: its memory may be asked for
/// already. Beyond the last position it begins anew.
template <class Visit>
void for_each_position_ahead(const AxisSet& axes, std::int64_t distance, Visit&& visit) {
    PositionWalk walk(axes);
    PositionWalk later(axes);
    for (std::int64_t i = 0; i < distance; ++i) later.next();
    do {
        visit(walk.dst_offset(), walk.src_offset(), later.src_offset());
        later.next();
    } while (walk.next());
}

}  // namespace ndlease::cpu
