// SPDX-License-Identifier: Apache-2.0
// The capture state machine: what is recorded, and what breaks a capture.
#pragma once

#include "call.hpp"

namespace simulated_cuda {

/// For calls that CUDA calls potentially unsafe (they may wait or allocate): the rule of cudaThreadExchangeStreamCaptureMode. A call that is refused
/// invalidates the captures that forbid it.
[[nodiscard]] cudaError_t refuse_unsafe_in_capture(const Call& call);
/// Whether the capture is of streams that the device's legacy stream orders itself with.
[[nodiscard]] bool blocks_legacy(const Capture& capture, int device);
/// 906 and an invalid capture while a blocking stream of the device captures.
[[nodiscard]] cudaError_t refuse_legacy_in_capture(const Call& call, int device);
/// Calls that need the whole device at rest are refused while any of its streams captures, whatever the mode.
[[nodiscard]] cudaError_t refuse_device_in_capture(const Call& call, int device);
/// The capture becomes invalid; a violation says why.
void invalidate(const Call& call, Capture& capture, const std::string& why);

/// Adds a node after what the stream has captured so far.
cudaError_t capture_node(const Call& call, Stream& stream, Operation operation, cudaGraphNodeType type);
/// A wait in or for a capturing stream. The caller has seen that the stream captures or that the event was captured.
cudaError_t capture_wait(const Call& call, Stream& stream, Event& event, bool external);

[[nodiscard]] Capture* capture_of(const Runtime& runtime, unsigned long long id);
/// All streams leave the capture, which is gone then.
void leave_capture(Runtime& runtime, Capture& capture);
[[nodiscard]] cudaGraphNode_t node_handle(cudaGraph_t graph, std::size_t index);

/// Frees a graph; its references to user objects go.
void destroy_graph(Runtime& runtime, cudaGraph_t graph);
/// A shared owner of references to user objects; the last one gives them back.
std::shared_ptr<HeldObjects> hold_objects(Runtime& runtime, const HeldObjects& objects);
/// Takes away references; user code is due when none is left.
void release_object(Runtime& runtime, cudaUserObject_t object, std::uint64_t count);

}  // namespace simulated_cuda
