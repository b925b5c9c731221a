// SPDX-License-Identifier: Apache-2.0
// Rows of bytes, as copy engines take them.
#pragma once

#include <cstdint>

namespace ndlease::backend {

/// `planes` times `rows` times `width` contiguous bytes. Pitches are bytes from one row to the next, at least `width` and at most most_pitch; they mean nothing
/// where there is one row. Plane strides are multiples of the pitches, and a plane holds its rows; they mean nothing where there is one plane.
struct RowBlock {
    static constexpr std::int64_t most_pitch = 0x7fffffff;  ///< what the runtime's 2-D copies take (cudaDevAttrMaxPitch)

    std::int64_t width = 0;
    std::int64_t rows = 1, dst_pitch = 0, src_pitch = 0;
    std::int64_t planes = 1, dst_plane = 0, src_plane = 0;
};

}  // namespace ndlease::backend
