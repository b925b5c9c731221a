// SPDX-License-Identifier: Apache-2.0
#include "submit.hpp"

#include <algorithm>

#include "capture.hpp"

namespace simulated_cuda {
namespace {
void check_range(const Call& call, const Stream& stream, const Range& range) {
    Block& block = *range.block;
    if (!block.live || block.free_queued) {
        call.violate(violation::dead_memory, describe(block) + (block.live ? " was given to cudaFreeAsync already" : ""));
    } else if (block.stream_ordered && !stream.ordered_after(block.allocated)) {
        call.violate(violation::not_ordered,
                     describe(block) + " is allocated on stream " + std::to_string(block.allocated.stream->id) + ", which this work is not ordered after");
    }
}
}  // namespace

Stream* add_stream(Runtime& state, int device, unsigned flags, int priority) {
    auto stream = std::make_unique<Stream>();
    stream->id = state.streams.next();
    stream->device = device;
    stream->flags = flags;
    stream->priority = priority;
    Stream* const result = stream.get();
    state.streams.add(std::move(stream));
    Device& owner = state.devices[device];
    std::erase_if(owner.streams, [](const Stream* other) { return !other->alive && other->queue.empty() && other->completed <= other->host_known; });
    owner.streams.push_back(result);
    return result;
}

Stream* legacy_stream(const Call& call, int device) {
    Device& owner = call.runtime.devices[device];
    if (owner.legacy == nullptr) {
        owner.legacy = add_stream(call.runtime, device, 0, 0);
        owner.legacy->legacy = true;
    }
    return owner.legacy;
}

Stream* stream_of(const Call& call, cudaStream_t handle) {
    if (handle == nullptr || handle == cudaStreamLegacy) {
        return legacy_stream(call, call.thread.device);
    }
    if (handle == cudaStreamPerThread) {
        Stream*& own = call.thread.per_thread[call.thread.device];
        if (own == nullptr) {
            own = add_stream(call.runtime, call.thread.device, 0, 0);
        }
        return own;
    }
    Stream* const stream = call.runtime.streams.find(handle);
    if (stream == nullptr || !stream->alive) {
        call.violate(violation::dead_stream, stream != nullptr || call.runtime.streams.known(handle) ? "the stream was destroyed" : "no such stream");
        return nullptr;
    }
    return stream;
}

Stream* usable_stream(const Call& call, cudaStream_t handle, cudaError_t& error) {
    Stream* const stream = stream_of(call, handle);
    error = stream == nullptr ? cudaErrorInvalidResourceHandle : stream->legacy ? refuse_legacy_in_capture(call, stream->device) : cudaSuccess;
    return error == cudaSuccess ? stream : nullptr;
}

void order_with_legacy(Runtime& state, Stream& stream, Operation& operation) {
    if (!stream.blocking()) {
        return;
    }
    const Device& device = state.devices[stream.device];
    const auto after = [&](Stream& other) {
        if (!other.queue.empty()) {
            operation.waits.push_back(other.end());
        }
        stream.clock.merge(stream, other.end());
        stream.clock.merge(stream, other.clock);
    };
    if (stream.legacy) {
        for (Stream* const other : device.streams) {
            if (other != &stream && other->blocking() && other->capture == nullptr) {
                after(*other);
            }
        }
    } else if (device.legacy != nullptr) {
        after(*device.legacy);
    }
}

cudaError_t submit(const Call& call, Stream& stream, Operation operation, cudaGraphNodeType type) {
    if (stream.capture != nullptr) {
        return capture_node(call, stream, std::move(operation), type);
    }
    order_with_legacy(call.runtime, stream, operation);
    const Position position{&stream, stream.enqueued + 1};
    for (const Range& range : operation.ranges) {
        check_range(call, stream, range);
        range.block->used_at(position);
    }
    enqueue(call.runtime, stream, std::move(operation), call.lock);
    return cudaSuccess;
}

}  // namespace simulated_cuda
