// SPDX-License-Identifier: Apache-2.0
// Native events for reuse, by backend and device.
#pragma once

#include "stream/operations.hpp"

namespace ndlease::detail {

/// An event of the device: one given back before, or a new one. Any thread. Throws std::bad_alloc.
Result take_event(const StreamOperations& operations, int device, void** event);

/// Gives an event back, whatever it was recorded for: waits that were enqueued on it keep their meaning. Any thread; allocates nothing.
void give_event(const StreamOperations& operations, int device, void* event) noexcept;

/// For an event that its own record refused (the device was reset meanwhile, say): destroyed, not used again.
void discard_event(const StreamOperations& operations, int device, void* event) noexcept;

/// Destroys the events that are in the pool now.
void empty_event_pool() noexcept;

}  // namespace ndlease::detail
