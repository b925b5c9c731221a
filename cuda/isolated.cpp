// SPDX-License-Identifier: Apache-2.0
#include "isolated.hpp"

#include <system_error>
#include <thread>

#include "classify.hpp"
#include "last_error_guard.hpp"
#include "stream/process_state.hpp"

namespace ndlease::gpu {
namespace {

cudaError_t make_calls(int device, CodeFunction calls, CallName* failed) noexcept {
    const DeviceGuard guard(device);
    if (guard.code() != cudaSuccess) {
        if (failed != nullptr) failed->name = guard.call();
        return guard.code();
    }
    return calls();
}

cudaError_t make_calls_here(int device, CodeFunction calls, CallName* failed) noexcept {
    const LastErrorGuard last_error;  // before the device's guard: its own failures are cleared as well
    return make_calls(device, calls, failed);
}

}  // namespace

cudaError_t isolated(int device, Thread thread, CodeFunction calls, CallName* failed) noexcept {
    using detail::ProcessState;
    if (detail::process_state() != ProcessState::running) return cudaErrorCudartUnloading;
    detail::watch_process();
    const cudaError_t pending = cudaPeekAtLastError();
    if (thread == Thread::calling || pending == cudaSuccess || is_sticky(pending)) return make_calls_here(device, calls, failed);
    cudaError_t result = cudaSuccess;
    try {
        std::thread([&]() noexcept { result = make_calls(device, calls, failed); }).join();
    } catch (const std::system_error&) {  // no thread to be had
        result = make_calls_here(device, calls, failed);
    }
    return result;
}

}  // namespace ndlease::gpu
