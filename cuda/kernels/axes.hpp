// SPDX-License-Identifier: Apache-2.0
// The axes that a kernel walks over, as its parameters hold them.
#pragma once

#include <cstdint>

#include <ndlease/dims.hpp>

#include "kernels/divider.hpp"

namespace ndlease::gpu {

/// Strides are bytes.
template <class Index>
struct KernelAxis {
    Divider<Index> extent;
    std::int64_t dst_stride, src_stride;
};

/// Innermost first. Only the first `rank` hold values. One more than a View may have: the words of a run.
template <class Index>
struct KernelAxes {
    std::int32_t rank;
    KernelAxis<Index> axis[max_rank + 1];

    void push_back(std::int64_t extent, std::int64_t dst_stride, std::int64_t src_stride) noexcept {
        axis[rank++] = {Divider<Index>(static_cast<std::uint64_t>(extent)), dst_stride, src_stride};
    }
};

}  // namespace ndlease::gpu
