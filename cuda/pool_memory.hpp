// SPDX-License-Identifier: Apache-2.0
// Stream-ordered device memory from pools of ndlease's own, as backend::Backend says.
#pragma once

#include <cstdint>

#include <ndlease/memory.hpp>

namespace ndlease::gpu {

[[nodiscard]] MemoryResource& device_pool(int ordinal);
void set_pool_release_threshold(int ordinal, std::uint64_t bytes);
/// Memory of `owner`'s pool, now and later, may be used by kernels on `user`. Throws Error{errc::device}.
void open_pool_to(int owner, int user);
void forget_pools() noexcept;

}  // namespace ndlease::gpu
