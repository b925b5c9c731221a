// SPDX-License-Identifier: Apache-2.0
// What devices there are and what pointers belong to, as backend::Backend says.
#pragma once

#include <string>

#include <ndlease/device.hpp>

namespace ndlease::gpu {

/// Ordinals are below this; what is kept for each device has its place in an array.
inline constexpr int max_devices = 64;

[[nodiscard]] int device_count(std::string* why);
/// Throws Error{errc::device} that says how many there are, or why there is none.
void check_ordinal(int ordinal);
[[nodiscard]] DeviceProperties device_properties(int ordinal);
[[nodiscard]] PointerProperties pointer_properties(const void* data);

}  // namespace ndlease::gpu
