// SPDX-License-Identifier: Apache-2.0
// The axes of one copy while it is being planned: both sides together, on the stack.
#pragma once

#include <cstdint>

#include <ndlease/dims.hpp>

namespace ndlease::copying {

/// Strides are bytes.
struct Axis {
    std::int64_t extent;
    std::int64_t dst_stride;
    std::int64_t src_stride;
};

/// Outermost first. Only the first `rank` axes hold values.
struct AxisList {
    int rank = 0;
    Axis axis[max_rank];

    [[nodiscard]] Axis& innermost() noexcept { return axis[rank - 1]; }
    void push_back(const Axis& a) noexcept { axis[rank++] = a; }
};

}  // namespace ndlease::copying
