// SPDX-License-Identifier: Apache-2.0
#include <new>
#include <string>

#include <ndlease/error.hpp>
#include <ndlease/memory.hpp>

namespace ndlease {

namespace {

class HostMemory final : public MemoryResource {
public:
    void* allocate(std::size_t bytes, std::size_t alignment) override {
        void* data = ::operator new (bytes, std::align_val_t{alignment}, std::nothrow);
        if (data == nullptr) {
            throw Error(errc::out_of_memory,
                        std::to_string(bytes) + " bytes of host memory, aligned to " + std::to_string(alignment) + ", could not be allocated");
        }
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
