// SPDX-License-Identifier: Apache-2.0
// Memory resources of other libraries (RMM, libcu++) as ndlease's.
#pragma once

#include <cuda_runtime_api.h>

#include <concepts>
#include <cstddef>
#include <new>
#include <string>

#include <ndlease/error.hpp>
#include <ndlease/gpu/device_guard.hpp>
#include <ndlease/memory.hpp>

namespace ndlease::gpu {

/// cuda::mr::resource of CCCL 3 and RMM since 25.12: the stream comes first. Their stream types are made from a cudaStream_t.
template <class R>
concept StreamFirstResource = requires(R& resource, cudaStream_t stream, void* data, std::size_t bytes) {
    { resource.allocate(stream, bytes, bytes) } -> std::same_as<void*>;
    resource.deallocate(stream, data, bytes, bytes);
};
/// Bytes, alignment, stream.
template <class R>
concept StreamLastAlignedResource = requires(R& resource, cudaStream_t stream, void* data, std::size_t bytes) {
    { resource.allocate(bytes, bytes, stream) } -> std::same_as<void*>;
    resource.deallocate(data, bytes, bytes, stream);
};
/// rmm::mr::device_memory_resource: bytes and stream; aligned to 256.
template <class R>
concept StreamLastResource = requires(R& resource, cudaStream_t stream, void* data, std::size_t bytes) {
    { resource.allocate(bytes, stream) } -> std::same_as<void*>;
    resource.deallocate(data, bytes, stream);
};
template <class R>
concept StreamResource = StreamFirstResource<R> || StreamLastAlignedResource<R> || StreamLastResource<R>;

/// A stream-ordered resource of another library. It is borrowed and must outlive the adaptor and all memory from it. Thread-safe if the resource is.
template <StreamResource R>
class StreamResourceAdaptor final : public MemoryResource {
public:
    /// `memory`: where the resource's memory is. `stream`: of that device, for allocations that name no stream; they wait for it on the host.
    /// Throws Error{errc::invalid_argument} for the host as stream and for the per-thread default stream.
    StreamResourceAdaptor(R& resource, Device memory, StreamRef stream) : resource_(&resource), memory_(memory), stream_(stream) {
        if (stream.is_host() || stream.is_per_thread_default()) {
            throw Error(errc::invalid_argument, "a stream-ordered memory resource needs a stream of its own, not " + to_string(stream));
        }
    }

    [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) override {
        void* const data = allocate_on(stream_, bytes, alignment);
        try {
            stream_.synchronize();
        } catch (...) {
            deallocate_on(stream_, data, bytes, alignment);
            throw;
        }
        return data;
    }
    void deallocate(void* data, std::size_t bytes, std::size_t alignment) noexcept override { deallocate_on(stream_, data, bytes, alignment); }
    [[nodiscard]] Device device() const noexcept override { return memory_; }

    [[nodiscard]] void* allocate_on(StreamRef stream, std::size_t bytes, std::size_t alignment) override {
        if (stream.is_host()) return allocate(bytes, alignment);
        const DeviceGuard guard(stream.device().id);
        try {
            if constexpr (StreamFirstResource<R>) {
                return resource_->allocate(stream.cuda(), bytes, alignment);
            } else if constexpr (StreamLastAlignedResource<R>) {
                return resource_->allocate(bytes, alignment, stream.cuda());
            } else {
                if (alignment > 256) throw Error(errc::invalid_argument, "an alignment of " + std::to_string(alignment) + " bytes: the resource's is 256");
                return resource_->allocate(bytes, stream.cuda());
            }
        } catch (const std::bad_alloc& error) {
            throw Error(errc::out_of_memory, std::to_string(bytes) + " bytes of " + to_string(memory_) + " memory could not be allocated: " + error.what());
        }
    }
    /// Makes no call once the process exits, in a forked child, or after shutdown(); what the resource throws is counted in memory_statistics().
    void deallocate_on(StreamRef stream, void* data, std::size_t bytes, std::size_t alignment) noexcept override {
        if (!detail::may_free_on_device()) return;
        if (stream.is_host()) stream = stream_;
        const bool had_error = cudaPeekAtLastError() != cudaSuccess;
        {
            const DeviceGuard guard(stream.device().id);
            try {
                if constexpr (StreamFirstResource<R>) {
                    resource_->deallocate(stream.cuda(), data, bytes, alignment);
                } else if constexpr (StreamLastAlignedResource<R>) {
                    resource_->deallocate(data, bytes, alignment, stream.cuda());
                } else {
                    resource_->deallocate(data, bytes, stream.cuda());
                }
            } catch (...) {
                detail::count_failed_free(bytes);
            }
        }
        if (!had_error) static_cast<void>(cudaGetLastError());
    }

private:
    R* resource_;
    Device memory_;
    StreamRef stream_;
};

}  // namespace ndlease::gpu
