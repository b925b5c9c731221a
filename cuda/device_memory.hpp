// SPDX-License-Identifier: Apache-2.0
// Memory resources without stream order, as backend::Backend says: device, pinned and managed memory.
#pragma once

#include <ndlease/memory.hpp>

namespace ndlease::gpu {

[[nodiscard]] MemoryResource& device_memory(int ordinal);
[[nodiscard]] MemoryResource& pinned_memory();
[[nodiscard]] MemoryResource& managed_memory();

}  // namespace ndlease::gpu
