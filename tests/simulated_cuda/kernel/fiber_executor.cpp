// SPDX-License-Identifier: Apache-2.0
#include "fiber_executor.hpp"

#include <algorithm>
#include <numeric>
#include <simulated_cuda/control.hpp>

#include "counters.hpp"

namespace simulated_cuda {

void FiberExecutor::work(void* worker) {
    Worker& self = *static_cast<Worker*>(worker);
    FiberExecutor& executor = *self.executor;
    while (true) {
        while (executor.started_ < executor.order_.size() && !executor.abandoned_) {
            self.thread = &executor.threads_[executor.order_[executor.started_++]];
            set_running_thread(self.thread);
            executor.run_thread();
            --executor.live_;
            --executor.live_in_warp_[self.thread->warp()];
        }
        self.fiber.pause();
    }
}

void FiberExecutor::run_thread() noexcept {
    try {
        grid_->body();
    } catch (const BlockAbandoned&) {
        // Its stack had to be taken down; why is known.
    } catch (...) {
        if (!error_) {
            error_ = std::current_exception();
        }
        abandoned_ = true;
    }
}

void FiberExecutor::wait(const CudaThread& thread, Waiting waiting, Line where) {
    Worker& self = *current_;
    if (!abandoned_) {
        self.waiting = waiting;
        self.where = where;
        self.fiber.pause();
        self.waiting = Waiting::no;
    }
    if (abandoned_) {
        throw BlockAbandoned{};
    }
    set_running_thread(&threads_[thread.linear]);
}

void FiberExecutor::resume(Worker& worker) {
    current_ = &worker;
    worker.fiber.resume();
    (worker.waiting == Waiting::no ? idle_ : waiting_).push_back(&worker);
}

void FiberExecutor::start_threads() {
    while (started_ < order_.size() && !abandoned_) {
        if (idle_.empty()) {
            idle_.push_back(&workers_.emplace_back(*this));
        }
        Worker& worker = *idle_.back();
        idle_.pop_back();
        resume(worker);
    }
}

std::vector<FiberExecutor::Worker*> FiberExecutor::take_released() {
    std::vector<unsigned> at_warp_barrier(live_in_warp_.size());
    std::size_t at_block_barrier = 0;
    for (const Worker* worker : waiting_) {
        if (worker->waiting == Waiting::warp) {
            ++at_warp_barrier[worker->thread->warp()];
        } else {
            ++at_block_barrier;
        }
    }
    const Line first = waiting_.front()->where;
    const bool one_line = std::all_of(waiting_.begin(), waiting_.end(),
                                      [&](const Worker* worker) { return worker->where.line == first.line && worker->where.file == first.file; });
    if (at_block_barrier == threads_.size() && one_line) {
        ++barriers_;
        if (checker_) {
            checker_->block_passed_barrier();
        }
        return std::exchange(waiting_, {});
    }
    const auto released = [&](const Worker* worker) {
        return worker->waiting == Waiting::warp && at_warp_barrier[worker->thread->warp()] == live_in_warp_[worker->thread->warp()];
    };
    const auto middle = std::stable_partition(waiting_.begin(), waiting_.end(), [&](const Worker* worker) { return !released(worker); });
    std::vector<Worker*> result(middle, waiting_.end());
    waiting_.erase(middle, waiting_.end());
    for (unsigned warp = 0; checker_ && warp < at_warp_barrier.size(); ++warp) {
        if (at_warp_barrier[warp] != 0 && at_warp_barrier[warp] == live_in_warp_[warp]) {
            checker_->warp_passed_barrier(warp);
        }
    }
    return result;
}

void FiberExecutor::abandon() {
    abandoned_ = true;
    while (!waiting_.empty()) {
        Worker* worker = waiting_.back();
        waiting_.pop_back();
        set_running_thread(worker->thread);
        resume(*worker);
    }
}

void FiberExecutor::run_block(std::uint64_t linear) {
    arena_.begin_block(grid_->dynamic_shared_bytes);
    layout_ = arena_.empty_layout();
    if (checker_) {
        checker_->begin_block(layout_);
    }
    for (CudaThread& thread : threads_) {
        thread.block_index = grid_->block_index(linear);
    }
    live_ = threads_.size();
    for (unsigned warp = 0; warp < live_in_warp_.size(); ++warp) {
        live_in_warp_[warp] = std::min(32U, static_cast<unsigned>(threads_.size()) - 32 * warp);
    }
    started_ = 0;
    std::shuffle(order_.begin(), order_.end(), random_);
    start_threads();
    while (!waiting_.empty() && !abandoned_) {
        std::vector<Worker*> released = take_released();
        if (released.empty()) {
            const Worker& one = *waiting_.front();
            report_->add(violation::divergent_barrier, *one.thread, one.where,
                         std::to_string(waiting_.size()) + " threads wait at barriers that the others of the block, " +
                             std::to_string(threads_.size() - live_) + " of which have ended, do not come to");
            break;
        }
        std::shuffle(released.begin(), released.end(), random_);
        for (auto next = released.begin(); next != released.end(); ++next) {
            if (abandoned_) {
                waiting_.insert(waiting_.end(), next, released.end());
                break;
            }
            resume(**next);
        }
    }
    if (!waiting_.empty()) {
        abandon();
    }
    if (checker_) {
        checker_->end_block();
    }
}

void FiberExecutor::run(const Grid& grid) {
    LaunchReport report(grid.name);
    grid_ = &grid;
    report_ = &report;
    random_.seed(grid.options.seed);
    checker_.reset();
    if (grid.options.checks) {
        checker_.emplace(grid, report, shadow_, arena_);
    }
    threads_.assign(grid.threads(), CudaThread{});
    for (unsigned i = 0; i < grid.threads(); ++i) {
        threads_[i] = {grid.thread_index(i), {}, grid.block, grid.grid, i, this};
    }
    order_.resize(grid.threads());
    std::iota(order_.begin(), order_.end(), 0U);
    live_in_warp_.resize((grid.threads() + 31) / 32);
    abandoned_ = false;
    error_ = nullptr;
    barriers_ = 0;

    std::vector<std::uint64_t> blocks(grid.blocks());
    std::iota(blocks.begin(), blocks.end(), std::uint64_t{0});
    std::shuffle(blocks.begin(), blocks.end(), random_);
    CudaThread* const outside = running_thread();
    KernelCounters counters;
    for (auto block = blocks.begin(); block != blocks.end() && !abandoned_; ++block) {
        run_block(*block);
        ++counters.blocks;
    }
    set_running_thread(outside);

    try {
        if (error_) {
            std::rethrow_exception(std::exchange(error_, nullptr));
        }
    } catch (const std::exception& error) {
        report.add(violation::kernel_failed, error.what());
    } catch (...) {
        report.add(violation::kernel_failed, "threw what is no std::exception");
    }
    counters.kernel = grid.name;
    counters.launches = 1;
    counters.threads = counters.blocks * grid.threads();
    counters.barriers = barriers_;
    if (checker_ && grid.options.counters) {
        for (const RequestTable::Site& site : checker_->requests().sites()) {
            counters.total += site.requests;
            counters.lines.push_back({site.file, site.line, site.requests});
        }
    }
    keep_counters(std::move(counters));
}

}  // namespace simulated_cuda
