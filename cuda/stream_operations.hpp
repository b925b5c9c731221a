// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stream/operations.hpp"

namespace ndlease::gpu {

/// The table of what streams and events can do.
[[nodiscard]] const detail::StreamOperations& stream_operations() noexcept;
#if defined(NDLEASE_SIMULATED_CUDA)
inline constexpr bool is_simulated = true;
#else
inline constexpr bool is_simulated = false;
#endif
inline constexpr const char* backend_name = is_simulated ? "simulated cuda" : "cuda";

}  // namespace ndlease::gpu
