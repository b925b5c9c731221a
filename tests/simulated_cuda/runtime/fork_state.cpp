// SPDX-License-Identifier: Apache-2.0
#include "fork_state.hpp"

#include <pthread.h>
#include <sys/mman.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <simulated_cuda/control.hpp>

namespace simulated_cuda {
namespace {
std::atomic<bool> child{false};

struct Counter {
    std::atomic<std::uint64_t>* calls;
    Counter() {
        void* const page = mmap(nullptr, sizeof(std::atomic<std::uint64_t>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED) {
            std::perror("simulated CUDA: mmap");
            std::abort();
        }
        calls = new (page) std::atomic<std::uint64_t>(0);
        pthread_atfork(nullptr, nullptr, [] { child.store(true, std::memory_order_relaxed); });
    }
};
Counter& counter() {
    static auto& leaked = *new Counter;
    return leaked;
}
// Before any thread can fork, so that the first call of a child is recognised too.
[[maybe_unused]] const bool prepared = (static_cast<void>(counter()), true);
}  // namespace

bool in_forked_child() { return child.load(std::memory_order_relaxed); }
void count_call_in_forked_child() { counter().calls->fetch_add(1, std::memory_order_relaxed); }
std::uint64_t calls_in_forked_children() { return counter().calls->load(std::memory_order_relaxed); }

}  // namespace simulated_cuda
