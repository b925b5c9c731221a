// SPDX-License-Identifier: Apache-2.0
// Runs at strides as calls of the copy engine: as many rows and planes in each as its rules allow.
#pragma once

#include <cstdint>

#include "backend/row_block.hpp"
#include "copy/axes.hpp"

namespace ndlease::copying {

struct DmaRows {
    backend::RowBlock block;
    AxisList calls;  ///< the positions of the blocks: one call each

    [[nodiscard]] double call_count() const noexcept;
    [[nodiscard]] double row_count() const noexcept;  ///< in blocks of more than one row, of all calls
    [[nodiscard]] double bytes() const noexcept;
};

/// Runs of `width` bytes at the positions of `axes`.
[[nodiscard]] DmaRows arrange_dma_rows(const AxisList& axes, std::int64_t width) noexcept;

/// call(dst_offset, src_offset) for each block; offsets are bytes from where the axes start.
template <class Call>
void for_each_block(const DmaRows& rows, Call&& call) {
    std::int64_t index[max_rank] = {};
    std::int64_t dst = 0;
    std::int64_t src = 0;
    for (;;) {
        call(dst, src);
        int i = rows.calls.rank - 1;
        for (; i >= 0; --i) {
            const Axis& axis = rows.calls.axis[i];
            if (++index[i] < axis.extent) {
                dst += axis.dst_stride;
                src += axis.src_stride;
                break;
            }
            dst -= axis.dst_stride * (axis.extent - 1);
            src -= axis.src_stride * (axis.extent - 1);
            index[i] = 0;
        }
        if (i < 0) return;
    }
}

}  // namespace ndlease::copying
