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
    tpu = 19,  // from here on: merged after 1.3
    tpu_host = 20,
    ascend = 21,
};

/// Whether this is one of the enumerators: protocols bring any number.
[[nodiscard]] NDLEASE_API bool is_known(DeviceType type) noexcept;

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

/// How many CUDA devices this process can use; 0 without a CUDA backend, driver or device. Does not throw. The first call may start the CUDA runtime.
[[nodiscard]] NDLEASE_API int cuda_device_count();
/// Why cuda_device_count() is 0, in words: "no CUDA device: ..."; empty when it is not.
[[nodiscard]] NDLEASE_API std::string cuda_absence();
/// "cuda", "simulated cuda", or "none": what this build calls when it says CUDA.
[[nodiscard]] NDLEASE_API const char* cuda_backend_name() noexcept;

struct DeviceProperties {
    std::string name;
    int compute_major = 0, compute_minor = 0;
    int multiprocessors = 0;
    std::int64_t memory_bytes = 0;
    bool has_memory_pools = false;
    bool is_simulated = false;
};
/// Throws Error{errc::device} (no such device), errc::not_supported (no CUDA backend).
[[nodiscard]] NDLEASE_API DeviceProperties device_properties(Device device);

/// What a pointer really is, as far as the CUDA runtime knows.
struct PointerProperties {
    /// cpu for memory that CUDA does not know (or without a CUDA backend), else cuda(ordinal), cuda_host or cuda_managed.
    Device device;
    bool known = false;  ///< CUDA knows this pointer
};
/// Asks cudaPointerGetAttributes. Does not throw for pointers that CUDA does not know. Throws Error{errc::device} when the runtime fails.
[[nodiscard]] NDLEASE_API PointerProperties pointer_properties(const void* data);
/// Refuses a device tag that the pointer contradicts: throws Error{errc::device} that names both. NULL passes, and so does everything without a CUDA backend or
/// device.
NDLEASE_API void check_device_tag(const void* data, Device device);

/// Reads what to_string writes; "cuda" is "cuda:0". Throws Error{errc::invalid_argument} for anything else.
[[nodiscard]] NDLEASE_API Device parse_device(std::string_view text);

}  // namespace ndlease
