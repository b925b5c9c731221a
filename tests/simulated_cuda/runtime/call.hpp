// SPDX-License-Identifier: Apache-2.0
// The frame of every API function: who may call, faults, the last error, the log, and the scheduler's turn.
#pragma once

#include <utility>

#include "scheduler.hpp"
#include "state.hpp"

namespace simulated_cuda {

/// What the runtime keeps per host thread.
struct ThreadState {
    std::uint64_t generation = 0;
    int device = 0;
    cudaError_t last_error = cudaSuccess;
    cudaStreamCaptureMode capture_mode = cudaStreamCaptureModeGlobal;
    Stream* per_thread[kMaxDevices] = {};
    const char* inside = nullptr;  ///< user code or kernel that the runtime is calling on this thread
};
[[nodiscard]] ThreadState& thread_state();

/// One API call in progress, with the lock held.
struct Call {
    const char* name;
    cudaStream_t stream_handle;
    Runtime& runtime;
    ThreadState& thread;
    Lock& lock;

    /// Records a violation that names the call and its stream.
    void violate(std::string_view kind, const std::string& message) const;
    /// The current device, or the one asked for.
    [[nodiscard]] Device& device() const { return runtime.devices[thread.device]; }
    [[nodiscard]] bool device_exists(int ordinal) const { return ordinal >= 0 && ordinal < runtime.options.devices; }
};

/// Whether the call may not go on: nothing of it happens then. `counted`: faults may hit it.
[[nodiscard]] cudaError_t refuse_before_lock(const char* name, ThreadState& thread);
[[nodiscard]] cudaError_t refuse(const Call& call, bool counted);
/// Last error, log, and work that the scheduler runs at this call.
void finish(const Call& call, cudaError_t result);
/// Unlocks, then calls user code that became due (destructors, callbacks of lost work).
void unlock_and_call_user_code(Runtime& runtime, Lock& lock);

enum class Counted : std::uint8_t { yes, no };

template <class Body>
cudaError_t api(const char* name, cudaStream_t stream, Counted counted, Body&& body) {
    ThreadState& thread = thread_state();
    if (const cudaError_t refused = refuse_before_lock(name, thread); refused != cudaSuccess) {
        return refused;
    }
    Runtime& state = runtime();
    Lock lock(state.mutex);
    const Call call{name, stream, state, thread, lock};
    cudaError_t result = refuse(call, counted == Counted::yes);
    if (result == cudaSuccess) {
        result = std::forward<Body>(body)(call);
    }
    finish(call, result);
    if (!state.user_code.empty()) {
        unlock_and_call_user_code(state, lock);
    }
    return result;
}

template <class Body>
cudaError_t api(const char* name, Body&& body) {
    return api(name, nullptr, Counted::yes, std::forward<Body>(body));
}
template <class Body>
cudaError_t api(const char* name, cudaStream_t stream, Body&& body) {
    return api(name, stream, Counted::yes, std::forward<Body>(body));
}

/// The device is lost: drops all queued work.
void lose_devices(Runtime& runtime, cudaError_t error);

}  // namespace simulated_cuda
