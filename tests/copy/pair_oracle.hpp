// SPDX-License-Identifier: Apache-2.0
// The oracle of batches: nested loops over one memory that all pairs share.
#pragma once

#include <cstddef>
#include <vector>

#include "copy/loop_oracle.hpp"

namespace ndlease::testing {

/// What one pair does to memory that both sides may share: all is read, then all written.
void apply(std::vector<std::byte>* memory, const Side& dst, const Side& src);

}  // namespace ndlease::testing
