// SPDX-License-Identifier: Apache-2.0
// What the CUDA threads of the running block ask of the executor.
#pragma once

#include <simulated_cuda/thread.hpp>

#include "access_checker.hpp"
#include "shared_arena.hpp"

namespace simulated_cuda {

class ThreadBlock {
public:
    virtual ~ThreadBlock() = default;
    virtual void wait_for_block(const CudaThread& thread, Line where) = 0;
    virtual void wait_for_warp(const CudaThread& thread, Line where) = 0;
    virtual SharedArena& arena() = 0;
    virtual SharedLayout& layout(const CudaThread& thread) = 0;
    /// Null: accesses are not checked.
    virtual AccessChecker* checker() = 0;
};

/// Which CUDA thread this host thread runs from now on.
void set_running_thread(CudaThread* thread) noexcept;

/// Thrown at a barrier to take the stacks of a block down that will not go on.
struct BlockAbandoned {};

}  // namespace simulated_cuda
