// SPDX-License-Identifier: Apache-2.0
// Runs grids with one host thread per CUDA thread of a block, for the thread sanitizer, which finds the races itself. Accesses are not checked.
#pragma once

#include <atomic>
#include <barrier>
#include <memory>
#include <mutex>
#include <vector>

#include "thread_block.hpp"

namespace simulated_cuda {

class ThreadExecutor final : public ThreadBlock {
public:
    void run(const Grid& grid);

    void wait_for_block(const CudaThread& thread, Line where) override;
    void wait_for_warp(const CudaThread& thread, Line where) override;
    SharedArena& arena() override { return arena_; }
    SharedLayout& layout(const CudaThread& thread) override { return layouts_[thread.linear]; }
    AccessChecker* checker() override { return nullptr; }

private:
    void run_block(std::uint64_t linear);
    void run_thread(CudaThread& thread);
    void leave_if_abandoned() const;

    const Grid* grid_ = nullptr;
    LaunchReport* report_ = nullptr;
    SharedArena arena_;
    std::vector<SharedLayout> layouts_;
    std::vector<CudaThread> threads_;
    std::vector<std::uint64_t> passed_;  // block barriers, per thread
    std::unique_ptr<std::barrier<>> block_barrier_;
    std::vector<std::unique_ptr<std::barrier<>>> warp_barriers_;
    std::atomic<bool> abandoned_{false};  // relaxed: it must order nothing that the sanitizer would then take for ordered
    std::mutex error_mutex_;
    std::string error_;
};

}  // namespace simulated_cuda
