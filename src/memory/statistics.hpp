// SPDX-License-Identifier: Apache-2.0
// Counts of memory that could not be given back.
#pragma once

namespace ndlease::detail {

// Its companion count_failed_free is in <ndlease/memory.hpp>.
void count_skipped_free() noexcept;

}  // namespace ndlease::detail
