// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <iterator>

#include "capture.hpp"
#include "device_limits.hpp"
#include "submit.hpp"

using namespace simulated_cuda;  // NOLINT: every function here is one of CUDA's

namespace {
int attribute(cudaDeviceAttr which) {
    switch (which) {
        case cudaDevAttrMaxThreadsPerBlock:
        case cudaDevAttrMaxBlockDimX:
        case cudaDevAttrMaxBlockDimY: return limits::kThreadsPerBlock;
        case cudaDevAttrMaxBlockDimZ: return limits::kBlockZ;
        case cudaDevAttrMaxGridDimX: return limits::kGridX;
        case cudaDevAttrMaxGridDimY:
        case cudaDevAttrMaxGridDimZ: return limits::kGridYZ;
        case cudaDevAttrMaxSharedMemoryPerBlock: return limits::kSharedPerBlock;
        case cudaDevAttrMaxSharedMemoryPerBlockOptin: return limits::kSharedPerBlockOptIn;
        case cudaDevAttrMaxSharedMemoryPerMultiprocessor: return limits::kSharedPerMultiprocessor;
        case cudaDevAttrReservedSharedMemoryPerBlock: return 1024;
        case cudaDevAttrTotalConstantMemory:
        case cudaDevAttrMaxRegistersPerBlock:
        case cudaDevAttrMaxRegistersPerMultiprocessor: return 65536;
        case cudaDevAttrWarpSize: return 32;
        case cudaDevAttrMaxPitch: return 0x7FFFFFFF;
        case cudaDevAttrMultiProcessorCount: return limits::kMultiprocessors;
        case cudaDevAttrMaxThreadsPerMultiProcessor: return limits::kThreadsPerMultiprocessor;
        case cudaDevAttrMaxBlocksPerMultiprocessor: return limits::kBlocksPerMultiprocessor;
        case cudaDevAttrL2CacheSize: return 4 << 20;
        case cudaDevAttrComputeCapabilityMajor: return 9;
        case cudaDevAttrClockRate:
        case cudaDevAttrMemoryClockRate: return 1000000;
        case cudaDevAttrGlobalMemoryBusWidth: return 256;
        case cudaDevAttrAsyncEngineCount: return 2;
        case cudaDevAttrCanMapHostMemory:
        case cudaDevAttrConcurrentKernels:
        case cudaDevAttrGpuOverlap:
        case cudaDevAttrUnifiedAddressing:
        case cudaDevAttrStreamPrioritiesSupported:
        case cudaDevAttrManagedMemory:
        case cudaDevAttrComputePreemptionSupported:
        case cudaDevAttrCanUseHostPointerForRegisteredMem:
        case cudaDevAttrHostRegisterSupported:
        case cudaDevAttrHostRegisterReadOnlySupported:
        case cudaDevAttrMemoryPoolsSupported: return 1;
        default: return 0;
    }
}

void lose(Runtime& state, int ordinal) {
    for (Stream* const stream : std::vector<Stream*>(state.devices[ordinal].streams)) {
        drop_work(state, *stream, cudaSuccess);
        host_knows(stream->end());
        stream->alive = false;
    }
    for (const std::unique_ptr<Event>& event : state.events) {
        if (event && event->device == ordinal) {
            state.events.take(event->handle);
        }
    }
    std::vector<std::shared_ptr<Block>> lost;
    for (const auto& [begin, block] : state.blocks) {
        if (block->live && block->device == ordinal && block->window != nullptr && !block->stream_ordered) {
            lost.push_back(block);
        }
    }
    for (const std::shared_ptr<Block>& block : lost) {
        block->lost_in_reset = true;
        release(state, *block);
    }
    state.devices[ordinal].legacy = nullptr;
    std::fill(std::begin(state.devices[ordinal].peer), std::end(state.devices[ordinal].peer), false);
}

template <class Body>
cudaError_t with_peer(const Call& call, int peer, Body&& body) {
    if (!call.device_exists(peer) || peer == call.thread.device) {
        return cudaErrorInvalidDevice;
    }
    return body(call.device().peer[peer]);
}
}  // namespace

extern "C" {

cudaError_t cudaGetDeviceCount(int* count) {
    return api("cudaGetDeviceCount", [&](const Call& call) {
        if (count == nullptr) {
            return cudaErrorInvalidValue;
        }
        *count = call.runtime.options.devices;
        return cudaSuccess;
    });
}
cudaError_t cudaGetDevice(int* device) {
    return api("cudaGetDevice", [&](const Call& call) {
        if (device == nullptr) {
            return cudaErrorInvalidValue;
        }
        *device = call.thread.device;
        return cudaSuccess;
    });
}
cudaError_t cudaSetDevice(int device) {
    return api("cudaSetDevice", [&](const Call& call) {
        if (!call.device_exists(device)) {
            return cudaErrorInvalidDevice;
        }
        call.thread.device = device;
        return cudaSuccess;
    });
}

cudaError_t cudaDeviceSynchronize(void) {
    return api("cudaDeviceSynchronize", [&](const Call& call) {
        cudaError_t error = refuse_device_in_capture(call, call.thread.device);
        if (error != cudaSuccess || (error = refuse_unsafe_in_capture(call)) != cudaSuccess) {
            return error;
        }
        for (Stream* const stream : std::vector<Stream*>(call.device().streams)) {
            const Position end = stream->end();
            wait_until(call.runtime, end, call.lock);
            host_knows(end);
            host_knows(stream->clock);
        }
        return call.runtime.sticky;
    });
}

cudaError_t cudaDeviceReset(void) {
    return api("cudaDeviceReset", [&](const Call& call) {
        if (const cudaError_t error = refuse_device_in_capture(call, call.thread.device); error != cudaSuccess) {
            return error;
        }
        while (call.runtime.user_code_running != 0) {
            call.runtime.user_code_ended.wait(call.lock);
        }
        lose(call.runtime, call.thread.device);
        return cudaSuccess;
    });
}

cudaError_t cudaDeviceGetAttribute(int* value, enum cudaDeviceAttr attr, int device) {
    return api("cudaDeviceGetAttribute", [&](const Call& call) {
        if (!call.device_exists(device) || value == nullptr) {
            return value == nullptr ? cudaErrorInvalidValue : cudaErrorInvalidDevice;
        }
        *value = attr == cudaDevAttrPciBusId ? device + 1 : attribute(attr);
        return cudaSuccess;
    });
}

cudaError_t cudaGetDeviceProperties(struct cudaDeviceProp* prop, int device) {
    return api("cudaGetDeviceProperties", [&](const Call& call) {
        if (!call.device_exists(device) || prop == nullptr) {
            return prop == nullptr ? cudaErrorInvalidValue : cudaErrorInvalidDevice;
        }
        const auto get = [](cudaDeviceAttr which) { return attribute(which); };
        *prop = {};
        std::snprintf(prop->name, sizeof prop->name, "simulated CUDA device %d", device);
        prop->uuid.bytes[0] = static_cast<char>(device + 1);
        prop->totalGlobalMem = call.runtime.options.device_bytes;
        prop->sharedMemPerBlock = limits::kSharedPerBlock;
        prop->sharedMemPerBlockOptin = limits::kSharedPerBlockOptIn;
        prop->sharedMemPerMultiprocessor = limits::kSharedPerMultiprocessor;
        prop->reservedSharedMemPerBlock = 1024;
        prop->regsPerBlock = prop->regsPerMultiprocessor = 65536;
        prop->warpSize = 32;
        prop->memPitch = 0x7FFFFFFF;
        prop->maxThreadsPerBlock = limits::kThreadsPerBlock;
        prop->maxThreadsDim[0] = prop->maxThreadsDim[1] = limits::kThreadsPerBlock;
        prop->maxThreadsDim[2] = limits::kBlockZ;
        prop->maxGridSize[0] = limits::kGridX;
        prop->maxGridSize[1] = prop->maxGridSize[2] = limits::kGridYZ;
        prop->totalConstMem = 65536;
        prop->major = get(cudaDevAttrComputeCapabilityMajor);
        prop->multiProcessorCount = limits::kMultiprocessors;
        prop->maxThreadsPerMultiProcessor = limits::kThreadsPerMultiprocessor;
        prop->maxBlocksPerMultiProcessor = limits::kBlocksPerMultiprocessor;
        prop->l2CacheSize = get(cudaDevAttrL2CacheSize);
        prop->memoryBusWidth = get(cudaDevAttrGlobalMemoryBusWidth);
        prop->asyncEngineCount = get(cudaDevAttrAsyncEngineCount);
        prop->pciBusID = device + 1;
        prop->canMapHostMemory = prop->concurrentKernels = prop->unifiedAddressing = prop->managedMemory = prop->streamPrioritiesSupported = 1;
        prop->canUseHostPointerForRegisteredMem = prop->hostRegisterSupported = prop->memoryPoolsSupported = 1;
        return cudaSuccess;
    });
}

cudaError_t cudaDeviceCanAccessPeer(int* can, int device, int peer) {
    return api("cudaDeviceCanAccessPeer", [&](const Call& call) {
        if (!call.device_exists(device) || !call.device_exists(peer) || can == nullptr) {
            return can == nullptr ? cudaErrorInvalidValue : cudaErrorInvalidDevice;
        }
        *can = device != peer && call.runtime.options.peer_access_possible ? 1 : 0;
        return cudaSuccess;
    });
}
cudaError_t cudaDeviceEnablePeerAccess(int peer, unsigned int flags) {
    return api("cudaDeviceEnablePeerAccess", [&](const Call& call) {
        return with_peer(call, peer, [&](bool& enabled) {
            if (flags != 0) {
                return cudaErrorInvalidValue;
            }
            if (!call.runtime.options.peer_access_possible) {
                return cudaErrorPeerAccessUnsupported;
            }
            return std::exchange(enabled, true) ? cudaErrorPeerAccessAlreadyEnabled : cudaSuccess;
        });
    });
}
cudaError_t cudaDeviceDisablePeerAccess(int peer) {
    return api("cudaDeviceDisablePeerAccess", [&](const Call& call) {
        return with_peer(call, peer, [](bool& enabled) { return std::exchange(enabled, false) ? cudaSuccess : cudaErrorPeerAccessNotEnabled; });
    });
}

cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
    return api("cudaDeviceGetStreamPriorityRange", [&](const Call&) {
        if (least != nullptr) {
            *least = 0;
        }
        if (greatest != nullptr) {
            *greatest = -5;
        }
        return cudaSuccess;
    });
}

// Both answer on machines without a driver or a device as well.
cudaError_t cudaDriverGetVersion(int* version) {
    return api("cudaDriverGetVersion", nullptr, Counted::no, [&](const Call& call) {
        if (version == nullptr) {
            return cudaErrorInvalidValue;
        }
        *version = call.runtime.options.absence == cudaErrorInsufficientDriver ? 0 : CUDART_VERSION;
        return cudaSuccess;
    });
}
cudaError_t cudaRuntimeGetVersion(int* version) {
    return api("cudaRuntimeGetVersion", nullptr, Counted::no, [&](const Call&) {
        if (version == nullptr) {
            return cudaErrorInvalidValue;
        }
        *version = CUDART_VERSION;
        return cudaSuccess;
    });
}
}
