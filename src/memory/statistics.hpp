// SPDX-License-Identifier: Apache-2.0
// Counts of memory that could not be given back.
#pragma once

#include <cstddef>

namespace ndlease::detail {

void count_failed_free(std::size_t bytes) noexcept;
void count_skipped_free() noexcept;

}  // namespace ndlease::detail
