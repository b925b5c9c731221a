// SPDX-License-Identifier: Apache-2.0
// Uses by streams that nobody named: a consumer of another protocol got the memory and did not say where it works.
#pragma once

#include <cstdint>

#include "stream/operations.hpp"

#include <ndlease/lease.hpp>

namespace ndlease::detail {

/// Streams of these devices (bit n: device n of `operations`), whichever they are, may use the memory until the last share of the lease ends. No event can
/// stand for them, and a wait for a whole device ends the graph captures that are open on it; so the lease then goes the way that set_device_wait() says.
/// `share` is live. Makes no device call. Throws std::bad_alloc, and nothing once a stream is recorded in the lease or it was called before.
void used_by_unnamed_streams(LeaseToken share, const StreamOperations& operations, std::uint64_t devices);

/// Whether ndlease's thread waits for whole devices by itself.
[[nodiscard]] bool device_wait_is_automatic() noexcept;

}  // namespace ndlease::detail
