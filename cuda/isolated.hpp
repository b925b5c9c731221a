// SPDX-License-Identifier: Apache-2.0
// How ndlease makes its calls to the CUDA runtime: unseen by the caller.
#pragma once

#include <cuda_runtime_api.h>

#include <memory>
#include <type_traits>

#include <ndlease/gpu/device_guard.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::gpu {

/// Which call failed, beside its code. A function given to `isolated` sets it when it makes more than one call.
struct CallName {
    const char* name;
};

/// A callable that returns a code, by reference.
class CodeFunction {
public:
    template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, CodeFunction>) explicit CodeFunction(F& function) noexcept
        : object_(std::addressof(function)), run_([](void* object) noexcept -> cudaError_t { return (*static_cast<F*>(object))(); }) {}
    cudaError_t operator()() const noexcept { return run_(object_); }

private:
    void* object_;
    cudaError_t (*run_)(void*) noexcept;
};

enum class Thread : unsigned char {
    any,      ///< where the caller has an error pending, a short-lived thread makes the calls, so that it stays
    calling,  ///< the calls depend on the thread (its default stream, its current device): if they fail, their error replaces one that is pending
};

/// Makes the calls in `calls` with `device` current, or, with any_device, whichever is: they must not depend on it. Afterwards the calling thread's current
/// device and last error are what they were, and open captures that it had are as before. `calls` must not throw. cudaErrorCudartUnloading, without any call,
/// where the process's state forbids them. On failure `*failed` is the name of the call that failed, if it was none of `calls`.
[[nodiscard]] cudaError_t isolated(int device, Thread thread, CodeFunction calls, CallName* failed) noexcept;

template <class Calls>
[[nodiscard]] cudaError_t isolated(int device, Calls&& calls) noexcept {
    return isolated(device, Thread::any, CodeFunction(calls), nullptr);
}

/// On a stream: its device, and the calling thread where the stream is another one on every thread.
template <class Calls>
[[nodiscard]] cudaError_t isolated(StreamRef stream, Calls&& calls) noexcept {
    return isolated(stream.device().id, stream.is_per_thread_default() ? Thread::calling : Thread::any, CodeFunction(calls), nullptr);
}

}  // namespace ndlease::gpu
