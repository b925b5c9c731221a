// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state.hpp"

namespace simulated_cuda {
std::shared_ptr<Pool> default_pool(Runtime& runtime, int device);
/// The pool that cudaMallocAsync takes from.
std::shared_ptr<Pool> current_pool(Runtime& runtime, int device);
}  // namespace simulated_cuda
