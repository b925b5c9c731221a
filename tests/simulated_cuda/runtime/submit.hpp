// SPDX-License-Identifier: Apache-2.0
// The way of an operation from an API call into a stream or, while it captures, into a graph.
#pragma once

#include "call.hpp"
#include "memory.hpp"

namespace simulated_cuda {

/// The stream of a handle: 0 and 0x1 the current device's legacy stream, 0x2 this thread's own. Null after reporting a dead one.
Stream* stream_of(const Call& call, cudaStream_t handle);
/// For calls that enqueue or wait: refuses the legacy stream while a blocking stream captures. Sets `error` when null.
Stream* usable_stream(const Call& call, cudaStream_t handle, cudaError_t& error);
Stream* legacy_stream(const Call& call, int device);
/// A new stream of the device, with no handle of its own yet.
Stream* add_stream(Runtime& runtime, int device, unsigned flags, int priority);

/// What work enqueued in the stream now is ordered after beyond its own stream: legacy and blocking streams wait for each other.
void order_with_legacy(Runtime& runtime, Stream& stream, Operation& operation);
/// Captures or enqueues, checks and notes what memory is used. `type`: of the node when captured.
cudaError_t submit(const Call& call, Stream& stream, Operation operation, cudaGraphNodeType type);

}  // namespace simulated_cuda
