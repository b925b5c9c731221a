// SPDX-License-Identifier: Apache-2.0
// Runs grids with one fiber per CUDA thread that waits at a barrier; threads that meet none share a fiber.
#pragma once

#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "fiber.hpp"
#include "thread_block.hpp"

namespace simulated_cuda {

/// Stacks and tables are kept from launch to launch. One launch at a time.
class FiberExecutor final : public ThreadBlock {
public:
    FiberExecutor() : shadow_(SharedArena::kBytes) {}
    void run(const Grid& grid);

    void wait_for_block(const CudaThread& thread, Line where) override { wait(thread, Waiting::block, where); }
    void wait_for_warp(const CudaThread& thread, Line where) override { wait(thread, Waiting::warp, where); }
    SharedArena& arena() override { return arena_; }
    SharedLayout& layout(const CudaThread&) override { return layout_; }
    AccessChecker* checker() override { return checker_ ? &*checker_ : nullptr; }

private:
    enum class Waiting : std::uint8_t { no, block, warp };
    struct Worker {
        explicit Worker(FiberExecutor& owner) : executor(&owner), fiber(&FiberExecutor::work, this) {}
        FiberExecutor* executor;
        CudaThread* thread = nullptr;  // the one that it is in
        Waiting waiting = Waiting::no;
        Line where{};
        Fiber fiber;
    };
    static void work(void* worker);
    void run_thread() noexcept;
    void wait(const CudaThread& thread, Waiting waiting, Line where);
    void run_block(std::uint64_t linear);
    void start_threads();
    /// The waiting fibers that may go on, by now all of a block or all of some warps; none: a divergent barrier.
    std::vector<Worker*> take_released();
    void resume(Worker& worker);
    void abandon();

    const Grid* grid_ = nullptr;
    std::mt19937_64 random_;
    SharedArena arena_;
    SharedLayout layout_;
    SharedShadow shadow_;
    std::optional<AccessChecker> checker_;
    LaunchReport* report_ = nullptr;

    std::deque<Worker> workers_;
    std::vector<Worker*> idle_, waiting_;
    Worker* current_ = nullptr;
    std::vector<CudaThread> threads_;
    std::vector<unsigned> order_;
    std::size_t started_ = 0, live_ = 0;
    std::vector<unsigned> live_in_warp_;
    bool abandoned_ = false;
    std::exception_ptr error_;
    std::uint64_t barriers_ = 0;
};

}  // namespace simulated_cuda
