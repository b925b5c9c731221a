// SPDX-License-Identifier: Apache-2.0
#include "thread_block.hpp"

#include <cstdio>
#include <cstdlib>
#include <simulated_cuda/access.hpp>
#include <simulated_cuda/shared_memory.hpp>

namespace simulated_cuda {
namespace {

thread_local CudaThread* running = nullptr;

}  // namespace

void set_running_thread(CudaThread* thread) noexcept { running = thread; }
CudaThread* running_thread() noexcept { return running; }

const CudaThread& this_thread() noexcept {
    if (running == nullptr) {
        std::fputs("simulated CUDA: a kernel's function was called outside of a kernel\n", stderr);
        std::abort();
    }
    return *running;
}

void block_barrier(Line where) {
    const CudaThread& thread = this_thread();
    thread.block->wait_for_block(thread, where);
}

void warp_barrier(Line where) {
    const CudaThread& thread = this_thread();
    thread.block->wait_for_warp(thread, where);
}

void* shared_variable(std::uint64_t key, std::size_t bytes) {
    const CudaThread& thread = this_thread();
    return thread.block->arena().variable(thread.block->layout(thread), key, bytes);
}

void* dynamic_shared() { return this_thread().block->arena().dynamic(); }

bool check_global(const void* address, unsigned bytes, AccessKind kind, Line where) {
    AccessChecker* checker = running == nullptr ? nullptr : running->block->checker();
    return checker == nullptr || checker->global(*running, reinterpret_cast<std::uintptr_t>(address), bytes, kind, where);
}

bool check_shared(const void* address, unsigned bytes, AccessKind kind, Line where) {
    AccessChecker* checker = running == nullptr ? nullptr : running->block->checker();
    return checker == nullptr || checker->shared(*running, reinterpret_cast<std::uintptr_t>(address), bytes, kind, where);
}

bool check_either(const void* address, unsigned bytes, AccessKind kind, Line where) {
    const bool in_shared = running != nullptr && running->block->arena().holds(reinterpret_cast<std::uintptr_t>(address));
    return in_shared ? check_shared(address, bytes, kind, where) : check_global(address, bytes, kind, where);
}

}  // namespace simulated_cuda
