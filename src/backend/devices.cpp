// SPDX-License-Identifier: Apache-2.0
// What include/ndlease/device.hpp says of CUDA devices.
#include <ndlease/device.hpp>

#include <string>

#include <ndlease/error.hpp>

#include "backend/backend.hpp"

namespace ndlease {

int cuda_device_count() {
    const backend::Backend* backend = backend::cuda();
    return backend == nullptr ? 0 : backend->device_count(nullptr);
}

std::string cuda_absence() {
    const backend::Backend* backend = backend::cuda();
    if (backend == nullptr) return "no CUDA device: this build of ndlease has no CUDA backend";
    std::string why;
    return backend->device_count(&why) > 0 ? std::string() : why;
}

const char* cuda_backend_name() noexcept {
    const backend::Backend* backend = backend::cuda();
    return backend == nullptr ? "none" : backend->name;
}

DeviceProperties device_properties(Device device) {
    const backend::Backend& backend = backend::require_cuda("the properties of a device");
    if (device.type != DeviceType::cuda) throw Error(errc::device, "properties are known of CUDA devices, not of " + to_string(device));
    return backend.device_properties(device.id);
}

PointerProperties pointer_properties(const void* data) {
    const backend::Backend* backend = backend::cuda();
    if (backend == nullptr || data == nullptr) return {Device::cpu(), false};
    return backend->pointer_properties(data);
}

void check_device_tag(const void* data, Device device) {
    const backend::Backend* backend = backend::cuda();
    if (data == nullptr || backend == nullptr || backend->device_count(nullptr) == 0) return;
    const PointerProperties found = backend->pointer_properties(data);
    // Memory may be called by the name of a device that reaches it: CuPy says cuda of managed memory, NumPy cpu of pinned memory.
    if (found.known ? reachable_from(found.device, device)
                    : device.type != DeviceType::cuda && device.type != DeviceType::cuda_host && device.type != DeviceType::cuda_managed)
        return;
    throw Error(errc::device, "the memory is said to be on " + to_string(device) + ", but " +
                                  (found.known ? "CUDA says that it is on " + to_string(found.device) : std::string("CUDA does not know its address")));
}

}  // namespace ndlease
