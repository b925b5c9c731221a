// SPDX-License-Identifier: Apache-2.0
#include "cpu/tile_shape.hpp"

#include <algorithm>

namespace ndlease::cpu {
namespace {

// Bytes of the runs that one tile writes and reads: measured, docs/performance.md. Rows that start within lines are longer, since their ends are dear.
constexpr std::int64_t d_bytes = 256;
constexpr std::int64_t d_bytes_unaligned = 512;
constexpr std::int64_t s_bytes = 256;
constexpr std::int64_t line = 64;

std::int64_t magnitude(std::int64_t stride) noexcept { return stride < 0 ? -stride : stride; }

/// Adds `axis` as far as the group may grow; false when it was not taken whole.
bool add(AxisGroup* group, int axis, std::int64_t extent, std::int64_t limit) noexcept {
    group->inner *= group->block;
    group->axis[group->rank++] = axis;
    group->block = std::clamp<std::int64_t>(limit / group->inner, 1, extent);
    return group->block == extent;
}

/// The next axis outwards of the source that no group holds; -1: none.
int next_source_axis(const AxisSet& axes, const AxisGroup& s, const AxisGroup& d) noexcept {
    int best = -1;
    for (int i = 0; i < axes.rank; ++i) {
        if (axes.src_stride[i] == 0 || s.has(i) || d.has(i)) continue;
        if (best < 0 || magnitude(axes.src_stride[i]) <= magnitude(axes.src_stride[best])) best = i;
    }
    return best;
}

AxisGroup source_group(const AxisSet& axes, int source_axis, std::int64_t item, const AxisGroup& d, std::int64_t limit, bool* is_run) noexcept {
    AxisGroup group;
    *is_run = axes.src_stride[source_axis] == item;
    for (int axis = source_axis; axis >= 0; axis = next_source_axis(axes, group, d)) {
        if (group.rank > 0 && axes.src_stride[axis] != group.positions() * item) {
            if (magnitude(axes.src_stride[axis]) >= line) break;  // it leads to other lines
            *is_run = false;
        }
        if (!add(&group, axis, axes.extent[axis], limit)) break;
    }
    return group;
}

AxisGroup destination_group(const AxisSet& axes, int source_axis, std::int64_t item, std::int64_t limit, bool* is_run) noexcept {
    AxisGroup group;
    *is_run = axes.dst_stride[axes.rank - 1] == item;
    for (int axis = axes.rank - 1; axis >= 0; --axis) {
        if (axis == source_axis) continue;
        if (group.rank > 0 && axes.dst_stride[axis] != group.positions() * item) {
            if (axes.dst_stride[axis] >= line) break;
            *is_run = false;
        }
        if (!add(&group, axis, axes.extent[axis], limit)) break;
    }
    return group;
}

bool writes_whole_lines(const AxisSet& axes) noexcept {
    for (int i = 0; i < axes.rank - 1; ++i) {
        if (axes.dst_stride[i] % line != 0) return false;
    }
    return true;
}

/// Blocks that end with a line, where that is possible without making them much smaller.
void round_to_lines(AxisGroup* group, std::int64_t extent, std::int64_t item) noexcept {
    if (group->block == extent) return;
    for (std::int64_t block = group->block; block > group->block / 2; --block) {
        if (block * group->inner * item % line == 0) {
            group->block = block;
            return;
        }
    }
}

}  // namespace

TileShape tile_shape(const AxisSet& axes, int source_axis, std::int64_t item, const TileLimits& limits) noexcept {
    const std::int64_t budget = limits.bytes / item;
    const auto goal = [&](std::int64_t bytes) { return std::min(std::max<std::int64_t>(bytes / item, 4), limits.positions); };
    const std::int64_t s_goal = goal(s_bytes);
    const std::int64_t d_goal = goal(writes_whole_lines(axes) ? d_bytes : d_bytes_unaligned);
    TileShape tile;
    const std::int64_t s_least = source_group(axes, source_axis, item, {}, s_goal, &tile.s_is_run).positions();
    const std::int64_t d_limit = s_least * 2 < s_goal ? std::min(budget / s_least, limits.positions) : std::min(d_goal, budget / s_least);
    tile.d = destination_group(axes, source_axis, item, d_limit, &tile.d_is_run);
    round_to_lines(&tile.d, axes.extent[tile.d.last()], item);
    const std::int64_t d = tile.d.positions();
    const std::int64_t s_limit = d * 2 < d_goal ? std::min(budget / d, limits.positions) : std::min(s_goal, budget / d);
    tile.s = source_group(axes, source_axis, item, tile.d, s_limit, &tile.s_is_run);
    return tile;
}

}  // namespace ndlease::cpu
