// SPDX-License-Identifier: Apache-2.0
// The memory resources of devices, by name.
#include <string>

#include <ndlease/error.hpp>
#include <ndlease/memory.hpp>

#include "backend/backend.hpp"

namespace ndlease {
namespace {

const backend::Backend& backend_of(Device device, const char* what) {
    const backend::Backend& backend = backend::require_cuda(what);
    if (device.type != DeviceType::cuda) throw Error(errc::invalid_argument, std::string(what) + " on " + to_string(device) + ": it is no CUDA device");
    return backend;
}

}  // namespace

MemoryResource& device_memory(Device device) { return backend_of(device, "device memory").device_memory(device.id); }
MemoryResource& device_pool(Device device) { return backend_of(device, "a pool of device memory").device_pool(device.id); }
MemoryResource& pinned_memory() { return backend::require_cuda("pinned memory").pinned_memory(); }
MemoryResource& managed_memory() { return backend::require_cuda("managed memory").managed_memory(); }

void set_pool_release_threshold(Device device, std::uint64_t bytes) {
    backend_of(device, "a pool of device memory").set_pool_release_threshold(device.id, bytes);
}

MemoryResource& memory_of(Device device) {
    switch (device.type) {
        case DeviceType::cpu: return host_memory();
        case DeviceType::cuda_host: return pinned_memory();
        case DeviceType::cuda_managed: return managed_memory();
        case DeviceType::cuda: try { return device_pool(device);
            } catch (const Error& error) {
                if (error.code() != errc::not_supported || backend::cuda() == nullptr) throw;
                return device_memory(device);  // this device has no pools
            }
        default: throw Error(errc::not_supported, "ndlease allocates no memory on " + to_string(device));
    }
}

}  // namespace ndlease
