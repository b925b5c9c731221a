// SPDX-License-Identifier: Apache-2.0
// How often this program has called operator new. Linking allocation_count.cpp replaces the global operators.
#pragma once

#include <cstdint>

namespace ndlease::testing {

[[nodiscard]] std::int64_t allocation_count() noexcept;

}  // namespace ndlease::testing
