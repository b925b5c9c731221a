// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include "capture.hpp"
#include "submit.hpp"

using namespace simulated_cuda;  // NOLINT: every function here is one of CUDA's

namespace {
double now() { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

cudaError_t create(const Call& call, cudaEvent_t* event, unsigned flags) {
    constexpr unsigned known = cudaEventBlockingSync | cudaEventDisableTiming | cudaEventInterprocess;
    if (event == nullptr || (flags & ~known) != 0) {
        return cudaErrorInvalidValue;
    }
    auto made = std::make_unique<Event>();
    made->device = call.thread.device;
    made->flags = flags;
    Event& kept = *made;
    *event = kept.handle = call.runtime.events.add(std::move(made));
    return cudaSuccess;
}

Event* event_of(const Call& call, cudaEvent_t handle) {
    Event* const event = call.runtime.events.find(handle);
    if (event == nullptr) {
        call.violate(violation::dead_event, call.runtime.events.known(handle) ? "the event was destroyed" : "no such event");
    }
    return event;
}

Operation record_operation(Runtime& state, const Event& event) {
    Operation operation;
    operation.name = "event record";
    if ((event.flags & cudaEventDisableTiming) == 0) {
        operation.run = [&state, handle = event.handle, records = event.records] {
            if (Event* const now_recorded = state.events.find(handle); now_recorded != nullptr && now_recorded->records == records) {
                now_recorded->milliseconds = now();
            }
        };
    }
    return operation;
}

cudaError_t capture_record(const Call& call, Stream& stream, Event& event, bool external) {
    if (!stream.capture->valid) {
        return cudaErrorStreamCaptureInvalidated;
    }
    if (external) {
        Operation operation;
        operation.name = "event record";
        return capture_node(call, stream, std::move(operation), cudaGraphNodeTypeEventRecord);
    }
    event.capture = stream.capture->id;
    event.captured_tail = stream.capture_tail;
    return cudaSuccess;
}

cudaError_t record(const Call& call, cudaEvent_t event_handle, cudaStream_t handle, unsigned flags) {
    Event* const event = event_of(call, event_handle);
    if (event == nullptr) {
        return cudaErrorInvalidResourceHandle;
    }
    cudaError_t error = cudaSuccess;
    Stream* const stream = usable_stream(call, handle, error);
    if (stream == nullptr) {
        return error;
    }
    if (flags > cudaEventRecordExternal) {
        return cudaErrorInvalidValue;
    }
    if (event->device != stream->device) {
        call.violate(violation::wrong_device,
                     "an event of device " + std::to_string(event->device) + " is recorded on a stream of device " + std::to_string(stream->device));
        return cudaErrorInvalidResourceHandle;
    }
    if (stream->capture != nullptr) {
        return capture_record(call, *stream, *event, flags == cudaEventRecordExternal);
    }
    if (flags == cudaEventRecordExternal) {
        return cudaErrorIllegalState;
    }
    event->capture = 0;
    event->recorded = true;
    ++event->records;
    Runtime& state = call.runtime;
    const bool at_once = state.options.scheduler == Scheduler::eager && stream->queue.empty() && (event->flags & cudaEventDisableTiming) != 0 &&
                         !state.options.log && state.sticky_at_run == cudaSuccess && (!stream->blocking() || state.devices[stream->device].legacy == nullptr);
    if (at_once) {
        ++stream->enqueued;
        ++stream->completed;
        ++state.statistics.operations;
    } else {
        Operation operation = record_operation(state, *event);
        order_with_legacy(state, *stream, operation);
        event->position = {stream, stream->enqueued + 1};
        event->clock = stream->clock;
        enqueue(state, *stream, std::move(operation), call.lock);
        return cudaSuccess;
    }
    event->position = stream->end();
    event->clock = stream->clock;
    return cudaSuccess;
}

// Captured events have no state of their own; others may only be asked where waiting is allowed.
cudaError_t refuse_wait(const Call& call, const Event& event) {
    if (event.capture != 0) {
        if (Capture* const capture = capture_of(call.runtime, event.capture); capture != nullptr) {
            invalidate(call, *capture, "the event was recorded in it");
        } else {
            call.violate(violation::in_capture, "the event was last recorded in a capture");
        }
        return cudaErrorCapturedEvent;
    }
    return refuse_unsafe_in_capture(call);
}

void now_known(const Event& event) {
    host_knows(event.position);
    host_knows(event.clock);
}
}  // namespace

extern "C" {

cudaError_t cudaEventCreate(cudaEvent_t* event) {
    return api("cudaEventCreate", [&](const Call& call) { return create(call, event, cudaEventDefault); });
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned int flags) {
    return api("cudaEventCreateWithFlags", [&](const Call& call) { return create(call, event, flags); });
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
    return api("cudaEventDestroy", [&](const Call& call) {
        if (event_of(call, event) == nullptr) {
            return cudaErrorInvalidResourceHandle;
        }
        call.runtime.events.take(event);
        return cudaSuccess;
    });
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
    return api("cudaEventRecord", stream, [&](const Call& call) { return record(call, event, stream, cudaEventRecordDefault); });
}
cudaError_t cudaEventRecordWithFlags(cudaEvent_t event, cudaStream_t stream, unsigned int flags) {
    return api("cudaEventRecordWithFlags", stream, [&](const Call& call) { return record(call, event, stream, flags); });
}

cudaError_t cudaStreamWaitEvent(cudaStream_t handle, cudaEvent_t event_handle, unsigned int flags) {
    return api("cudaStreamWaitEvent", handle, [&](const Call& call) {
        Event* const event = event_of(call, event_handle);
        if (event == nullptr) {
            return cudaErrorInvalidResourceHandle;
        }
        cudaError_t error = cudaSuccess;
        Stream* const stream = stream_of(call, handle);
        if (stream == nullptr || flags > cudaEventWaitExternal) {
            return stream == nullptr ? cudaErrorInvalidResourceHandle : cudaErrorInvalidValue;
        }
        if (stream->capture != nullptr || event->capture != 0 || flags == cudaEventWaitExternal) {
            return capture_wait(call, *stream, *event, flags == cudaEventWaitExternal);
        }
        if (stream->legacy && (error = refuse_legacy_in_capture(call, stream->device)) != cudaSuccess) {
            return error;
        }
        if (!event->recorded || event->position.stream == stream) {
            return cudaSuccess;
        }
        Operation wait;
        if (!event->position.done()) {
            wait.name = "event wait";
            wait.waits.push_back(event->position);
            order_with_legacy(call.runtime, *stream, wait);
            enqueue(call.runtime, *stream, std::move(wait), call.lock);
        }
        stream->clock.merge(*stream, event->position);
        stream->clock.merge(*stream, event->clock);
        return cudaSuccess;
    });
}

cudaError_t cudaEventQuery(cudaEvent_t handle) {
    return api("cudaEventQuery", [&](const Call& call) {
        const Event* const event = event_of(call, handle);
        if (event == nullptr) {
            return cudaErrorInvalidResourceHandle;
        }
        if (const cudaError_t error = refuse_wait(call, *event); error != cudaSuccess) {
            return error;
        }
        if (event->position.done()) {
            now_known(*event);
            return cudaSuccess;
        }
        advance(call.runtime, *event->position.stream, call.lock);
        return call.runtime.sticky != cudaSuccess ? call.runtime.sticky : cudaErrorNotReady;
    });
}

cudaError_t cudaEventSynchronize(cudaEvent_t handle) {
    return api("cudaEventSynchronize", [&](const Call& call) {
        const Event* const event = event_of(call, handle);
        if (event == nullptr) {
            return cudaErrorInvalidResourceHandle;
        }
        if (const cudaError_t error = refuse_wait(call, *event); error != cudaSuccess) {
            return error;
        }
        const Position position = event->position;
        const Clock clock = event->clock;
        wait_until(call.runtime, position, call.lock);
        if (call.runtime.sticky != cudaSuccess) {
            return call.runtime.sticky;
        }
        host_knows(position);
        host_knows(clock);
        return cudaSuccess;
    });
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start_handle, cudaEvent_t end_handle) {
    return api("cudaEventElapsedTime", [&](const Call& call) {
        const Event* const start = event_of(call, start_handle);
        const Event* const end = event_of(call, end_handle);
        if (start == nullptr || end == nullptr || milliseconds == nullptr) {
            return milliseconds == nullptr ? cudaErrorInvalidValue : cudaErrorInvalidResourceHandle;
        }
        if (!start->recorded || !end->recorded || ((start->flags | end->flags) & cudaEventDisableTiming) != 0 || start->device != end->device) {
            return cudaErrorInvalidResourceHandle;
        }
        if (!start->position.done() || !end->position.done()) {
            return cudaErrorNotReady;
        }
        *milliseconds = static_cast<float>(end->milliseconds - start->milliseconds);
        return cudaSuccess;
    });
}
}
