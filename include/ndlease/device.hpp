// SPDX-License-Identifier: Apache-2.0
// Where memory lives. The numbers are DLPack's, so that a device means the same in every protocol.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <ndlease/export.hpp>

namespace ndlease {

/// DLPack's DLDeviceType (1.3 and the numbers merged after it).
enum class DeviceType : std::int32_t {
    cpu = 1,
    cuda = 2,
    cuda_host = 3,  ///< pinned host memory, allocated through CUDA
    opencl = 4,
    vulkan = 7,
    metal = 8,
    vpi = 9,
    rocm = 10,
    rocm_host = 11,
    ext_dev = 12,
    cuda_managed = 13,
    oneapi = 14,
    webgpu = 15,
    hexagon = 16,
    maia = 17,
    trn = 18,
};

struct Device {
    DeviceType type = DeviceType::cpu;
    std::int32_t id = 0;  ///< 0 for cpu, cuda_host and cuda_managed; the ordinal for cuda

    [[nodiscard]] static constexpr Device cpu() noexcept { return {DeviceType::cpu, 0}; }
    [[nodiscard]] static constexpr Device cuda(std::int32_t ordinal) noexcept { return {DeviceType::cuda, ordinal}; }
    [[nodiscard]] static constexpr Device cuda_host() noexcept { return {DeviceType::cuda_host, 0}; }
    [[nodiscard]] static constexpr Device cuda_managed() noexcept { return {DeviceType::cuda_managed, 0}; }

    friend constexpr bool operator==(Device, Device) noexcept = default;
};

/// Whether code running on `user` may dereference memory of `memory` without a copy: the CPU reaches cpu, pinned and
/// managed memory, a CUDA device reaches its own, pinned and managed memory. Peer access is asked of the driver, not here.
[[nodiscard]] NDLEASE_API bool reachable_from(Device memory, Device user) noexcept;

/// "cpu", "cuda:1", "cuda_host", "cuda_managed", "opencl:0", ...; "device(99):3" for a type that has no name here.
[[nodiscard]] NDLEASE_API std::string to_string(Device device);

/// Reads what to_string writes; "cuda" is "cuda:0". Throws Error{errc::invalid_argument} for anything else.
[[nodiscard]] NDLEASE_API Device parse_device(std::string_view text);

}  // namespace ndlease
