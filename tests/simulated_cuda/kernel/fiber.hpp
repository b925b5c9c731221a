// SPDX-License-Identifier: Apache-2.0
// A stack of its own on the same host thread.
#pragma once

#include <ucontext.h>

#include <cstddef>

namespace simulated_cuda {

/// Runs `entry(argument)`, which must never return and must let no exception out, whenever it is resumed, until it pauses. Belongs to whatever
/// host thread resumes it; one that is paused inside a call must be resumed by the same thread. Known to the address sanitizer.
class Fiber {
public:
    static constexpr std::size_t kStackBytes = 128 * 1024;  ///< a kernel has its parameters there, up to 32 KiB of them

    Fiber(void (*entry)(void*), void* argument);  ///< std::bad_alloc without memory for the stack
    ~Fiber();                                     ///< what is on its stack is forgotten, not destroyed
    Fiber(const Fiber&) = delete;
    Fiber& operator=(const Fiber&) = delete;

    void resume();  ///< on another stack; returns when the fiber pauses
    void pause();   ///< on its own stack; returns when it is resumed

private:
    static void start(unsigned high, unsigned low);

    void (*entry_)(void*);
    void* argument_;
    void* mapping_ = nullptr;
    std::byte* stack_ = nullptr;
    ucontext_t own_{}, resumer_{};
    void* own_fake_stack_ = nullptr;
    const void* resumer_stack_ = nullptr;
    std::size_t resumer_stack_bytes_ = 0;
};

}  // namespace simulated_cuda
