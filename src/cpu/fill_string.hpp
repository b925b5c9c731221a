// SPDX-License-Identifier: Apache-2.0
// Fills with the string instruction of x86, which writes whole lines of memory without reading them first, and leaves in the caches what fits there.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ndlease::cpu {

/// Whether fill_by_string may be called for items of so many bytes, and is worth it: only where this processor has that instruction and is fast at it.
[[nodiscard]] bool has_fill_by_string(std::int64_t item_bytes) noexcept;

/// Writes the item `count` times, one after the other. Any alignment; the item does not lie in what is written.
void fill_by_string(std::byte* dst, const std::byte* item, std::int64_t item_bytes, std::int64_t count) noexcept;

}  // namespace ndlease::cpu
