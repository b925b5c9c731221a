// SPDX-License-Identifier: Apache-2.0
// std::pmr::memory_resource to and from MemoryResource.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory_resource>
#include <new>
#include <string>

#include <ndlease/error.hpp>
#include <ndlease/memory.hpp>

namespace ndlease {

/// A std::pmr::memory_resource as MemoryResource. It is borrowed and must outlive this and all memory from it; thread-safe if it is.
class PmrMemory final : public MemoryResource {
public:
    explicit PmrMemory(std::pmr::memory_resource& resource, Device memory = Device::cpu()) noexcept : resource_(&resource), memory_(memory) {}

    [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) override {
        try {
            return resource_->allocate(bytes, alignment);
        } catch (const std::bad_alloc& error) {
            throw Error(errc::out_of_memory, std::to_string(bytes) + " bytes, aligned to " + std::to_string(alignment) +
                                                 ", could not be allocated from a std::pmr::memory_resource: " + error.what());
        }
    }
    void deallocate(void* data, std::size_t bytes, std::size_t alignment) noexcept override { resource_->deallocate(data, bytes, alignment); }
    [[nodiscard]] Device device() const noexcept override { return memory_; }

private:
    std::pmr::memory_resource* resource_;
    Device memory_;
};

/// A MemoryResource whose memory the CPU reaches (host, pinned, managed) as std::pmr::memory_resource, for containers. Borrowed in the same way.
class PmrResource final : public std::pmr::memory_resource {
public:
    /// Throws Error{errc::device} for memory that the CPU does not reach.
    explicit PmrResource(MemoryResource& memory) : memory_(&memory) {
        if (!reachable_from(memory.device(), Device::cpu())) {
            throw Error(errc::device, "std::pmr containers live on the CPU, which does not reach memory on " + to_string(memory.device()));
        }
    }
    [[nodiscard]] MemoryResource& memory() const noexcept { return *memory_; }

private:
    void* do_allocate(std::size_t bytes, std::size_t alignment) override {
        try {
            return memory_->allocate(std::max<std::size_t>(bytes, 1), alignment);
        } catch (const Error& error) {
            if (error.code() == errc::out_of_memory) throw std::bad_alloc();  // as std::pmr::memory_resource says
            throw;
        }
    }
    void do_deallocate(void* data, std::size_t bytes, std::size_t alignment) override { memory_->deallocate(data, std::max<std::size_t>(bytes, 1), alignment); }
    [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
        const auto* const same = dynamic_cast<const PmrResource*>(&other);
        return same != nullptr && same->memory_ == memory_;
    }

    MemoryResource* memory_;
};

}  // namespace ndlease
