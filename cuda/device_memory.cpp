// SPDX-License-Identifier: Apache-2.0
#include "device_memory.hpp"

#include <cuda_runtime_api.h>

#include <new>
#include <utility>

#include "allocation.hpp"
#include "capture_mode.hpp"
#include "devices.hpp"
#include "isolated.hpp"

namespace ndlease::gpu {
namespace {

/// One pair of calls of the runtime. Neither disturbs a graph capture that is open.
template <class Calls>
class UnorderedMemory final : public MemoryResource {
public:
    explicit UnorderedMemory(Calls calls) noexcept : calls_(calls) {}

    void* allocate(std::size_t bytes, std::size_t alignment) override {
        check_alignment(alignment, device());
        void* data = nullptr;
        const cudaError_t code = isolated(calls_.current_device(), [&] {
            const RelaxedCapture relaxed;
            return relaxed.code() != cudaSuccess ? relaxed.code() : calls_.allocate(&data, bytes);
        });
        if (code != cudaSuccess) throw_not_allocated(code, Calls::call, bytes, device(), calls_.current_device());
        return data;
    }
    void deallocate(void* data, std::size_t bytes, std::size_t /*alignment*/) noexcept override {
        const cudaError_t code = isolated(calls_.current_device(), [&] {
            const RelaxedCapture relaxed;
            return relaxed.code() != cudaSuccess ? relaxed.code() : Calls::free(data);
        });
        static_cast<void>(count_free(code, bytes));
    }
    [[nodiscard]] Device device() const noexcept override { return calls_.memory(); }

private:
    Calls calls_;
};

struct DeviceCalls {
    static constexpr const char* call = "cudaMalloc";
    int ordinal;
    [[nodiscard]] int current_device() const noexcept { return ordinal; }
    [[nodiscard]] Device memory() const noexcept { return Device::cuda(ordinal); }
    static cudaError_t allocate(void** data, std::size_t bytes) noexcept { return cudaMalloc(data, bytes); }
    static cudaError_t free(void* data) noexcept { return cudaFree(data); }
};

struct PinnedCalls {
    static constexpr const char* call = "cudaHostAlloc";
    static int current_device() noexcept { return any_device; }
    static Device memory() noexcept { return Device::cuda_host(); }
    static cudaError_t allocate(void** data, std::size_t bytes) noexcept { return cudaHostAlloc(data, bytes, cudaHostAllocPortable | cudaHostAllocMapped); }
    static cudaError_t free(void* data) noexcept { return cudaFreeHost(data); }
};

struct ManagedCalls {
    static constexpr const char* call = "cudaMallocManaged";
    static int current_device() noexcept { return any_device; }
    static Device memory() noexcept { return Device::cuda_managed(); }
    static cudaError_t allocate(void** data, std::size_t bytes) noexcept { return cudaMallocManaged(data, bytes, cudaMemAttachGlobal); }
    static cudaError_t free(void* data) noexcept { return cudaFree(data); }
};

}  // namespace

// None is ever destroyed: Views may be released by the destructors of statics.

MemoryResource& device_memory(int ordinal) {
    check_ordinal(ordinal);
    using Memory = UnorderedMemory<DeviceCalls>;
    static Memory* const all = [] {
        auto* const first = static_cast<Memory*>(::operator new(max_devices * sizeof(Memory)));
        for (int i = 0; i < max_devices; ++i) ::new (first + i) Memory(DeviceCalls{i});
        return first;
    }();
    return all[ordinal];
}

MemoryResource& pinned_memory() {
    check_ordinal(0);
    static auto* const memory = new UnorderedMemory<PinnedCalls>({});
    return *memory;
}

MemoryResource& managed_memory() {
    check_ordinal(0);
    static auto* const memory = new UnorderedMemory<ManagedCalls>({});
    return *memory;
}

}  // namespace ndlease::gpu
