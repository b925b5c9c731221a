// SPDX-License-Identifier: Apache-2.0
#include "thread_executor.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <simulated_cuda/control.hpp>
#include <thread>

#include "counters.hpp"

namespace simulated_cuda {

void ThreadExecutor::wait_for_block(const CudaThread& thread, Line) {
    ++passed_[thread.linear];
    block_barrier_->arrive_and_wait();
    leave_if_abandoned();
}

void ThreadExecutor::wait_for_warp(const CudaThread& thread, Line) {
    warp_barriers_[thread.warp()]->arrive_and_wait();
    leave_if_abandoned();
}

void ThreadExecutor::leave_if_abandoned() const {
    if (abandoned_.load(std::memory_order_relaxed)) {
        throw BlockAbandoned{};
    }
}

void ThreadExecutor::run_thread(CudaThread& thread) {
    set_running_thread(&thread);
    std::string problem;
    try {
        grid_->body();
    } catch (const BlockAbandoned&) {
        // Another thread of the block said why.
    } catch (const std::exception& error) {
        problem = error.what();
    } catch (...) {
        problem = "threw what is no std::exception";
    }
    if (!problem.empty()) {
        const std::lock_guard lock(error_mutex_);
        error_ = problem;
        abandoned_.store(true, std::memory_order_relaxed);
    }
    // Those that still wait go on; that they passed more barriers than this one is seen afterwards.
    block_barrier_->arrive_and_drop();
    warp_barriers_[thread.warp()]->arrive_and_drop();
}

void ThreadExecutor::run_block(std::uint64_t linear) {
    const std::size_t count = threads_.size();
    arena_.begin_block(grid_->dynamic_shared_bytes);
    layouts_.assign(count, arena_.empty_layout());
    passed_.assign(count, 0);
    block_barrier_ = std::make_unique<std::barrier<>>(static_cast<std::ptrdiff_t>(count));
    warp_barriers_.clear();
    for (std::size_t first = 0; first < count; first += 32) {
        warp_barriers_.push_back(std::make_unique<std::barrier<>>(static_cast<std::ptrdiff_t>(std::min<std::size_t>(32, count - first))));
    }
    std::vector<std::thread> hosts;
    hosts.reserve(count);
    for (CudaThread& thread : threads_) {
        thread.block_index = grid_->block_index(linear);
        hosts.emplace_back([this, &thread] { run_thread(thread); });
    }
    for (std::thread& host : hosts) {
        host.join();
    }
    if (error_.empty() && std::adjacent_find(passed_.begin(), passed_.end(), std::not_equal_to<>()) != passed_.end()) {
        report_->add(violation::divergent_barrier, "threads of block " + to_string(grid_->block_index(linear)) + " passed different numbers of barriers");
        error_ = "divergent barrier";
    }
}

void ThreadExecutor::run(const Grid& grid) {
    LaunchReport report(grid.name);
    grid_ = &grid;
    report_ = &report;
    error_.clear();
    abandoned_ = false;
    threads_.assign(grid.threads(), CudaThread{});
    for (unsigned i = 0; i < grid.threads(); ++i) {
        threads_[i] = {grid.thread_index(i), {}, grid.block, grid.grid, i, this};
    }
    std::vector<std::uint64_t> blocks(grid.blocks());
    std::iota(blocks.begin(), blocks.end(), std::uint64_t{0});
    std::mt19937_64 random(grid.options.seed);
    std::shuffle(blocks.begin(), blocks.end(), random);
    KernelCounters counters;
    counters.kernel = grid.name;
    counters.launches = 1;
    for (auto block = blocks.begin(); block != blocks.end() && error_.empty(); ++block) {
        run_block(*block);
        ++counters.blocks;
    }
    counters.threads = counters.blocks * grid.threads();
    if (!error_.empty() && error_ != "divergent barrier") {
        report.add(violation::kernel_failed, error_);
    }
    keep_counters(std::move(counters));
}

}  // namespace simulated_cuda
