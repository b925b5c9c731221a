// SPDX-License-Identifier: Apache-2.0
// The thread that finishes releases which their own thread cannot or should not: deferred ones, and those that a graph capture holds up.
#pragma once

#include <chrono>

#include "lease/control_block.hpp"

namespace ndlease::detail {

/// A share that a graph held and gives back, linked so that giving it back allocates nothing.
struct GraphShare {
    LeaseToken share;
    GraphShare* next = nullptr;
};

/// Starts the thread unless it runs. Called where leases that may need it are made. false when the system has no thread to give.
bool start_reaper() noexcept;

/// The block has no holder; the reaper settles it and runs its callback. Any thread; allocates nothing. Without a thread the block
/// waits until there is one.
void settle_later(ControlBlock& block) noexcept;

/// Any thread, also one of the driver's; makes no device call. The reaper drops the share.
void give_share_later(GraphShare* share) noexcept;

/// Waits until nothing is left to do, at most this long.
void wait_for_reaper(std::chrono::steady_clock::duration patience) noexcept;

/// The same, then ends the thread. What is left is returned as a chain of pending blocks.
[[nodiscard]] ControlBlock* stop_reaper(std::chrono::steady_clock::duration patience) noexcept;

}  // namespace ndlease::detail
