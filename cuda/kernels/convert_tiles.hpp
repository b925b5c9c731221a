// SPDX-License-Identifier: Apache-2.0
// Numbers that change on the way between sides which are close along different axes: tiles are read along the source's axis and written along the
// destination's, through shared memory, where they lie converted.
#pragma once

#include <cstddef>
#include <cstdint>

#include <cuda_runtime_api.h>

#include "kernels/axes.hpp"
#include "kernels/convert_rules.hpp"

namespace ndlease::gpu {

/// `d` is the axis along which the destination is close, `s` the source's. A unit is `unit` numbers that lie together on both sides.
struct ConvertTilesParameters {
    std::byte* dst;
    const std::byte* src;
    std::uint64_t count;  ///< tiles in all
    Divider<std::uint64_t> tiles_d, tiles_s;
    std::uint32_t tile_d, tile_s;            ///< units along each axis of a tile
    std::uint32_t edge_d, edge_s;            ///< the same of the last tile
    Divider<std::uint32_t> by_unit;          ///< numbers of a unit
    Divider<std::uint32_t> by_s, by_edge_s;  ///< numbers of a row that is read: of tile_s or edge_s units
    Divider<std::uint32_t> by_d, by_edge_d;  ///< numbers of a row that is written
    std::uint32_t pitch;                     ///< numbers between rows in shared memory: an odd count of units, so that a column lies in different banks
    std::int8_t dst_access, src_access;      ///< bytes that are read and written at once: a number's or 1
    ConvertRules rules;
    std::int64_t d_dst, d_src, s_dst, s_src, unit_dst, unit_src;  ///< strides
    KernelAxes<std::uint64_t> axes;                               ///< the other axes
};

/// Units along both axes of a tile, and its rows' pitch in numbers.
struct ConvertTileShape {
    std::uint32_t d, s, pitch;
};
/// Squares of 64 numbers a side where the extents give them; planes that are narrow along one axis get tiles that are as much longer along the other.
[[nodiscard]] ConvertTileShape convert_tile_shape(int unit, std::int64_t extent_d, std::int64_t extent_s) noexcept;

[[nodiscard]] cudaError_t launch_convert_tiles(const ConvertTilesParameters& parameters, cudaStream_t stream);

}  // namespace ndlease::gpu
