// SPDX-License-Identifier: Apache-2.0
// Lease::make for callers that hold its options apart, without a copy of them.
#pragma once

#include <ndlease/lease.hpp>

namespace ndlease::detail {

/// The share of a new lease; `Lease::adopt` takes it. Takes `release` and `ready` over. Throws what Lease::make throws; then `release` is the caller's still.
[[nodiscard]] LeaseToken start_lease(ReleaseCallback&& release, const ReleasePolicy& policy, ResizeLock* lock, Device memory, PendingWork&& ready);

}  // namespace ndlease::detail
