// SPDX-License-Identifier: Apache-2.0
#include "stream/process_state.hpp"

#include <pthread.h>

#include <atomic>
#include <cstdlib>

namespace ndlease::detail {
namespace {

constinit std::atomic<ProcessState> state{ProcessState::running};
constinit std::atomic<bool> watching_exit{false};
constinit std::atomic<bool> watching_fork{false};

}  // namespace

ProcessState process_state() noexcept { return state.load(std::memory_order_relaxed); }

void set_process_state(ProcessState next) noexcept { state.store(next, std::memory_order_relaxed); }

void watch_exit() noexcept {
    if (!watching_exit.exchange(true, std::memory_order_acq_rel)) (void)std::atexit([] { set_process_state(ProcessState::exiting); });
}

void watch_process() noexcept {
    if (watching_fork.load(std::memory_order_acquire)) return;
    watch_exit();
    if (!watching_fork.exchange(true, std::memory_order_acq_rel)) {
        (void)pthread_atfork(nullptr, nullptr, [] { set_process_state(ProcessState::forked); });
    }
}

}  // namespace ndlease::detail
