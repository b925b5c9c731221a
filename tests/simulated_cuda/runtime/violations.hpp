// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <simulated_cuda/control.hpp>

namespace simulated_cuda {
void abort_on_violation(bool abort);
}  // namespace simulated_cuda
