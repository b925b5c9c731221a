// SPDX-License-Identifier: Apache-2.0
#include "devices.hpp"

#include <cuda_runtime_api.h>

#include <algorithm>

#include "error.hpp"
#include "isolated.hpp"
#include "stream_operations.hpp"

namespace ndlease::gpu {

int device_count(std::string* why) {
    int count = 0;
    const cudaError_t code = isolated(any_device, [&] { return cudaGetDeviceCount(&count); });
    if (code == cudaSuccess && count > 0) return std::min(count, max_devices);
    if (why != nullptr) {
        *why = "no CUDA device: ";
        if (code == cudaErrorCudartUnloading) {
            *why += "no device call is made any more, since the process exits, was forked, or ndlease was shut down";
        } else {
            *why += code == cudaSuccess ? "the driver lists none" : "cudaGetDeviceCount: " + error_text(code);
        }
    }
    return 0;
}

void check_ordinal(int ordinal) {
    std::string why;
    const int count = device_count(&why);
    if (ordinal >= 0 && ordinal < count) return;
    throw Error(errc::device, "cuda:" + std::to_string(ordinal) + ": " +
                                  (count == 0 ? why : "this process has " + std::to_string(count) + (count == 1 ? " CUDA device" : " CUDA devices")));
}

DeviceProperties device_properties(int ordinal) {
    check_ordinal(ordinal);
    cudaDeviceProp native{};
    int pools = 0;
    check(isolated(any_device, [&] { return cudaGetDeviceProperties(&native, ordinal); }), "cudaGetDeviceProperties", ordinal);
    check(isolated(any_device, [&] { return cudaDeviceGetAttribute(&pools, cudaDevAttrMemoryPoolsSupported, ordinal); }), "cudaDeviceGetAttribute", ordinal);
    DeviceProperties result;
    result.name = native.name;
    result.compute_major = native.major;
    result.compute_minor = native.minor;
    result.multiprocessors = native.multiProcessorCount;
    result.memory_bytes = static_cast<std::int64_t>(native.totalGlobalMem);
    result.has_memory_pools = pools != 0;
    result.is_simulated = is_simulated;
    return result;
}

PointerProperties pointer_properties(const void* data) {
    cudaPointerAttributes attributes{};
    const cudaError_t code = isolated(any_device, [&] { return cudaPointerGetAttributes(&attributes, data); });
    switch (code) {
        case cudaSuccess: break;
        case cudaErrorInvalidValue:        // host memory that CUDA never met, before CUDA 11
        case cudaErrorNoDevice:            // without a device there is no other memory
        case cudaErrorInsufficientDriver:  // nor without a driver
            return {Device::cpu(), false};
        default: check(code, "cudaPointerGetAttributes");
    }
    switch (attributes.type) {
        case cudaMemoryTypeDevice: return {Device::cuda(attributes.device), true};
        case cudaMemoryTypeHost: return {Device::cuda_host(), true};
        case cudaMemoryTypeManaged: return {Device::cuda_managed(), true};
        case cudaMemoryTypeUnregistered: break;
    }
    return {Device::cpu(), false};
}

}  // namespace ndlease::gpu
