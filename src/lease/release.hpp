// SPDX-License-Identifier: Apache-2.0
// What happens when the last holder is gone, and the counters of it.
#pragma once

#include "lease/control_block.hpp"

namespace ndlease::detail {

/// Runs the callback of a lease without holders and recycles its block; when this thread is inside a release callback already,
/// after that one has returned. Allocates nothing.
void run_release(ControlBlock& block) noexcept;

void count_made() noexcept;
void count_double_release() noexcept;

}  // namespace ndlease::detail
