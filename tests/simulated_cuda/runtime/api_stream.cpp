// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "capture.hpp"
#include "submit.hpp"

using namespace simulated_cuda;  // NOLINT: every function here is one of CUDA's

namespace {
cudaError_t create(const Call& call, cudaStream_t* stream, unsigned flags, int priority) {
    if (stream == nullptr || (flags & ~static_cast<unsigned>(cudaStreamNonBlocking)) != 0) {
        return cudaErrorInvalidValue;
    }
    Stream* const made = add_stream(call.runtime, call.thread.device, flags, std::clamp(priority, -5, 0));
    made->counts_as_leak = true;
    *stream = call.runtime.streams.handle_of(made->id);
    return cudaSuccess;
}

cudaError_t callback(const Call& call, cudaStream_t handle, const char* name, std::function<void(cudaError_t)> host, bool on_error) {
    cudaError_t error = cudaSuccess;
    Stream* const stream = usable_stream(call, handle, error);
    if (stream == nullptr) {
        return error;
    }
    if (on_error && stream->capture != nullptr) {
        invalidate(call, *stream->capture, "stream callbacks cannot be captured");
        return cudaErrorStreamCaptureUnsupported;
    }
    Operation operation;
    operation.kind = Operation::Kind::host;
    operation.name = name;
    operation.host = std::move(host);
    operation.host_on_error = on_error;
    return submit(call, *stream, std::move(operation), cudaGraphNodeTypeHost);
}

// Waiting for or asking a stream that captures is an error in itself; for others it is "potentially unsafe".
cudaError_t refuse_wait(const Call& call, Stream& stream) {
    if (stream.capture != nullptr) {
        if (!stream.capture->valid) {
            return cudaErrorStreamCaptureInvalidated;
        }
        invalidate(call, *stream.capture, "the stream captures");
        return cudaErrorStreamCaptureUnsupported;
    }
    return refuse_unsafe_in_capture(call);
}

// What the stream's end depends on: for the legacy stream also the blocking streams.
Position end_of(const Call& call, Stream& stream) {
    if (stream.blocking()) {
        Operation marker;
        marker.name = "synchronise";
        order_with_legacy(call.runtime, stream, marker);
        if (!marker.waits.empty()) {
            enqueue(call.runtime, stream, std::move(marker), call.lock);
        }
    }
    return stream.end();
}

template <class T, class Value>
cudaError_t ask(const char* name, cudaStream_t handle, T* result, Value&& value) {
    return api(name, handle, [&](const Call& call) {
        const Stream* const stream = stream_of(call, handle);
        if (stream == nullptr || result == nullptr) {
            return stream == nullptr ? cudaErrorInvalidResourceHandle : cudaErrorInvalidValue;
        }
        *result = value(*stream);
        return cudaSuccess;
    });
}
}  // namespace

extern "C" {

cudaError_t cudaStreamCreate(cudaStream_t* stream) {
    return api("cudaStreamCreate", [&](const Call& call) { return create(call, stream, 0, 0); });
}
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned int flags) {
    return api("cudaStreamCreateWithFlags", [&](const Call& call) { return create(call, stream, flags, 0); });
}
cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned int flags, int priority) {
    return api("cudaStreamCreateWithPriority", [&](const Call& call) { return create(call, stream, flags, priority); });
}

cudaError_t cudaStreamDestroy(cudaStream_t handle) {
    return api("cudaStreamDestroy", handle, [&](const Call& call) {
        if (handle == nullptr || handle == cudaStreamLegacy || handle == cudaStreamPerThread) {
            return cudaErrorInvalidResourceHandle;
        }
        Stream* const stream = stream_of(call, handle);
        if (stream == nullptr) {
            return cudaErrorInvalidResourceHandle;
        }
        if (stream->capture != nullptr) {
            invalidate(call, *stream->capture, "the stream captures");
            return cudaErrorStreamCaptureUnsupported;
        }
        stream->alive = false;
        return cudaSuccess;
    });
}

cudaError_t cudaStreamSynchronize(cudaStream_t handle) {
    return api("cudaStreamSynchronize", handle, [&](const Call& call) {
        cudaError_t error = cudaSuccess;
        Stream* const stream = usable_stream(call, handle, error);
        if (stream == nullptr || (error = refuse_wait(call, *stream)) != cudaSuccess) {
            return error;
        }
        const Position end = end_of(call, *stream);
        const Clock clock = stream->clock;
        wait_until(call.runtime, end, call.lock);
        if (call.runtime.sticky != cudaSuccess) {
            return call.runtime.sticky;
        }
        host_knows(end);
        host_knows(clock);
        return cudaSuccess;
    });
}

cudaError_t cudaStreamQuery(cudaStream_t handle) {
    return api("cudaStreamQuery", handle, [&](const Call& call) {
        cudaError_t error = cudaSuccess;
        Stream* const stream = usable_stream(call, handle, error);
        if (stream == nullptr || (error = refuse_wait(call, *stream)) != cudaSuccess) {
            return error;
        }
        const Position end = end_of(call, *stream);
        if (end.done()) {
            host_knows(end);
            host_knows(stream->clock);
            return cudaSuccess;
        }
        advance(call.runtime, *stream, call.lock);
        return call.runtime.sticky != cudaSuccess ? call.runtime.sticky : cudaErrorNotReady;
    });
}

cudaError_t cudaStreamGetId(cudaStream_t stream, unsigned long long* id) {
    return ask("cudaStreamGetId", stream, id, [](const Stream& of) { return of.id; });
}
cudaError_t cudaStreamGetDevice(cudaStream_t stream, int* device) {
    return ask("cudaStreamGetDevice", stream, device, [](const Stream& of) { return of.device; });
}
cudaError_t cudaStreamGetFlags(cudaStream_t stream, unsigned int* flags) {
    return ask("cudaStreamGetFlags", stream, flags, [](const Stream& of) { return of.flags; });
}
cudaError_t cudaStreamGetPriority(cudaStream_t stream, int* priority) {
    return ask("cudaStreamGetPriority", stream, priority, [](const Stream& of) { return of.priority; });
}

cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void* data) {
    return api("cudaLaunchHostFunc", stream, [&](const Call& call) {
        return function == nullptr ? cudaErrorInvalidValue
                                   : callback(
                                         call, stream, "host function", [=](cudaError_t) { function(data); }, false);
    });
}
cudaError_t cudaStreamAddCallback(cudaStream_t stream, cudaStreamCallback_t function, void* data, unsigned int flags) {
    return api("cudaStreamAddCallback", stream, [&](const Call& call) {
        return function == nullptr || flags != 0 ? cudaErrorInvalidValue
                                                 : callback(
                                                       call, stream, "callback", [=](cudaError_t status) { function(stream, status, data); }, true);
    });
}
}
