// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <new>
#include <string>
#include <utility>

#include <ndlease/error.hpp>
#include <ndlease/memory.hpp>

namespace ndlease::testing {

/// Checks that every block comes back once, with the numbers it was asked for with.
class CountingMemory final : public MemoryResource {
public:
    ~CountingMemory() override { EXPECT_TRUE(live.empty()); }
    void* allocate(std::size_t bytes, std::size_t alignment) override {
        EXPECT_GT(bytes, 0U);
        if (fail) throw Error(errc::out_of_memory, "no " + std::to_string(bytes) + " bytes today");
        void* data = ::operator new (bytes, std::align_val_t{alignment});
        live[data] = {bytes, alignment};
        ++allocations;
        return data;
    }
    void deallocate(void* data, std::size_t bytes, std::size_t alignment) noexcept override {
        const auto found = live.find(data);
        if (found == live.end()) {
            ADD_FAILURE() << "an unknown block came back";
            return;
        }
        EXPECT_EQ(found->second, std::pair(bytes, alignment));
        live.erase(found);
        ::operator delete (data, std::align_val_t{alignment});
    }
    [[nodiscard]] Device device() const noexcept override { return where; }

    std::map<void*, std::pair<std::size_t, std::size_t>> live;
    int allocations = 0;
    bool fail = false;
    Device where = Device::cpu();
};

}  // namespace ndlease::testing
