// SPDX-License-Identifier: Apache-2.0
// The protocol's callbacks are called through other declarations of the same structs, which clang's function sanitizer takes for other types.
#pragma once

#include <ndlease/interop/arrow.hpp>

#if defined(__clang__)
#define NDLEASE_CALLED_BY_PEERS __attribute__((no_sanitize("function")))
#else
#define NDLEASE_CALLED_BY_PEERS
#endif

namespace ndlease::arrow {

/// Calls the release of a struct that a peer may have filled in.
NDLEASE_CALLED_BY_PEERS inline void call_release(ArrowArray& array) noexcept { array.release(&array); }

}  // namespace ndlease::arrow
