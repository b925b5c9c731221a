// SPDX-License-Identifier: Apache-2.0
// Stream-ordered memory and its pools.
#include <algorithm>

#include "capture.hpp"
#include "pools.hpp"
#include "submit.hpp"

using namespace simulated_cuda;  // NOLINT: every function here is one of CUDA's

namespace {
std::shared_ptr<Pool> pool_of(const Call& call, cudaMemPool_t handle) {
    const std::shared_ptr<Pool>* const pool = call.runtime.pools.find(handle);
    if (pool == nullptr) {
        call.violate(violation::dead_pool, call.runtime.pools.known(handle) ? "the pool was destroyed" : "no such pool");
        return nullptr;
    }
    return *pool;
}

Operation memory_operation(Operation::Kind kind, const char* name) {
    Operation operation;
    operation.kind = kind;
    operation.name = name;
    return operation;
}

cudaError_t make(const Call& call, void** pointer, std::size_t bytes, std::shared_ptr<Pool> pool, cudaStream_t handle) {
    cudaError_t error = cudaSuccess;
    Stream* const stream = usable_stream(call, handle, error);
    if (stream == nullptr || pointer == nullptr) {
        return stream == nullptr ? error : cudaErrorInvalidValue;
    }
    if (stream->capture != nullptr && !stream->capture->valid) {
        return cudaErrorStreamCaptureInvalidated;
    }
    *pointer = nullptr;
    if (bytes == 0) {
        return cudaSuccess;
    }
    if (!pool) {
        pool = current_pool(call.runtime, stream->device);
    }
    const bool full = pool->max_bytes != 0 && bytes > pool->max_bytes - std::min<std::size_t>(pool->max_bytes, pool->used);
    const std::shared_ptr<Block> block = full ? nullptr : allocate(call.runtime, MemoryKind::device, pool->device, bytes);
    if (!block) {
        return cudaErrorMemoryAllocation;
    }
    *pointer = reinterpret_cast<void*>(block->begin);
    block->stream_ordered = true;
    Operation operation = memory_operation(Operation::Kind::allocate, "allocate");
    if (stream->capture != nullptr) {
        release(call.runtime, *block);  // until the graph runs
        block->graph_owned = true;
        operation.run = [block] { revive(*block); };
        return capture_node(call, *stream, std::move(operation), cudaGraphNodeTypeMemAlloc);
    }
    block->pool = pool;
    pool->used += bytes;
    pool->used_high = std::max(pool->used_high, pool->used);
    pool->reserved = std::max(pool->reserved, pool->used);
    pool->reserved_high = std::max(pool->reserved_high, pool->reserved);
    block->allocated = {stream, stream->enqueued + 1};
    return submit(call, *stream, std::move(operation), cudaGraphNodeTypeMemAlloc);
}

// The clock of the freeing stream decides whether a user comes before the free, whatever runs first.
bool report_unordered_users(const Block& block, const Stream& stream, const Clock& clock, const std::string& where) {
    for (const Position& user : block.users) {
        if (user.stream != &stream && user.count > user.stream->host_known && !clock.covers(user)) {
            report(violation::early_free, where + " on stream " + std::to_string(stream.id) + " is not ordered after work on stream " +
                                              std::to_string(user.stream->id) + " that uses the " + describe(block));
            return true;
        }
    }
    return false;
}

cudaError_t free_in_order(const Call& call, void* pointer, cudaStream_t handle) {
    cudaError_t error = cudaSuccess;
    Stream* const stream = usable_stream(call, handle, error);
    if (stream == nullptr) {
        return error;
    }
    if (pointer == nullptr) {
        return cudaSuccess;
    }
    Runtime& state = call.runtime;
    Operation operation = memory_operation(Operation::Kind::free, "free");
    if (stream->capture != nullptr) {
        const std::shared_ptr<Block> block = find_block(state, reinterpret_cast<std::uintptr_t>(pointer));
        if (!block || !block->graph_owned) {
            call.violate(violation::in_capture, "a captured free needs memory that a graph allocated");
            return cudaErrorInvalidValue;
        }
        operation.run = [&state, block] { release(state, *block); };
        return capture_node(call, *stream, std::move(operation), cudaGraphNodeTypeMemFree);
    }
    const std::shared_ptr<Block> block = block_to_free(call, pointer, true);
    if (!block) {
        return cudaErrorInvalidValue;
    }
    order_with_legacy(state, *stream, operation);
    if (block->stream_ordered && !stream->ordered_after(block->allocated)) {
        call.violate(violation::not_ordered, "freed on a stream that is not ordered after its allocation: " + describe(*block));
    }
    const bool reported = report_unordered_users(*block, *stream, stream->clock, call.name);
    block->free_queued = true;
    operation.run = [&state, block, stream, clock = stream->clock, reported] {
        if (!reported) {  // kernels tell only when they run what they use
            static_cast<void>(report_unordered_users(*block, *stream, clock, "cudaFreeAsync"));
        }
        if (block->live) {
            release(state, *block);
        }
    };
    enqueue(state, *stream, std::move(operation), call.lock);
    return cudaSuccess;
}
}  // namespace

namespace simulated_cuda {
std::shared_ptr<Pool> default_pool(Runtime& state, int device) {
    std::shared_ptr<Pool>& pool = state.devices[device].default_pool;
    if (!pool) {
        pool = std::make_shared<Pool>();
        pool->device = device;
        pool->is_default = true;
        pool->access[device] = cudaMemAccessFlagsProtReadWrite;
        state.pool_handles[pool.get()] = state.pools.add(std::make_unique<std::shared_ptr<Pool>>(pool));
    }
    return pool;
}
std::shared_ptr<Pool> current_pool(Runtime& state, int device) { return state.devices[device].pool ? state.devices[device].pool : default_pool(state, device); }
}  // namespace simulated_cuda

extern "C" {

cudaError_t cudaMallocAsync(void** pointer, size_t size, cudaStream_t stream) {
    return api("cudaMallocAsync", stream, [&](const Call& call) { return make(call, pointer, size, nullptr, stream); });
}
cudaError_t cudaMallocFromPoolAsync(void** pointer, size_t size, cudaMemPool_t handle, cudaStream_t stream) {
    return api("cudaMallocFromPoolAsync", stream, [&](const Call& call) {
        const std::shared_ptr<Pool> pool = pool_of(call, handle);
        return pool ? make(call, pointer, size, pool, stream) : cudaErrorInvalidValue;
    });
}
cudaError_t cudaFreeAsync(void* pointer, cudaStream_t stream) {
    return api("cudaFreeAsync", stream, [&](const Call& call) { return free_in_order(call, pointer, stream); });
}

cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int device) {
    return api("cudaDeviceGetDefaultMemPool", [&](const Call& call) {
        if (pool == nullptr || !call.device_exists(device)) {
            return pool == nullptr ? cudaErrorInvalidValue : cudaErrorInvalidDevice;
        }
        *pool = call.runtime.pool_handles[default_pool(call.runtime, device).get()];
        return cudaSuccess;
    });
}
cudaError_t cudaDeviceGetMemPool(cudaMemPool_t* pool, int device) {
    return api("cudaDeviceGetMemPool", [&](const Call& call) {
        if (pool == nullptr || !call.device_exists(device)) {
            return pool == nullptr ? cudaErrorInvalidValue : cudaErrorInvalidDevice;
        }
        *pool = call.runtime.pool_handles[current_pool(call.runtime, device).get()];
        return cudaSuccess;
    });
}
cudaError_t cudaDeviceSetMemPool(int device, cudaMemPool_t handle) {
    return api("cudaDeviceSetMemPool", [&](const Call& call) {
        const std::shared_ptr<Pool> pool = pool_of(call, handle);
        if (!pool || !call.device_exists(device) || pool->device != device) {
            return cudaErrorInvalidValue;
        }
        call.runtime.devices[device].pool = pool;
        return cudaSuccess;
    });
}

cudaError_t cudaMemPoolCreate(cudaMemPool_t* handle, const struct cudaMemPoolProps* properties) {
    return api("cudaMemPoolCreate", [&](const Call& call) {
        if (handle == nullptr || properties == nullptr || properties->allocType != cudaMemAllocationTypePinned ||
            properties->location.type != cudaMemLocationTypeDevice || !call.device_exists(properties->location.id)) {
            return cudaErrorInvalidValue;
        }
        if (properties->handleTypes != cudaMemHandleTypeNone) {
            return cudaErrorNotSupported;
        }
        auto pool = std::make_shared<Pool>();
        pool->device = properties->location.id;
        pool->max_bytes = properties->maxSize;
        pool->access[pool->device] = cudaMemAccessFlagsProtReadWrite;
        *handle = call.runtime.pools.add(std::make_unique<std::shared_ptr<Pool>>(pool));
        call.runtime.pool_handles[pool.get()] = *handle;
        return cudaSuccess;
    });
}
cudaError_t cudaMemPoolDestroy(cudaMemPool_t handle) {
    return api("cudaMemPoolDestroy", [&](const Call& call) {
        const std::shared_ptr<Pool> pool = pool_of(call, handle);
        if (!pool || pool->is_default) {
            return cudaErrorInvalidValue;
        }
        for (Device& device : call.runtime.devices) {
            if (device.pool == pool) {
                device.pool = nullptr;
            }
        }
        call.runtime.pool_handles.erase(pool.get());
        call.runtime.pools.take(handle);
        return cudaSuccess;
    });
}

cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t handle, enum cudaMemPoolAttr attr, void* value) {
    return api("cudaMemPoolSetAttribute", [&](const Call& call) {
        const std::shared_ptr<Pool> pool = pool_of(call, handle);
        if (!pool || value == nullptr) {
            return cudaErrorInvalidValue;
        }
        switch (attr) {
            case cudaMemPoolReuseFollowEventDependencies:
            case cudaMemPoolReuseAllowOpportunistic:
            case cudaMemPoolReuseAllowInternalDependencies: pool->reuse[attr] = *static_cast<const int*>(value); return cudaSuccess;
            case cudaMemPoolAttrReleaseThreshold: pool->threshold = *static_cast<const std::uint64_t*>(value); return cudaSuccess;
            case cudaMemPoolAttrReservedMemHigh:
            case cudaMemPoolAttrUsedMemHigh:
                if (*static_cast<const std::uint64_t*>(value) != 0) {
                    return cudaErrorInvalidValue;
                }
                (attr == cudaMemPoolAttrUsedMemHigh ? pool->used_high : pool->reserved_high) = attr == cudaMemPoolAttrUsedMemHigh ? pool->used : pool->reserved;
                return cudaSuccess;
            default: return cudaErrorInvalidValue;
        }
    });
}
cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t handle, enum cudaMemPoolAttr attr, void* value) {
    return api("cudaMemPoolGetAttribute", [&](const Call& call) {
        const std::shared_ptr<Pool> pool = pool_of(call, handle);
        if (!pool || value == nullptr) {
            return cudaErrorInvalidValue;
        }
        const auto answer = [&](std::uint64_t number) { return *static_cast<std::uint64_t*>(value) = number, cudaSuccess; };
        switch (attr) {
            case cudaMemPoolReuseFollowEventDependencies:
            case cudaMemPoolReuseAllowOpportunistic:
            case cudaMemPoolReuseAllowInternalDependencies: *static_cast<int*>(value) = pool->reuse[attr]; return cudaSuccess;
            case cudaMemPoolAttrReleaseThreshold: return answer(pool->threshold);
            case cudaMemPoolAttrReservedMemCurrent: return answer(pool->reserved);
            case cudaMemPoolAttrReservedMemHigh: return answer(pool->reserved_high);
            case cudaMemPoolAttrUsedMemCurrent: return answer(pool->used);
            case cudaMemPoolAttrUsedMemHigh: return answer(pool->used_high);
        }
        return cudaErrorInvalidValue;
    });
}
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t handle, size_t kept) {
    return api("cudaMemPoolTrimTo", [&](const Call& call) {
        const std::shared_ptr<Pool> pool = pool_of(call, handle);
        if (!pool) {
            return cudaErrorInvalidValue;
        }
        pool->reserved = std::max<std::uint64_t>(pool->used, std::min<std::uint64_t>(pool->reserved, kept));
        return cudaSuccess;
    });
}
cudaError_t cudaMemPoolSetAccess(cudaMemPool_t handle, const struct cudaMemAccessDesc* descriptions, size_t count) {
    return api("cudaMemPoolSetAccess", [&](const Call& call) {
        const std::shared_ptr<Pool> pool = pool_of(call, handle);
        if (!pool || descriptions == nullptr) {
            return cudaErrorInvalidValue;
        }
        for (size_t i = 0; i < count; ++i) {
            const cudaMemLocation& location = descriptions[i].location;
            if (location.type != cudaMemLocationTypeDevice || !call.device_exists(location.id) ||
                (location.id != pool->device && !call.runtime.options.peer_access_possible)) {
                return cudaErrorInvalidValue;
            }
        }
        for (size_t i = 0; i < count; ++i) {
            pool->access[descriptions[i].location.id] = descriptions[i].flags;
        }
        return cudaSuccess;
    });
}
cudaError_t cudaMemPoolGetAccess(enum cudaMemAccessFlags* flags, cudaMemPool_t handle, struct cudaMemLocation* location) {
    return api("cudaMemPoolGetAccess", [&](const Call& call) {
        const std::shared_ptr<Pool> pool = pool_of(call, handle);
        if (!pool || flags == nullptr || location == nullptr || !call.device_exists(location->id)) {
            return cudaErrorInvalidValue;
        }
        *flags = pool->access[location->id];
        return cudaSuccess;
    });
}
}
