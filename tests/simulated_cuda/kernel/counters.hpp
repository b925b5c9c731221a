// SPDX-License-Identifier: Apache-2.0
// Where finished launches leave what they counted.
#pragma once

#include <simulated_cuda/counters.hpp>

namespace simulated_cuda {

/// Becomes the last, and is added to those of its name. Any thread.
void keep_counters(KernelCounters counters);

}  // namespace simulated_cuda
