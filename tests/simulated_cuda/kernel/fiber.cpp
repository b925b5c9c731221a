// SPDX-License-Identifier: Apache-2.0
#include "fiber.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <new>

#include "sanitizers.hpp"

namespace simulated_cuda {

Fiber::Fiber(void (*entry)(void*), void* argument) : entry_(entry), argument_(argument) {
    // One page below the stack stays closed, so that an overflow dies there.
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    mapping_ = mmap(nullptr, kStackBytes + page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    if (mapping_ == MAP_FAILED) {
        throw std::bad_alloc();
    }
    stack_ = static_cast<std::byte*>(mapping_) + page;
    if (mprotect(stack_, kStackBytes, PROT_READ | PROT_WRITE) != 0) {
        munmap(mapping_, kStackBytes + page);
        throw std::bad_alloc();
    }
    getcontext(&own_);
    own_.uc_stack.ss_sp = stack_;
    own_.uc_stack.ss_size = kStackBytes;
    own_.uc_link = nullptr;
    const auto self = reinterpret_cast<std::uintptr_t>(this);
    makecontext(&own_, reinterpret_cast<void (*)()>(&Fiber::start), 2, static_cast<unsigned>(self >> 32), static_cast<unsigned>(self & 0xFFFFFFFFU));
}

Fiber::~Fiber() {
    unpoison(stack_, kStackBytes);
    munmap(mapping_, kStackBytes + static_cast<std::size_t>(stack_ - static_cast<std::byte*>(mapping_)));
}

void Fiber::start(unsigned high, unsigned low) {
    Fiber* self = reinterpret_cast<Fiber*>((std::uintptr_t{high} << 32) | low);
    finish_switch(nullptr, &self->resumer_stack_, &self->resumer_stack_bytes_);
    self->entry_(self->argument_);
    std::abort();
}

void Fiber::resume() {
    void* fake_stack = nullptr;
    start_switch(&fake_stack, stack_, kStackBytes);
    swapcontext(&resumer_, &own_);
    finish_switch(fake_stack, nullptr, nullptr);
}

void Fiber::pause() {
    start_switch(&own_fake_stack_, resumer_stack_, resumer_stack_bytes_);
    swapcontext(&own_, &resumer_);
    finish_switch(own_fake_stack_, &resumer_stack_, &resumer_stack_bytes_);
}

}  // namespace simulated_cuda
