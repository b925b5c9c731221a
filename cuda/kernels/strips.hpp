// SPDX-License-Identifier: Apache-2.0
// (n, columns) to (columns, n) and back for a few columns: points, pixels, small features. One side holds the columns of a row side by side, the other
// holds columns apart. Both are read and written 16 bytes at a time; words change their places in registers.
#pragma once

#include <cstddef>
#include <cstdint>

#include <cuda_runtime_api.h>

#include "kernels/axes.hpp"

namespace ndlease::gpu {

struct StripsParameters {
    std::byte* dst;
    const std::byte* src;
    std::uint32_t count;            ///< blocks in all, below 2^31
    Divider<std::uint32_t> blocks;  ///< of rows_per_strip rows each, or less in the last
    std::int64_t rows;
    std::int64_t column_stride;  ///< of the side that holds columns apart
    KernelAxes<std::uint32_t> axes;
};

/// Rows that a block moves.
template <int WordBytes>
inline constexpr std::int64_t strip_rows = 128 * (16 / WordBytes);
[[nodiscard]] constexpr std::int64_t rows_per_strip(int word_bytes) noexcept { return strip_rows<1> / word_bytes; }

/// `apart`: the destination holds the columns apart. word_bytes: 1, 2, 4 or 8; columns: 2, 3 or 4. Both addresses, column_stride and the strides of `axes` are
/// multiples of 16.
[[nodiscard]] cudaError_t launch_strips(const StripsParameters& parameters, int word_bytes, int columns, bool apart, cudaStream_t stream);

}  // namespace ndlease::gpu
