// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "capture.hpp"
#include "submit.hpp"

using namespace simulated_cuda;  // NOLINT: every function here is one of CUDA's

namespace {
// Whether all that the capture's streams did comes before what the origin captures next.
bool joined(const Capture& capture) {
    const std::vector<Node>& nodes = capture.graph->nodes;
    std::vector<bool> before(nodes.size(), false);
    std::vector<std::size_t> open = capture.origin->capture_tail;
    while (!open.empty()) {
        const std::size_t node = open.back();
        open.pop_back();
        if (!before[node]) {
            before[node] = true;
            open.insert(open.end(), nodes[node].dependencies.begin(), nodes[node].dependencies.end());
        }
    }
    return std::all_of(capture.streams.begin(), capture.streams.end(), [&](const Stream* stream) {
        return std::all_of(stream->capture_tail.begin(), stream->capture_tail.end(), [&](std::size_t node) { return before[node]; });
    });
}

cudaStreamCaptureStatus status_of(const Stream& stream) {
    return stream.capture == nullptr ? cudaStreamCaptureStatusNone : stream.capture->valid ? cudaStreamCaptureStatusActive : cudaStreamCaptureStatusInvalidated;
}

cudaError_t begin(const Call& call, cudaStream_t handle, cudaStreamCaptureMode mode) {
    Stream* const stream = stream_of(call, handle);
    if (stream == nullptr || static_cast<unsigned>(mode) > cudaStreamCaptureModeRelaxed) {
        return stream == nullptr ? cudaErrorInvalidResourceHandle : cudaErrorInvalidValue;
    }
    if (stream->legacy) {
        return cudaErrorStreamCaptureUnsupported;
    }
    if (stream->capture != nullptr) {
        return cudaErrorIllegalState;
    }
    auto graph = std::make_unique<Graph>();
    graph->capturing = true;
    auto capture = std::make_unique<Capture>();
    capture->graph = graph.get();
    capture->graph->handle = call.runtime.graphs.add(std::move(graph));
    capture->id = call.runtime.next_capture++;
    capture->origin = stream;
    capture->mode = mode;
    capture->thread = std::this_thread::get_id();
    capture->streams = {stream};
    stream->capture = capture.get();
    stream->capture_tail.clear();
    call.runtime.captures.push_back(std::move(capture));
    return cudaSuccess;
}

cudaError_t end(const Call& call, cudaStream_t handle, cudaGraph_t* result) {
    Stream* const stream = stream_of(call, handle);
    if (stream == nullptr || result == nullptr) {
        return stream == nullptr ? cudaErrorInvalidResourceHandle : cudaErrorInvalidValue;
    }
    *result = nullptr;
    if (stream->capture == nullptr) {
        return cudaErrorIllegalState;
    }
    Capture& capture = *stream->capture;
    if (capture.origin != stream) {
        invalidate(call, capture, "the capture began on another stream");
        return cudaErrorStreamCaptureUnmatched;
    }
    if (capture.mode != cudaStreamCaptureModeRelaxed && capture.thread != std::this_thread::get_id()) {
        return cudaErrorStreamCaptureWrongThread;
    }
    const bool all_joined = joined(capture);
    const cudaError_t error = !capture.valid ? cudaErrorStreamCaptureInvalidated : !all_joined ? cudaErrorStreamCaptureUnjoined : cudaSuccess;
    if (capture.valid && !all_joined) {
        call.violate(violation::in_capture, "a stream that joined the capture was not joined to its origin again");
    }
    Graph& graph = *capture.graph;
    leave_capture(call.runtime, capture);
    graph.capturing = false;
    if (error != cudaSuccess) {
        destroy_graph(call.runtime, graph.handle);
        return error;
    }
    *result = graph.handle;
    return cudaSuccess;
}
}  // namespace

extern "C" {

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, enum cudaStreamCaptureMode mode) {
    return api("cudaStreamBeginCapture", stream, [&](const Call& call) { return begin(call, stream, mode); });
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
    return api("cudaStreamEndCapture", stream, [&](const Call& call) { return end(call, stream, graph); });
}

cudaError_t cudaStreamIsCapturing(cudaStream_t handle, enum cudaStreamCaptureStatus* status) {
    return api("cudaStreamIsCapturing", handle, [&](const Call& call) {
        const Stream* const stream = stream_of(call, handle);
        if (stream == nullptr || status == nullptr) {
            return stream == nullptr ? cudaErrorInvalidResourceHandle : cudaErrorInvalidValue;
        }
        // As documented, to ask the legacy stream says that another one captures and does that capture no harm.
        const auto& captures = call.runtime.captures;
        if (stream->legacy && std::any_of(captures.begin(), captures.end(), [&](const auto& capture) { return blocks_legacy(*capture, stream->device); })) {
            return cudaErrorStreamCaptureImplicit;
        }
        *status = status_of(*stream);
        return cudaSuccess;
    });
}

cudaError_t cudaStreamGetCaptureInfo(cudaStream_t handle, enum cudaStreamCaptureStatus* status, unsigned long long* id, cudaGraph_t* graph,
                                     const cudaGraphNode_t** dependencies, const cudaGraphEdgeData** edges, size_t* count) {
    return api("cudaStreamGetCaptureInfo", handle, [&](const Call& call) {
        cudaError_t error = cudaSuccess;
        Stream* const stream = usable_stream(call, handle, error);
        if (stream == nullptr || status == nullptr) {
            return stream == nullptr ? error : cudaErrorInvalidValue;
        }
        *status = status_of(*stream);
        if (*status != cudaStreamCaptureStatusActive) {
            return cudaSuccess;
        }
        stream->reported_dependencies.clear();
        for (const std::size_t node : stream->capture_tail) {
            stream->reported_dependencies.push_back(node_handle(stream->capture->graph->handle, node));
        }
        if (id != nullptr) {
            *id = stream->capture->id;
        }
        if (graph != nullptr) {
            *graph = stream->capture->graph->handle;
        }
        if (dependencies != nullptr) {
            *dependencies = stream->reported_dependencies.data();
        }
        if (edges != nullptr) {
            *edges = nullptr;
        }
        if (count != nullptr) {
            *count = stream->reported_dependencies.size();
        }
        return cudaSuccess;
    });
}

cudaError_t cudaThreadExchangeStreamCaptureMode(enum cudaStreamCaptureMode* mode) {
    return api("cudaThreadExchangeStreamCaptureMode", [&](const Call& call) {
        if (mode == nullptr || static_cast<unsigned>(*mode) > cudaStreamCaptureModeRelaxed) {
            return cudaErrorInvalidValue;
        }
        std::swap(*mode, call.thread.capture_mode);
        return cudaSuccess;
    });
}
}
