// SPDX-License-Identifier: Apache-2.0
// What a graph that is being captured keeps, as detail::StreamOperations says.
#pragma once

#include "stream/operations.hpp"

namespace ndlease::gpu {

detail::Result keep_in_graph(detail::NativeStream stream, void* payload, void (*drop)(void*)) noexcept;

}  // namespace ndlease::gpu
