// SPDX-License-Identifier: Apache-2.0
// The two sides are contiguous along different axes. Planes of both axes are cut into tiles: each is read in the source's order
// into a small buffer and written in the destination's, so that every cache line of either side is used up while it is held.
#include <algorithm>

#include "cpu/item.hpp"
#include "cpu/paths.hpp"
#include "cpu/positions.hpp"

namespace ndlease::cpu {
namespace {

constexpr std::int64_t buffer_bytes = std::int64_t{16} * 1024;  // half of a small first-level cache
constexpr std::int64_t narrow = 8;                              // positions: a plane this narrow needs no buffer
constexpr std::int64_t narrow_block = 1024;                     // positions along its long side

/// A plane of two axes: `d` is the destination's contiguous one, `s` the source's. Strides are bytes.
struct Plane {
    std::int64_t d_extent, d_dst, d_src;
    std::int64_t s_extent, s_dst, s_src;
};

std::int64_t tile_side(std::int64_t item_bytes) noexcept {
    std::int64_t side = 128;
    while (side > 8 && side * side * item_bytes > buffer_bytes) side /= 2;
    return side;
}

template <class Item>
void move_tile(Item item, const Plane& tile, std::byte* dst, const std::byte* src, std::byte* buffer) noexcept {
    const std::int64_t pitch = tile.d_extent * item.size;
    for (std::int64_t d = 0; d < tile.d_extent; ++d) move_items(item, buffer + d * item.size, pitch, src + d * tile.d_src, tile.s_src, tile.s_extent);
    for (std::int64_t s = 0; s < tile.s_extent; ++s) {
        if (tile.d_dst == item.size) {
            std::memcpy(dst + s * tile.s_dst, buffer + s * pitch, static_cast<std::size_t>(pitch));
        } else {
            move_items(item, dst + s * tile.s_dst, tile.d_dst, buffer + s * pitch, item.size, tile.d_extent);
        }
    }
}

template <class Item>
void move_plane_in_tiles(Item item, const Plane& plane, std::byte* dst, const std::byte* src) noexcept {
    alignas(64) std::byte buffer[buffer_bytes];
    const std::int64_t side = tile_side(item.size);
    Plane tile = plane;
    for (std::int64_t s = 0; s < plane.s_extent; s += side) {
        tile.s_extent = std::min(side, plane.s_extent - s);
        for (std::int64_t d = 0; d < plane.d_extent; d += side) {
            tile.d_extent = std::min(side, plane.d_extent - d);
            move_tile(item, tile, dst + s * plane.s_dst + d * plane.d_dst, src + s * plane.s_src + d * plane.d_src, buffer);
        }
    }
}

// One of the axes is short: lines along the long one, a block of it at a time.
template <class Item>
void move_narrow_plane(Item item, const Plane& plane, std::byte* dst, const std::byte* src) noexcept {
    const bool along_d = plane.d_extent > plane.s_extent;
    const std::int64_t length = along_d ? plane.d_extent : plane.s_extent;
    const std::int64_t lines = along_d ? plane.s_extent : plane.d_extent;
    const std::int64_t dst_step = along_d ? plane.d_dst : plane.s_dst;
    const std::int64_t src_step = along_d ? plane.d_src : plane.s_src;
    const std::int64_t dst_line = along_d ? plane.s_dst : plane.d_dst;
    const std::int64_t src_line = along_d ? plane.s_src : plane.d_src;
    for (std::int64_t i = 0; i < length; i += narrow_block) {
        const std::int64_t count = std::min(narrow_block, length - i);
        for (std::int64_t k = 0; k < lines; ++k) {
            move_items(item, dst + i * dst_step + k * dst_line, dst_step, src + i * src_step + k * src_line, src_step, count);
        }
    }
}

}  // namespace

void copy_tiles(const backend::CopyJob& job) noexcept {
    const detail::CopyTask& task = job.task;
    const int d = task.shape.size() - 1;
    const int s = task.source_axis;
    const Plane plane{task.shape[d], task.dst_strides[d], task.src_strides[d], task.shape[s], task.dst_strides[s], task.src_strides[s]};
    AxisSet outer;
    for (int i = 0; i < d; ++i) {
        if (i != s) outer.add(task, i);
    }
    const bool is_narrow = std::min(plane.d_extent, plane.s_extent) < narrow;
    with_item(task.run_bytes, [&](auto item) {
        for_each_position(outer, [&](std::int64_t dst, std::int64_t src) {
            if (is_narrow) {
                move_narrow_plane(item, plane, job.dst + dst, job.src + src);
            } else {
                move_plane_in_tiles(item, plane, job.dst + dst, job.src + src);
            }
        });
    });
}

}  // namespace ndlease::cpu
