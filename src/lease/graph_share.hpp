// SPDX-License-Identifier: Apache-2.0
// A share of a lease that a captured graph holds.
#pragma once

#include <cstdint>

#include "lease/stream_uses.hpp"

#include <ndlease/lease.hpp>

namespace ndlease::detail {

/// One more share of a live lease, held by the graph that `stream` is being captured into, until the graph and all that was made of it are gone.
/// One share a capture. The caller holds `uses.mutex`. Throws Error{errc::device}; then the use counts as one that never ends.
void keep_in_graph(StreamUses& uses, std::uint64_t capture_id, StreamRef stream, LeaseToken share);

}  // namespace ndlease::detail
