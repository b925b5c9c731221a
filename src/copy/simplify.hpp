// SPDX-License-Identifier: Apache-2.0
// Second step of planning: the same copy with fewer and better ordered axes.
#pragma once

#include <cstdint>

#include "copy/axes.hpp"

namespace ndlease::copying {

struct Simplified {
    std::int64_t dst_offset = 0;  ///< bytes from the old first element to the new one
    std::int64_t src_offset = 0;
    std::int64_t run_bytes = 0;  ///< contiguous bytes on both sides at each position
};

/// Drops axes of extent 1, turns axes so that the destination's strides are positive, sorts by the destination's stride (then the
/// source's), and fuses axes that are one on both sides. The contiguous innermost axis becomes part of the run, unless
/// the items change size or format (`whole_items`), where runs are single items of the destination. No extent may be 0.
[[nodiscard]] Simplified simplify(AxisList* axes, std::int64_t itemsize, bool whole_items) noexcept;

}  // namespace ndlease::copying
