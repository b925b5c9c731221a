// SPDX-License-Identifier: Apache-2.0
// Third step of planning: which way of moving bytes fits the simplified geometry.
#pragma once

#include <cstdint>

#include "copy/axes.hpp"

#include <ndlease/copy_plan.hpp>

namespace ndlease::copying {

/// Runs of at least this many bytes (a cache line) gain nothing from tiles.
inline constexpr std::int64_t long_run_bytes = 64;

/// Two axes with fewer positions than this together are not worth a tile.
inline constexpr std::int64_t least_tile_items = 64;

/// The axis along which the source steps least, of those it moves along at all; the innermost of equals; -1 when there is none.
[[nodiscard]] int source_axis(const AxisList& axes) noexcept;

/// For simplified geometries of at least one element, without conversion and without suboffsets.
[[nodiscard]] CopyPath classify(const AxisList& axes, int source_axis, std::int64_t run_bytes, std::int64_t itemsize) noexcept;

/// The largest power of two up to 16 that divides both addresses, all strides and both itemsizes.
[[nodiscard]] std::int64_t common_word(const AxisList& axes, std::uintptr_t dst, std::uintptr_t src, std::int64_t dst_itemsize,
                                       std::int64_t src_itemsize) noexcept;

}  // namespace ndlease::copying
