// SPDX-License-Identifier: Apache-2.0
// Which way a copy takes that involves device memory or a device's stream.
#pragma once

#include <cstdint>
#include <string>

#include <ndlease/device.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::copying {

enum class DeviceRoute : std::uint8_t {
    host,           ///< the CPU copies: no device memory on either side, or a stream has nothing to do with it
    host_after,     ///< the same once the stream is done, which may still work on the pinned or managed side
    kernels,        ///< the stream's device reaches both sides
    from_pageable,  ///< through pinned slots
    to_pageable,    ///< likewise
    across,         ///< between two devices that do not reach each other
};
[[nodiscard]] const char* to_string(DeviceRoute route) noexcept;

/// Where a copy runs. `device` is whose stream does the work: the caller's stream where it is of that device, else one of ndlease's own that is ordered
/// after and before the caller's.
struct RoutePlan {
    DeviceRoute route = DeviceRoute::host;
    Device device = Device::cpu();
};

/// Whether device `user` reaches `memory`: its own, pinned and managed memory, and that of peers (asked of the runtime, which is told to let it).
[[nodiscard]] bool device_reaches(Device user, Device memory);

/// For memory of the host, pinned, managed and CUDA memory. May ask the runtime about peers. Throws Error{errc::not_supported} without a CUDA backend where
/// one is needed, errc::device. `user` is the stream's device; the CPU where there is no stream.
[[nodiscard]] RoutePlan choose_route(Device dst, Device src, Device user);
[[nodiscard]] inline RoutePlan choose_route(Device dst, Device src, StreamRef stream) { return choose_route(dst, src, stream.device()); }

/// "kernels on cuda:0", for people; without a stream: what it would be on a stream of one of the two devices. Asks no runtime.
[[nodiscard]] std::string describe_route(Device dst, Device src);

}  // namespace ndlease::copying
