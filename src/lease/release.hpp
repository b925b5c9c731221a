// SPDX-License-Identifier: Apache-2.0
// What happens when the last holder is gone.
#pragma once

#include "lease/control_block.hpp"
#include "lease/settle.hpp"

namespace ndlease::detail {

/// Runs the release protocol for a lease without holders: the callback runs here and now, or on the reaper, or the memory is quarantined. When this
/// thread is inside a release callback already, it happens after that one has returned. Allocates nothing.
void run_release(ControlBlock& block) noexcept;

/// The end of a release that another thread settled: the callback, or the quarantine.
void conclude_release(ControlBlock& block, const Settlement& settlement) noexcept;

}  // namespace ndlease::detail
