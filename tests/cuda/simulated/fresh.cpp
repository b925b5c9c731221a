// SPDX-License-Identifier: Apache-2.0
#include "cuda/simulated/fresh.hpp"

#include "backend/backend.hpp"
#include "lease/stream_uses.hpp"
#include "stream/process_state.hpp"

namespace ndlease::testing {

simulated_cuda::Leaks start_fresh(const simulated_cuda::Options& options) {
    simulated_cuda::clear_faults();
    detail::set_process_state(detail::ProcessState::running);
    detail::destroy_idle_events();
    backend::cuda()->forget_pools();
    return simulated_cuda::reset(options);
}

}  // namespace ndlease::testing
