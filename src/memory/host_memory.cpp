// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

#include <ndlease/error.hpp>
#include <ndlease/memory.hpp>

namespace ndlease {

namespace {

/// Large arrays in large pages, where the system offers those on request: strided walks over many rows then miss the page tables less.
void ask_for_large_pages(void* data, std::size_t bytes) noexcept {
#if defined(__linux__)
    constexpr std::size_t least_bytes = std::size_t{4} << 20;
    if (bytes < least_bytes) return;
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto address = reinterpret_cast<std::uintptr_t>(data);
    const std::uintptr_t begin = (address + page - 1) / page * page;
    const std::uintptr_t end = (address + bytes) / page * page;
    // Advice: nothing is lost where it is refused.
    static_cast<void>(madvise(static_cast<std::byte*>(data) + (begin - address), end - begin, MADV_HUGEPAGE));
#else
    static_cast<void>(data);
    static_cast<void>(bytes);
#endif
}

class HostMemory final : public MemoryResource {
public:
    void* allocate(std::size_t bytes, std::size_t alignment) override {
        void* data = ::operator new (bytes, std::align_val_t{alignment}, std::nothrow);
        if (data == nullptr) {
            throw Error(errc::out_of_memory,
                        std::to_string(bytes) + " bytes of host memory, aligned to " + std::to_string(alignment) + ", could not be allocated");
        }
        ask_for_large_pages(data, bytes);
        return data;
    }
    void deallocate(void* data, std::size_t /*bytes*/, std::size_t alignment) noexcept override { ::operator delete (data, std::align_val_t{alignment}); }
    [[nodiscard]] Device device() const noexcept override { return Device::cpu(); }
};

}  // namespace

MemoryResource& host_memory() noexcept {
    // Never destroyed: Views may be released by the destructors of statics.
    alignas(HostMemory) static unsigned char storage[sizeof(HostMemory)];
    static HostMemory* const resource = ::new (storage) HostMemory;
    return *resource;
}

}  // namespace ndlease
