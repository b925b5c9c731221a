// SPDX-License-Identifier: Apache-2.0
// Streams of the CUDA runtime, as detail::StreamOperations says.
#pragma once

#include <cuda_runtime_api.h>

#include "isolated.hpp"
#include "stream/operations.hpp"

namespace ndlease::gpu {

detail::Result make_stream(int device, int priority, void** stream) noexcept;
detail::Result destroy_stream(detail::NativeStream stream) noexcept;
detail::Result stream_device(void* stream, int* device) noexcept;
detail::Result stream_id(detail::NativeStream stream, std::uint64_t* id) noexcept;
detail::Result stream_capture(detail::NativeStream stream, detail::CaptureState* state) noexcept;
detail::Result identify_stream(detail::NativeStream stream, detail::StreamIdentity* identity) noexcept;
/// The calls of identify_stream alone, for isolated ones that go on with the stream.
cudaError_t ask_identity(CallName& call, detail::NativeStream stream, detail::StreamIdentity* identity) noexcept;
detail::Result query_stream(detail::NativeStream stream) noexcept;
detail::Result synchronize_stream(detail::NativeStream stream) noexcept;
detail::Result synchronize_device(int device) noexcept;

}  // namespace ndlease::gpu
