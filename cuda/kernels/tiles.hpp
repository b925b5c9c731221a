// SPDX-License-Identifier: Apache-2.0
// Transposes of words: the source is contiguous along one axis and the destination along another. Tiles are read and written 16 bytes at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include <cuda_runtime_api.h>

#include "kernels/axes.hpp"

namespace ndlease::gpu {

/// `d` is the axis along which the destination is contiguous, `s` the source's. An item is one word.
struct TilesParameters {
    std::byte* dst;
    const std::byte* src;
    std::uint32_t count;  ///< tiles in all, below 2^31: as many as device_tile of copy/device_tile.hpp makes of the extents
    Divider<std::uint32_t> tiles_d, tiles_s;
    std::int64_t extent_d, extent_s;
    std::int64_t d_src, s_dst;       ///< strides across the rows of each side
    bool is_aligned;                 ///< all rows of both sides start at multiples of 16 bytes
    KernelAxes<std::uint32_t> axes;  ///< the other axes
};

/// word_bytes: 1, 2, 4, 8 or 16; both addresses and all strides are multiples of it.
[[nodiscard]] cudaError_t launch_tiles(const TilesParameters& parameters, int word_bytes, cudaStream_t stream);

}  // namespace ndlease::gpu
