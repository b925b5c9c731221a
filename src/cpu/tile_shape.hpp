// SPDX-License-Identifier: Apache-2.0
// What one tile of a copy holds whose two sides are closest along different axes: a group of axes for each side, so that whole cache lines of both are
// used up while a tile is in the first-level cache, whatever the rank and however small the extents.
#pragma once

#include <cstdint>

#include "cpu/positions.hpp"

namespace ndlease::cpu {

/// Positions along some axes; `axis` holds them innermost first. All but the last are whole; of the last, a tile takes `block` positions.
struct AxisGroup {
    int rank = 0;
    int axis[max_rank];
    std::int64_t inner = 1;  ///< positions of the whole axes
    std::int64_t block = 1;

    [[nodiscard]] int last() const noexcept { return axis[rank - 1]; }
    [[nodiscard]] std::int64_t positions() const noexcept { return inner * block; }
    [[nodiscard]] bool has(int wanted) const noexcept {
        for (int i = 0; i < rank; ++i) {
            if (axis[i] == wanted) return true;
        }
        return false;
    }
};

struct TileShape {
    AxisGroup d;  ///< along the destination: its positions are neighbours there, when d_is_run
    AxisGroup s;  ///< along the source: likewise
    bool d_is_run = false;
    bool s_is_run = false;
};

/// What a tile may hold at most.
struct TileLimits {
    std::int64_t bytes;      ///< at least an item
    std::int64_t positions;  ///< of either group
};

/// `source_axis` is not the last one; both have at least two positions. Items are of `item` bytes, at most 1 KiB.
[[nodiscard]] TileShape tile_shape(const AxisSet& axes, int source_axis, std::int64_t item, const TileLimits& limits) noexcept;

}  // namespace ndlease::cpu
