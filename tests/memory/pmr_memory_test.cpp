// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <memory_resource>
#include <vector>

#include "memory/counting_memory.hpp"

#include <ndlease/pmr_memory.hpp>

namespace ndlease {
namespace {

using testing::CountingMemory;

const Format float32 = Format::number(Kind::floating, 32);

TEST(PmrMemory, arrays_live_in_a_pmr_resource) {
    alignas(64) char storage[1024];
    std::pmr::monotonic_buffer_resource arena(storage, sizeof storage, std::pmr::null_memory_resource());
    PmrMemory memory(arena);
    const View array = allocate(float32, {4, 4}, Order::c, memory);
    EXPECT_GE(static_cast<const char*>(array.data()), storage);
    EXPECT_LE(static_cast<const char*>(array.data()) + 64, storage + sizeof storage);
    EXPECT_EQ(array.device(), Device::cpu());
    std::memset(array.mutable_data(), 0, 64);
    try {
        static_cast<void>(allocate(float32, {1000}, Order::c, memory));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), errc::out_of_memory);
        EXPECT_THAT(error.what(), ::testing::HasSubstr("4000 bytes"));
    }
}

TEST(PmrResource, containers_live_in_our_memory) {
    CountingMemory memory;
    {
        PmrResource resource(memory);
        std::pmr::vector<double> numbers(100, 1.5, &resource);
        EXPECT_EQ(memory.live.size(), 1U);
        EXPECT_TRUE(memory.live.contains(numbers.data()));
        void* const nothing = resource.allocate(0, 8);
        resource.deallocate(nothing, 0, 8);
        memory.fail = true;
        EXPECT_THROW(numbers.resize(1000), std::bad_alloc);
        EXPECT_EQ(numbers.size(), 100U);
    }
    EXPECT_EQ(memory.live.size(), 0U);
}

TEST(PmrResource, is_equal_where_the_memory_is_the_same) {
    CountingMemory memory;
    CountingMemory other;
    const PmrResource first(memory);
    const PmrResource second(memory);
    const PmrResource third(other);
    EXPECT_TRUE(first.is_equal(second));
    EXPECT_FALSE(first.is_equal(third));
    EXPECT_FALSE(first.is_equal(*std::pmr::new_delete_resource()));
}

TEST(PmrResource, refuses_memory_that_the_cpu_does_not_reach) {
    CountingMemory memory;
    memory.where = Device::cuda(0);
    try {
        const PmrResource resource(memory);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), errc::device);
        EXPECT_THAT(error.what(), ::testing::HasSubstr("cuda:0"));
    }
}

}  // namespace
}  // namespace ndlease
