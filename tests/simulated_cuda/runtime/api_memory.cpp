// SPDX-License-Identifier: Apache-2.0
#include "capture.hpp"
#include "submit.hpp"

using namespace simulated_cuda;  // NOLINT: every function here is one of CUDA's

namespace {
cudaError_t make(const Call& call, MemoryKind kind, void** pointer, std::size_t bytes) {
    if (const cudaError_t error = refuse_unsafe_in_capture(call); error != cudaSuccess) {
        return error;
    }
    if (pointer == nullptr) {
        return cudaErrorInvalidValue;
    }
    *pointer = nullptr;
    if (bytes == 0) {
        return kind == MemoryKind::managed ? cudaErrorInvalidValue : cudaSuccess;
    }
    const std::shared_ptr<Block> block = allocate(call.runtime, kind, call.thread.device, bytes);
    if (!block) {
        return cudaErrorMemoryAllocation;
    }
    *pointer = reinterpret_cast<void*>(block->begin);
    return cudaSuccess;
}

// Frees that wait: for the streams of the block's device, not for those of others.
cudaError_t free_now(const Call& call, void* pointer, bool device_memory) {
    if (const cudaError_t error = refuse_unsafe_in_capture(call); error != cudaSuccess) {
        return error;
    }
    if (pointer == nullptr) {
        return cudaSuccess;
    }
    const std::shared_ptr<Block> block = block_to_free(call, pointer, device_memory);
    if (!block) {
        return cudaErrorInvalidValue;
    }
    const std::vector<Stream*> streams = call.runtime.devices[block->device].streams;
    for (Stream* const stream : streams) {
        wait_until(call.runtime, stream->end(), call.lock);
    }
    if (call.runtime.sticky != cudaSuccess) {
        return call.runtime.sticky;
    }
    if (!report_unknown_users(call, *block)) {  // after the wait: kernels tell only when they run what they use
        for (const Position& user : block->users) {
            if (!user.done()) {
                call.violate(violation::early_free, "work of device " + std::to_string(user.stream->device) + " still uses the " + describe(*block));
                break;
            }
        }
    }
    for (Stream* const stream : streams) {
        host_knows({stream, stream->completed});
    }
    if (block->live) {
        release(call.runtime, *block);
    }
    return cudaSuccess;
}

void fill(cudaPointerAttributes& attributes, const Block* block, const void* pointer) {
    attributes = {};
    attributes.device = -2;
    attributes.hostPointer = const_cast<void*>(pointer);
    if (block == nullptr) {
        return;
    }
    attributes.device = block->device;
    attributes.devicePointer = const_cast<void*>(pointer);
    switch (block->kind) {
        case MemoryKind::device:
            attributes.type = cudaMemoryTypeDevice;
            attributes.hostPointer = nullptr;
            break;
        case MemoryKind::pinned: attributes.type = cudaMemoryTypeHost; break;
        case MemoryKind::managed: attributes.type = cudaMemoryTypeManaged; break;
    }
}
}  // namespace

extern "C" {

cudaError_t cudaMalloc(void** pointer, size_t size) {
    return api("cudaMalloc", [&](const Call& call) { return make(call, MemoryKind::device, pointer, size); });
}
cudaError_t cudaMallocHost(void** pointer, size_t size) {
    return api("cudaMallocHost", [&](const Call& call) { return make(call, MemoryKind::pinned, pointer, size); });
}
cudaError_t cudaHostAlloc(void** pointer, size_t size, unsigned int flags) {
    return api("cudaHostAlloc", [&](const Call& call) { return flags > 7 ? cudaErrorInvalidValue : make(call, MemoryKind::pinned, pointer, size); });
}
cudaError_t cudaMallocManaged(void** pointer, size_t size, unsigned int flags) {
    return api("cudaMallocManaged", [&](const Call& call) {
        return flags != cudaMemAttachGlobal && flags != cudaMemAttachHost ? cudaErrorInvalidValue : make(call, MemoryKind::managed, pointer, size);
    });
}
cudaError_t cudaFree(void* pointer) {
    return api("cudaFree", [&](const Call& call) { return free_now(call, pointer, true); });
}
cudaError_t cudaFreeHost(void* pointer) {
    return api("cudaFreeHost", [&](const Call& call) { return free_now(call, pointer, false); });
}

cudaError_t cudaHostRegister(void* pointer, size_t size, unsigned int flags) {
    return api("cudaHostRegister", [&](const Call& call) {
        const auto begin = reinterpret_cast<std::uintptr_t>(pointer);
        if (const cudaError_t error = refuse_unsafe_in_capture(call); error != cudaSuccess) {
            return error;
        }
        if (pointer == nullptr || size == 0 || flags > 15 || in_windows(call.runtime, begin)) {
            return cudaErrorInvalidValue;
        }
        const auto after = call.runtime.blocks.lower_bound(begin);
        const bool overlaps_next = after != call.runtime.blocks.end() && after->first < begin + size;
        if (overlaps_next || find_block(call.runtime, begin)) {
            return cudaErrorHostMemoryAlreadyRegistered;
        }
        return register_host(call.runtime, call.thread.device, begin, size) ? cudaSuccess : cudaErrorMemoryAllocation;
    });
}
cudaError_t cudaHostUnregister(void* pointer) {
    return api("cudaHostUnregister", [&](const Call& call) {
        if (const cudaError_t error = refuse_unsafe_in_capture(call); error != cudaSuccess) {
            return error;
        }
        const std::shared_ptr<Block> block = find_block(call.runtime, reinterpret_cast<std::uintptr_t>(pointer));
        if (!block || block->window != nullptr || block->begin != reinterpret_cast<std::uintptr_t>(pointer)) {
            call.violate(violation::bad_free, hex(reinterpret_cast<std::uintptr_t>(pointer)) + " is not the beginning of registered memory");
            return cudaErrorHostMemoryNotRegistered;
        }
        static_cast<void>(report_unknown_users(call, *block));
        release(call.runtime, *block);
        return cudaSuccess;
    });
}
cudaError_t cudaHostGetDevicePointer(void** device_pointer, void* host, unsigned int flags) {
    return api("cudaHostGetDevicePointer", [&](const Call& call) {
        const std::shared_ptr<Block> block = find_block(call.runtime, reinterpret_cast<std::uintptr_t>(host));
        if (device_pointer == nullptr || flags != 0 || !block || !block->live || block->kind == MemoryKind::device) {
            return cudaErrorInvalidValue;
        }
        *device_pointer = host;
        return cudaSuccess;
    });
}

cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
    return api("cudaMemGetInfo", [&](const Call& call) {
        if (free == nullptr || total == nullptr) {
            return cudaErrorInvalidValue;
        }
        *total = call.runtime.options.device_bytes;
        *free = *total - call.device().used;
        return cudaSuccess;
    });
}

cudaError_t cudaPointerGetAttributes(struct cudaPointerAttributes* attributes, const void* pointer) {
    return api("cudaPointerGetAttributes", [&](const Call& call) {
        if (attributes == nullptr) {
            return cudaErrorInvalidValue;
        }
        const auto address = reinterpret_cast<std::uintptr_t>(pointer);
        const std::shared_ptr<Block> block = find_block(call.runtime, address);
        fill(*attributes, block && block->live && block->holds(address, 1) ? block.get() : nullptr, pointer);
        return cudaSuccess;
    });
}
}
