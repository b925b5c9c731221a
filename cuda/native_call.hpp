// SPDX-License-Identifier: Apache-2.0
// The shape of every operation on streams and events: isolated calls whose code becomes a Result.
#pragma once

#include <cuda_runtime_api.h>

#include "capture_mode.hpp"
#include "classify.hpp"
#include "isolated.hpp"
#include "stream/operations.hpp"

namespace ndlease::gpu {

[[nodiscard]] inline cudaStream_t stream_of(detail::NativeStream stream) noexcept { return static_cast<cudaStream_t>(stream.handle); }
[[nodiscard]] inline cudaEvent_t event_of(void* event) noexcept { return static_cast<cudaEvent_t>(event); }
[[nodiscard]] inline Thread thread_of(void* stream) noexcept { return stream == static_cast<void*>(cudaStreamPerThread) ? Thread::calling : Thread::any; }

/// One call named `call`, or several that set `call.name` as they go: `calls` takes a CallName&.
template <class Calls>
[[nodiscard]] detail::Result native_calls(int device, Thread thread, const char* name, Calls&& calls) noexcept {
    CallName call{name};
    auto run = [&]() noexcept { return calls(call); };
    const cudaError_t code = isolated(device, thread, CodeFunction(run), &call);
    return result_of(code, call.name);
}

/// A call that waits or asks on the host: captures that are open do not see it.
template <class Call>
[[nodiscard]] cudaError_t unseen_by_captures(CallName& name, Call&& call) noexcept {
    const RelaxedCapture relaxed;
    if (relaxed.code() == cudaSuccess) return call();
    name.name = RelaxedCapture::call;
    return relaxed.code();
}

/// Refuses while `stream` itself is being captured: to ask or wait for it would end the capture.
[[nodiscard]] inline cudaError_t check_not_capturing(CallName& name, cudaStream_t stream) noexcept {
    cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
    const char* const asked_for = name.name;
    name.name = "cudaStreamIsCapturing";
    const cudaError_t code = cudaStreamIsCapturing(stream, &status);
    if (code != cudaSuccess) return code;
    name.name = asked_for;
    return status == cudaStreamCaptureStatusNone ? cudaSuccess : cudaErrorStreamCaptureUnsupported;
}

}  // namespace ndlease::gpu
