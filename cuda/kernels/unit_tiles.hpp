// SPDX-License-Identifier: Apache-2.0
// The two sides are close along different axes: tiles are read along the source's axis and written along the destination's, through shared memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include <cuda_runtime_api.h>

#include "kernels/axes.hpp"

namespace ndlease::gpu {

/// `d` is the axis along which the destination is close, `s` the source's. A unit is what lies together on both sides, in `unit_words` words.
struct UnitTilesParameters {
    std::byte* dst;
    const std::byte* src;
    std::uint64_t count;  ///< tiles in all
    Divider<std::uint64_t> tiles_d, tiles_s;
    std::uint32_t tile_d, tile_s;             ///< units along each axis of a tile
    std::uint32_t edge_d, edge_s;             ///< the same of the last tile
    std::uint32_t unit_words;                 ///< words of a unit
    Divider<std::uint32_t> by_unit;           ///< unit_words
    Divider<std::uint32_t> by_s, by_edge_s;   ///< words of a row that is read: tile_s or edge_s units
    Divider<std::uint32_t> by_d, by_edge_d;   ///< words of a row that is written
    std::uint32_t pitch;                      ///< bytes between rows in shared memory
    std::int64_t d_dst, d_src, s_dst, s_src;  ///< strides
    KernelAxes<std::uint64_t> axes;           ///< the other axes
};

/// Units along both axes of a tile, and its rows' pitch in bytes.
struct UnitTileShape {
    std::uint32_t d, s, pitch;
};
/// The tile for units of `unit_bytes` <= 64 bytes, in words of `word_bytes`, and these extents: rows of 64 words at least where the extents give
/// them, no larger than shared memory, with a pitch that keeps columns out of each other's banks.
[[nodiscard]] UnitTileShape unit_tile_shape(std::int64_t unit_bytes, int word_bytes, std::int64_t extent_d, std::int64_t extent_s) noexcept;

/// word_bytes: 1, 2, 4, 8 or 16; both addresses and all strides are multiples of it.
[[nodiscard]] cudaError_t launch_unit_tiles(const UnitTilesParameters& parameters, int word_bytes, cudaStream_t stream);

}  // namespace ndlease::gpu
