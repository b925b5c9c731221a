// SPDX-License-Identifier: Apache-2.0
// Visits all pairs of items of a copy, in an order that suits the caches and on several threads.
#pragma once

#include <cstddef>
#include <span>

#include "pattern.hpp"

namespace ndlease::patterns {

/// Whether every item of the destination is right.
[[nodiscard]] bool all_items_right(const Copy& copy, std::span<const std::byte> src, std::span<const std::byte> dst, int threads);

/// Overwrites every item of the destination with poison.
void erase_items(const Copy& copy, std::span<std::byte> dst, int threads);

}  // namespace ndlease::patterns
