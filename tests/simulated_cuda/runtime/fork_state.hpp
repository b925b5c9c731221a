// SPDX-License-Identifier: Apache-2.0
// CUDA does not survive fork(): children are told apart here, and what they call is counted where the parent can read it.
#pragma once

#include <cstdint>

namespace simulated_cuda {
[[nodiscard]] bool in_forked_child();
void count_call_in_forked_child();
}  // namespace simulated_cuda
