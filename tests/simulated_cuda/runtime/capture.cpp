// SPDX-License-Identifier: Apache-2.0
#include "capture.hpp"

#include <algorithm>

namespace simulated_cuda {
namespace {
void add_dependencies(std::vector<std::size_t>& to, const std::vector<std::size_t>& from) {
    for (const std::size_t node : from) {
        if (std::find(to.begin(), to.end(), node) == to.end()) {
            to.push_back(node);
        }
    }
}
}  // namespace

void invalidate(const Call& call, Capture& capture, const std::string& why) {
    call.violate(violation::in_capture, why);
    capture.valid = false;
}

cudaError_t refuse_unsafe_in_capture(const Call& call) {
    if (call.runtime.captures.empty() || call.thread.capture_mode == cudaStreamCaptureModeRelaxed) {
        return cudaSuccess;
    }
    bool refused = false;
    for (const std::unique_ptr<Capture>& capture : call.runtime.captures) {
        const bool own = capture->thread == std::this_thread::get_id() && capture->mode != cudaStreamCaptureModeRelaxed;
        const bool anyones = capture->mode == cudaStreamCaptureModeGlobal && call.thread.capture_mode == cudaStreamCaptureModeGlobal;
        if (own || anyones) {
            invalidate(call, *capture, "not allowed while stream " + std::to_string(capture->origin->id) + " captures");
            refused = true;
        }
    }
    return refused ? cudaErrorStreamCaptureUnsupported : cudaSuccess;
}

bool blocks_legacy(const Capture& capture, int device) {
    return std::any_of(capture.streams.begin(), capture.streams.end(), [&](const Stream* stream) { return stream->device == device && stream->blocking(); });
}

cudaError_t refuse_legacy_in_capture(const Call& call, int device) {
    bool refused = false;
    for (const std::unique_ptr<Capture>& capture : call.runtime.captures) {
        if (blocks_legacy(*capture, device)) {
            invalidate(call, *capture, "the legacy stream is used while a blocking stream captures");
            refused = true;
        }
    }
    return refused ? cudaErrorStreamCaptureImplicit : cudaSuccess;
}

cudaError_t refuse_device_in_capture(const Call& call, int device) {
    bool refused = false;
    for (const std::unique_ptr<Capture>& capture : call.runtime.captures) {
        if (std::any_of(capture->streams.begin(), capture->streams.end(), [&](const Stream* stream) { return stream->device == device; })) {
            invalidate(call, *capture, "a stream of the device captures");
            refused = true;
        }
    }
    return refused ? cudaErrorStreamCaptureUnsupported : cudaSuccess;
}

cudaError_t capture_node(const Call&, Stream& stream, Operation operation, cudaGraphNodeType type) {
    if (!stream.capture->valid) {
        return cudaErrorStreamCaptureInvalidated;
    }
    Graph& graph = *stream.capture->graph;
    graph.nodes.push_back({type, std::move(operation), stream.capture_tail});
    stream.capture_tail = {graph.nodes.size() - 1};
    return cudaSuccess;
}

Capture* capture_of(const Runtime& state, unsigned long long id) {
    const auto found = std::find_if(state.captures.begin(), state.captures.end(), [&](const std::unique_ptr<Capture>& capture) { return capture->id == id; });
    return found == state.captures.end() ? nullptr : found->get();
}

cudaError_t capture_wait(const Call& call, Stream& stream, Event& event, bool external) {
    if (stream.capture != nullptr && !stream.capture->valid) {
        return cudaErrorStreamCaptureInvalidated;
    }
    if (external) {
        if (stream.capture == nullptr) {
            return cudaErrorInvalidValue;
        }
        Operation wait;
        wait.name = "event wait";
        return capture_node(call, stream, std::move(wait), cudaGraphNodeTypeWaitEvent);
    }
    if (event.capture == 0) {
        invalidate(call, *stream.capture, "the capturing stream waits for an event recorded outside of the capture");
        return cudaErrorStreamCaptureIsolation;
    }
    Capture* const capture = capture_of(call.runtime, event.capture);
    if (capture == nullptr) {
        call.violate(violation::in_capture, "the event was recorded in a capture that has ended");
        return cudaErrorCapturedEvent;
    }
    if (!capture->valid) {
        return cudaErrorStreamCaptureInvalidated;
    }
    if (stream.legacy) {
        invalidate(call, *capture, "the legacy stream cannot join a capture");
        return cudaErrorStreamCaptureImplicit;
    }
    if (stream.capture == nullptr) {
        stream.capture = capture;
        stream.capture_tail.clear();
        capture->streams.push_back(&stream);
    } else if (stream.capture != capture) {
        invalidate(call, *capture, "the wait would merge two captures");
        invalidate(call, *stream.capture, "the wait would merge two captures");
        return cudaErrorStreamCaptureMerge;
    }
    add_dependencies(stream.capture_tail, event.captured_tail);
    return cudaSuccess;
}

void leave_capture(Runtime& state, Capture& capture) {
    for (Stream* const stream : capture.streams) {
        stream->capture = nullptr;
        stream->capture_tail.clear();
    }
    std::erase_if(state.captures, [&](const std::unique_ptr<Capture>& other) { return other.get() == &capture; });
}

cudaGraphNode_t node_handle(cudaGraph_t graph, std::size_t index) {
    return reinterpret_cast<cudaGraphNode_t>((reinterpret_cast<std::uintptr_t>(graph) << 16U) + index + 1);
}

void release_object(Runtime& state, cudaUserObject_t handle, std::uint64_t count) {
    UserObject* const object = state.objects.find(handle);
    if (object == nullptr) {
        return;
    }
    object->references -= std::min(count, object->references);
    if (object->references == 0) {
        const std::unique_ptr<UserObject> gone = state.objects.take(handle);
        for (const Position& launch : gone->launches) host_knows(launch);
        state.user_code.push_back([destroy = gone->destroy, pointer = gone->pointer] { destroy(pointer); });
    }
}

std::shared_ptr<HeldObjects> hold_objects(Runtime& state, const HeldObjects& objects) {
    for (const auto& [handle, count] : objects.counts) {
        if (UserObject* const object = state.objects.find(handle); object != nullptr) {
            object->references += count;
        }
    }
    return {new HeldObjects(objects), [&state](HeldObjects* held) {
                for (const auto& [handle, count] : held->counts) {
                    release_object(state, handle, count);
                }
                delete held;
            }};
}

void destroy_graph(Runtime& state, cudaGraph_t handle) {
    const std::unique_ptr<Graph> graph = state.graphs.take(handle);
    for (const auto& [object, count] : graph->objects.counts) {
        release_object(state, object, count);
    }
}

}  // namespace simulated_cuda
