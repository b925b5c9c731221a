// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <simulated_cuda/control.hpp>

namespace ndlease::testing {

/// A simulated machine as a new process finds it: what the library kept from before is given back first. Returns what was still alive besides.
simulated_cuda::Leaks start_fresh(const simulated_cuda::Options& options = {});

}  // namespace ndlease::testing
