// SPDX-License-Identifier: Apache-2.0
// Leases whose memory is kept because nobody can tell whether a stream still uses it.
#pragma once

#include "lease/control_block.hpp"
#include "lease/settle.hpp"

namespace ndlease::detail {

/// Keeps the block, counts it and reports it once. Any thread.
void quarantine(ControlBlock& block, const Settlement& why) noexcept;

/// All blocks in quarantine, as a chain of pending blocks; the quarantine is empty afterwards, and its count as before.
[[nodiscard]] ControlBlock* take_quarantined() noexcept;
/// Puts back what was taken and is to stay; neither counted nor reported again.
void keep_quarantined(ControlBlock& block) noexcept;

}  // namespace ndlease::detail
