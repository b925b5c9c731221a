// SPDX-License-Identifier: Apache-2.0
#include "grid.hpp"

#include <mutex>

#include "../runtime/kernel_side.hpp"
#include "sanitizers.hpp"
#ifdef SIMULATED_CUDA_TSAN
#include "thread_executor.hpp"
#else
#include "fiber_executor.hpp"
#endif

namespace simulated_cuda {
namespace {

#ifdef SIMULATED_CUDA_TSAN
using Executor = ThreadExecutor;
constexpr bool kThreads = true;
#else
using Executor = FiberExecutor;
constexpr bool kThreads = false;
#endif

/// Executors that run nothing now. Never destroyed, and never bound to a host thread: no fiber is inside a kernel between launches.
struct Executors {
    std::mutex mutex;
    std::vector<std::unique_ptr<Executor>> idle;
};
Executors& executors() {
    static Executors* const result = new Executors;
    return *result;
}

}  // namespace

bool kernels_run_as_threads() { return kThreads; }

void run_grid(const Grid& grid) {
    std::unique_ptr<Executor> executor;
    {
        const std::lock_guard lock(executors().mutex);
        if (!executors().idle.empty()) {
            executor = std::move(executors().idle.back());
            executors().idle.pop_back();
        }
    }
    if (!executor) {
        executor = std::make_unique<Executor>();
    }
    if (kThreads || !grid.options.checks) {
        for (const std::uintptr_t word : grid.argument_words) {
            (void)block_containing(word);  // the runtime notes the use
        }
    }
    executor->run(grid);
    const std::lock_guard lock(executors().mutex);
    executors().idle.push_back(std::move(executor));
}

}  // namespace simulated_cuda
