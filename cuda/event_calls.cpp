// SPDX-License-Identifier: Apache-2.0
#include "event_calls.hpp"

#include "native_call.hpp"

namespace ndlease::gpu {

using detail::NativeStream;
using detail::Result;

Result make_event(int device, void** event) noexcept {
    return native_calls(device, Thread::any, "cudaEventCreateWithFlags", [&](CallName&) {
        cudaEvent_t made = nullptr;
        const cudaError_t code = cudaEventCreateWithFlags(&made, cudaEventDisableTiming);
        if (code == cudaSuccess) *event = made;
        return code;
    });
}

void destroy_event(int device, void* event) noexcept {
    // What fails leaves an event to the runtime, which has nobody to tell.
    static_cast<void>(isolated(device, [&] { return cudaEventDestroy(event_of(event)); }));
}

Result record(void* event, NativeStream stream) noexcept {
    return native_calls(stream.device, thread_of(stream.handle), "cudaEventRecord",
                        [&](CallName&) { return cudaEventRecord(event_of(event), stream_of(stream)); });
}

Result wait(NativeStream stream, void* event, bool external) noexcept {
    return native_calls(stream.device, thread_of(stream.handle), "cudaStreamWaitEvent", [&](CallName&) {
        return cudaStreamWaitEvent(stream_of(stream), event_of(event), external ? cudaEventWaitExternal : cudaEventWaitDefault);
    });
}

Result query_event(void* event) noexcept {
    return native_calls(any_device, Thread::any, "cudaEventQuery",
                        [&](CallName& call) { return unseen_by_captures(call, [&] { return cudaEventQuery(event_of(event)); }); });
}

Result synchronize_event(void* event) noexcept {
    return native_calls(any_device, Thread::any, "cudaEventSynchronize",
                        [&](CallName& call) { return unseen_by_captures(call, [&] { return cudaEventSynchronize(event_of(event)); }); });
}

}  // namespace ndlease::gpu
