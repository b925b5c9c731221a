// SPDX-License-Identifier: Apache-2.0
// Which pairs of a batch may run side by side.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ndlease/copy_plan.hpp>

namespace ndlease::copying {

/// A number for each plan: those of one number may run in any order and at once; all of a number after all of smaller ones. The result is then that of
/// running the plans one after the other. `max_work` limits the search for shared bytes between each two.
[[nodiscard]] std::vector<int> order_batch(std::span<const CopyPlan> plans, std::int64_t max_work);

}  // namespace ndlease::copying
