// SPDX-License-Identifier: Apache-2.0
// What an ArrowDeviceArray says beside its array: device, and the event after which the memory may be used.
#pragma once

#include <ndlease/device.hpp>
#include <ndlease/interop/arrow.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::arrow {

/// The array's device; of pinned and managed memory the id is not kept. Throws as import_array does.
[[nodiscard]] Device read_device(const ArrowDeviceArray& array);
/// Its event, which stays the producer's; none where there is none. Throws as import_array does.
[[nodiscard]] Event read_event(const ArrowDeviceArray& array);

}  // namespace ndlease::arrow
