// SPDX-License-Identifier: Apache-2.0
// Where control blocks come from: slabs that are never freed, and a lock-free list of the blocks that are free.
#pragma once

#include "lease/control_block.hpp"

namespace ndlease::detail {

/// A free block. Any thread. Throws Error{errc::out_of_memory}.
[[nodiscard]] ControlBlock* take_block();

/// Gives a block back whose lease is over. Any thread; allocates nothing.
void give_block(ControlBlock* block) noexcept;

/// Calls `visit` with every block that is free now; none of them is handed out meanwhile. Any thread; allocates nothing.
void visit_free_blocks(void (*visit)(ControlBlock&)) noexcept;

}  // namespace ndlease::detail
