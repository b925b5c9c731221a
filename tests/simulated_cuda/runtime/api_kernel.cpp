// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "capture.hpp"
#include "device_limits.hpp"
#include "submit.hpp"

namespace simulated_cuda {
namespace {
bool fits(const Runtime& state, const KernelLaunch& launch) {
    const auto in = [](unsigned value, int most) { return value >= 1 && value <= static_cast<unsigned>(most); };
    const dim3 &grid = launch.grid, &block = launch.block;
    const auto limit = state.dynamic_shared_limits.find(launch.function);
    const int shared = limit == state.dynamic_shared_limits.end() ? limits::kSharedPerBlock : limit->second;
    return in(grid.x, limits::kGridX) && in(grid.y, limits::kGridYZ) && in(grid.z, limits::kGridYZ) && in(block.x, limits::kThreadsPerBlock) &&
           in(block.y, limits::kThreadsPerBlock) && in(block.z, limits::kBlockZ) &&
           std::uint64_t{block.x} * block.y * block.z <= static_cast<std::uint64_t>(limits::kThreadsPerBlock) &&
           launch.dynamic_shared_bytes <= static_cast<std::size_t>(shared);
}
}  // namespace

cudaError_t enqueue_kernel(cudaStream_t handle, KernelLaunch launch) {
    return api("cudaLaunchKernel", handle, [&](const Call& call) {
        cudaError_t error = cudaSuccess;
        Stream* const stream = usable_stream(call, handle, error);
        if (stream == nullptr) {
            return error;
        }
        if (stream->device != call.thread.device) {
            call.violate(violation::wrong_device, "kernel " + launch.name + " is launched on a stream of device " + std::to_string(stream->device) +
                                                      " while device " + std::to_string(call.thread.device) + " is current");
            return cudaErrorInvalidResourceHandle;
        }
        if (!fits(call.runtime, launch)) {
            return cudaErrorInvalidConfiguration;
        }
        Operation operation;
        operation.kind = Operation::Kind::kernel;
        operation.name = "kernel " + launch.name;
        operation.run = std::move(launch.run);
        return submit(call, *stream, std::move(operation), cudaGraphNodeTypeKernel);
    });
}
}  // namespace simulated_cuda

using namespace simulated_cuda;  // NOLINT: every function here is one of CUDA's

extern "C" {

cudaError_t cudaFuncSetAttribute(const void* function, enum cudaFuncAttribute attribute, int value) {
    return api("cudaFuncSetAttribute", [&](const Call& call) {
        if (function == nullptr) {
            return cudaErrorInvalidDeviceFunction;
        }
        switch (attribute) {
            case cudaFuncAttributeMaxDynamicSharedMemorySize:
                if (value < 0 || value > limits::kSharedPerBlockOptIn) {
                    return cudaErrorInvalidValue;
                }
                call.runtime.dynamic_shared_limits[function] = value;
                return cudaSuccess;
            case cudaFuncAttributePreferredSharedMemoryCarveout: return value < -1 || value > 100 ? cudaErrorInvalidValue : cudaSuccess;
            default: return cudaErrorInvalidValue;
        }
    });
}

cudaError_t cudaFuncGetAttributes(struct cudaFuncAttributes* attributes, const void* function) {
    return api("cudaFuncGetAttributes", [&](const Call& call) {
        if (attributes == nullptr || function == nullptr) {
            return attributes == nullptr ? cudaErrorInvalidValue : cudaErrorInvalidDeviceFunction;
        }
        *attributes = {};
        attributes->maxThreadsPerBlock = limits::kThreadsPerBlock;
        attributes->numRegs = 32;
        attributes->ptxVersion = attributes->binaryVersion = 90;
        const auto limit = call.runtime.dynamic_shared_limits.find(function);
        attributes->maxDynamicSharedSizeBytes = limit == call.runtime.dynamic_shared_limits.end() ? limits::kSharedPerBlock : limit->second;
        return cudaSuccess;
    });
}

cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, const void* function, int block_size, size_t dynamic_shared_bytes) {
    return api("cudaOccupancyMaxActiveBlocksPerMultiprocessor", [&](const Call&) {
        if (blocks == nullptr || function == nullptr || block_size < 1) {
            return cudaErrorInvalidValue;
        }
        const int by_threads = block_size > limits::kThreadsPerBlock ? 0 : limits::kThreadsPerMultiprocessor / ((block_size + 31) / 32 * 32);
        const auto by_shared = static_cast<int>(static_cast<std::size_t>(limits::kSharedPerMultiprocessor) / (dynamic_shared_bytes + 1024));
        *blocks = std::min({by_threads, by_shared, limits::kBlocksPerMultiprocessor});
        return cudaSuccess;
    });
}
}
