// SPDX-License-Identifier: Apache-2.0
#include "pool_memory.hpp"

#include <cuda_runtime_api.h>

#include <new>
#include <string>

#include "allocation.hpp"
#include "capture_mode.hpp"
#include "classify.hpp"
#include "devices.hpp"
#include "error.hpp"
#include "isolated.hpp"
#include "native_pool.hpp"

namespace ndlease::gpu {
namespace {

class PoolMemory final : public MemoryResource {
public:
    explicit PoolMemory(int ordinal) noexcept : ordinal_(ordinal), native_(ordinal) {}

    void* allocate(std::size_t bytes, std::size_t alignment) override {
        check_alignment(alignment, device());
        const NativePool::Handles handles = native_.get();
        void* data = nullptr;
        const cudaError_t code = isolated(ordinal_, [&] { return cudaMallocFromPoolAsync(&data, bytes, handles.pool, handles.stream); });
        if (code != cudaSuccess) throw_not_allocated(code, "cudaMallocFromPoolAsync", bytes, device(), ordinal_);
        const cudaError_t waited = isolated(ordinal_, [&] { return wait_for(handles.stream); });
        if (waited == cudaSuccess) return data;
        static_cast<void>(count_free(isolated(ordinal_, [&] { return cudaFreeAsync(data, handles.stream); }), bytes));
        throw_not_allocated(waited, "cudaStreamSynchronize", bytes, device(), ordinal_);
    }

    /// All use is over, so that the order of any stream will do.
    void deallocate(void* data, std::size_t bytes, std::size_t /*alignment*/) noexcept override {
        const cudaStream_t stream = native_.get_if_made().stream;
        const cudaError_t code = isolated(ordinal_, [&] { return stream != nullptr ? cudaFreeAsync(data, stream) : free_now(data); });
        static_cast<void>(count_free(retried(code, [&] { return free_now(data); }), bytes));
    }
    [[nodiscard]] Device device() const noexcept override { return Device::cuda(ordinal_); }

    void* allocate_on(StreamRef stream, std::size_t bytes, std::size_t alignment) override {
        if (stream.is_host()) return allocate(bytes, alignment);
        check_alignment(alignment, device());
        check_own(stream);
        const cudaMemPool_t pool = native_.get().pool;
        void* data = nullptr;
        const cudaError_t code = isolated(stream, [&] { return cudaMallocFromPoolAsync(&data, bytes, pool, stream.cuda()); });
        if (code != cudaSuccess) throw_not_allocated(code, "cudaMallocFromPoolAsync", bytes, device(), ordinal_);
        return data;
    }

    void deallocate_on(StreamRef stream, void* data, std::size_t bytes, std::size_t alignment) noexcept override {
        if (stream.is_host()) {
            deallocate(data, bytes, alignment);
            return;
        }
        const cudaError_t code = isolated(stream, [&] { return cudaFreeAsync(data, stream.cuda()); });
        // Freed at once where nothing on the stream can still use it; else it stays, and is counted.
        static_cast<void>(count_free(retried(code,
                                             [&] {
                                                 const cudaError_t waited = wait_for(stream.cuda());
                                                 return waited == cudaSuccess ? free_now(data) : waited;
                                             }),
                                     bytes));
    }

    [[nodiscard]] NativePool& native() noexcept { return native_; }

private:
    void check_own(StreamRef stream) const {
        if (stream.device() == device()) return;
        throw Error(errc::invalid_argument,
                    "memory of " + to_string(device()) + " in the order of " + to_string(stream) + ": the stream must be of that device");
    }
    static cudaError_t wait_for(cudaStream_t stream) noexcept {
        cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
        const cudaError_t asked = cudaStreamIsCapturing(stream, &status);
        if (asked != cudaSuccess) return asked;
        if (status != cudaStreamCaptureStatusNone) return cudaErrorStreamCaptureUnsupported;
        const RelaxedCapture relaxed;
        return relaxed.code() != cudaSuccess ? relaxed.code() : cudaStreamSynchronize(stream);
    }
    static cudaError_t free_now(void* data) noexcept {
        const RelaxedCapture relaxed;
        return relaxed.code() != cudaSuccess ? relaxed.code() : cudaFree(data);
    }
    /// A failure that passes is tried once more in another way.
    template <class Other>
    cudaError_t retried(cudaError_t code, Other&& other) const noexcept {
        const detail::Outcome outcome = outcome_of(code);
        if (outcome != detail::Outcome::failed && outcome != detail::Outcome::out_of_memory) return code;
        return isolated(ordinal_, other) == cudaSuccess ? cudaSuccess : code;
    }

    int ordinal_;
    NativePool native_;
};

PoolMemory* all_pools() {
    static PoolMemory* const all = [] {  // never destroyed: Views may be released by the destructors of statics
        auto* const first = static_cast<PoolMemory*>(::operator new(max_devices * sizeof(PoolMemory)));
        for (int i = 0; i < max_devices; ++i) ::new (first + i) PoolMemory(i);
        return first;
    }();
    return all;
}

}  // namespace

MemoryResource& device_pool(int ordinal) {
    check_ordinal(ordinal);
    PoolMemory& pool = all_pools()[ordinal];
    static_cast<void>(pool.native().get());
    return pool;
}

void set_pool_release_threshold(int ordinal, std::uint64_t bytes) {
    check_ordinal(ordinal);
    all_pools()[ordinal].native().set_release_threshold(bytes);
}

void open_pool_to(int owner, int user) { all_pools()[owner].native().open_to(user); }

void forget_pools() noexcept {
    for (int i = 0; i < max_devices; ++i) all_pools()[i].native().forget();
}

}  // namespace ndlease::gpu
