// SPDX-License-Identifier: Apache-2.0
#include "stream_calls.hpp"

#include "native_call.hpp"

namespace ndlease::gpu {

using detail::NativeStream;
using detail::Result;

namespace {

constexpr const char* get_id = "cudaStreamGetId";
constexpr const char* get_capture = "cudaStreamGetCaptureInfo";

cudaError_t ask_id(NativeStream stream, std::uint64_t* id) noexcept {
    unsigned long long number = 0;
    const cudaError_t code = cudaStreamGetId(stream_of(stream), &number);
    if (code == cudaSuccess) *id = number;
    return code;
}

// The legacy default stream cannot be captured, and to ask for it would spoil captures of the streams that it waits for.
bool cannot_be_captured(NativeStream stream) noexcept { return stream.handle == static_cast<void*>(cudaStreamLegacy); }

cudaError_t ask_capture(NativeStream stream, detail::CaptureState* state) noexcept {
    cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
    unsigned long long id = 0;
    const cudaError_t code = cudaStreamGetCaptureInfo(stream_of(stream), &status, &id);
    if (code != cudaSuccess) return code;
    // A spoilt capture is one until its owner ends it: nothing may be enqueued that is meant to run.
    state->active = status != cudaStreamCaptureStatusNone;
    state->id = state->active ? id : 0;
    return code;
}

}  // namespace

cudaError_t ask_identity(CallName& call, NativeStream stream, detail::StreamIdentity* identity) noexcept {
    if (!cannot_be_captured(stream)) {
        call.name = get_capture;
        if (const cudaError_t code = ask_capture(stream, &identity->capture); code != cudaSuccess) return code;
    }
    call.name = get_id;
    return ask_id(stream, &identity->id);
}

Result make_stream(int device, int priority, void** stream) noexcept {
    return native_calls(device, Thread::any, "cudaStreamCreateWithPriority", [&](CallName&) {
        cudaStream_t made = nullptr;
        const cudaError_t code = cudaStreamCreateWithPriority(&made, cudaStreamNonBlocking, priority);
        if (code == cudaSuccess) *stream = made;
        return code;
    });
}

Result destroy_stream(NativeStream stream) noexcept {
    return native_calls(stream.device, Thread::any, "cudaStreamDestroy", [&](CallName&) { return cudaStreamDestroy(stream_of(stream)); });
}

Result stream_device(void* stream, int* device) noexcept {
    // The default streams are the current device's.
    const bool is_default = stream == static_cast<void*>(cudaStreamLegacy) || stream == static_cast<void*>(cudaStreamPerThread);
    return native_calls(any_device, is_default ? Thread::calling : Thread::any, "cudaStreamGetDevice",
                        [&](CallName&) { return cudaStreamGetDevice(static_cast<cudaStream_t>(stream), device); });
}

Result stream_id(NativeStream stream, std::uint64_t* id) noexcept {
    return native_calls(stream.device, thread_of(stream.handle), get_id, [&](CallName&) { return ask_id(stream, id); });
}

Result stream_capture(NativeStream stream, detail::CaptureState* state) noexcept {
    *state = {};
    if (cannot_be_captured(stream)) return {};
    return native_calls(stream.device, thread_of(stream.handle), get_capture, [&](CallName&) { return ask_capture(stream, state); });
}

Result identify_stream(NativeStream stream, detail::StreamIdentity* identity) noexcept {
    *identity = {};
    return native_calls(stream.device, thread_of(stream.handle), get_capture, [&](CallName& call) { return ask_identity(call, stream, identity); });
}

Result query_stream(NativeStream stream) noexcept {
    return native_calls(stream.device, thread_of(stream.handle), "cudaStreamQuery", [&](CallName& call) {
        if (const cudaError_t code = check_not_capturing(call, stream_of(stream)); code != cudaSuccess) return code;
        return unseen_by_captures(call, [&] { return cudaStreamQuery(stream_of(stream)); });
    });
}

Result synchronize_stream(NativeStream stream) noexcept {
    return native_calls(stream.device, thread_of(stream.handle), "cudaStreamSynchronize", [&](CallName& call) {
        if (const cudaError_t code = check_not_capturing(call, stream_of(stream)); code != cudaSuccess) return code;
        return unseen_by_captures(call, [&] { return cudaStreamSynchronize(stream_of(stream)); });
    });
}

Result synchronize_device(int device) noexcept {
    return native_calls(device, Thread::any, "cudaDeviceSynchronize",
                        [&](CallName& call) { return unseen_by_captures(call, [] { return cudaDeviceSynchronize(); }); });
}

}  // namespace ndlease::gpu
