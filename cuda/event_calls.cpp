// SPDX-License-Identifier: Apache-2.0
#include "event_calls.hpp"

#include "native_call.hpp"
#include "stream_calls.hpp"

namespace ndlease::gpu {

using detail::NativeStream;
using detail::Result;

namespace {

constexpr const char* record_event = "cudaEventRecord";
cudaError_t record_in(void* event, NativeStream stream) noexcept { return cudaEventRecord(event_of(event), stream_of(stream)); }

}  // namespace

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
    return native_calls(stream.device, thread_of(stream.handle), record_event, [&](CallName&) { return record_in(event, stream); });
}

Result identify_and_record(void* event, NativeStream stream, detail::StreamIdentity* identity) noexcept {
    *identity = {};
    return native_calls(stream.device, thread_of(stream.handle), record_event, [&](CallName& call) {
        if (const cudaError_t code = ask_identity(call, stream, identity); code != cudaSuccess) return code;
        call.name = record_event;
        return record_in(event, stream);
    });
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
