// SPDX-License-Identifier: Apache-2.0
// Events of the CUDA runtime, as detail::StreamOperations says.
#pragma once

#include "stream/operations.hpp"

namespace ndlease::gpu {

detail::Result make_event(int device, void** event) noexcept;
void destroy_event(int device, void* event) noexcept;
detail::Result record(void* event, detail::NativeStream stream) noexcept;
detail::Result identify_and_record(void* event, detail::NativeStream stream, detail::StreamIdentity* identity) noexcept;
detail::Result wait(detail::NativeStream stream, void* event, bool external) noexcept;
detail::Result query_event(void* event) noexcept;
detail::Result synchronize_event(void* event) noexcept;

}  // namespace ndlease::gpu
