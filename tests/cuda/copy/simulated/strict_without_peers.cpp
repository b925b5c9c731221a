// SPDX-License-Identifier: Apache-2.0
// Linked into a test program: devices that do not reach each other, and a look at every host write to pinned memory that a transfer still reads.
#include <simulated_cuda/control.hpp>

namespace {

[[maybe_unused]] const bool is_set = [] {
    simulated_cuda::Options options;
    options.peer_access_possible = false;
    options.check_pinned_sources = true;
    simulated_cuda::reset(options);
    return true;
}();

}  // namespace
