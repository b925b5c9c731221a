// SPDX-License-Identifier: Apache-2.0
// One item, written many times in a row.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ndlease::cpu {

inline constexpr std::int64_t longest_fill_item = 64;  ///< bytes

/// Writes `count` times the item of `item_bytes` bytes, at most longest_fill_item, from dst on. `streamed`: whole lines go around the caches
/// (cpu/simd/stream.hpp). The item lies outside of what is written.
void fill_items(std::byte* dst, const std::byte* item, std::int64_t item_bytes, std::int64_t count, bool streamed) noexcept;

}  // namespace ndlease::cpu
