// SPDX-License-Identifier: Apache-2.0
// Which pairs of a batch may run side by side.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "copy/plan_parts.hpp"

namespace ndlease::copying {

/// A number for each copy: those of one number may run in any order and at once; all of a number after all of smaller ones. The result is then that of
/// running them one after the other. `max_work` limits the search for shared bytes between each two.
[[nodiscard]] std::vector<int> order_batch(std::span<const PlacedCopy> copies, std::int64_t max_work);

}  // namespace ndlease::copying
