// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "memory/counting_memory.hpp"

#include <ndlease/error.hpp>
#include <ndlease/memory.hpp>

namespace ndlease {
namespace {

using ::testing::HasSubstr;

const Format float32 = Format::number(Kind::floating, 32);

using testing::CountingMemory;

TEST(Allocate, gives_writable_memory_without_gaps) {
    const View c = allocate(float32, {2, 3, 4});
    EXPECT_EQ(c.layout(), Layout({2, 3, 4}, {48, 16, 4}));
    EXPECT_EQ(c.format(), float32);
    EXPECT_EQ(c.device(), Device::cpu());
    EXPECT_FALSE(c.is_read_only());
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(c.data()) % default_alignment, 0U);
    EXPECT_EQ(c.allocation().data, c.data());
    EXPECT_EQ(c.allocation().bytes, 96);
    std::memset(c.mutable_data(), 1, 96);
    EXPECT_EQ(allocate(float32, {2, 3, 4}, Order::f).layout(), Layout({2, 3, 4}, {4, 8, 24}));
    EXPECT_EQ(allocate(float32, {2, 3, 4}, Order::any).layout(), Layout({2, 3, 4}, {48, 16, 4}));
}

TEST(Allocate, gives_the_memory_back_when_the_last_view_goes) {
    CountingMemory memory;
    {
        View part;
        {
            const View whole = allocate(float32, {10, 10}, Order::c, memory);
            EXPECT_EQ(memory.live.at(const_cast<void*>(whole.data())).first, 400U);
            part = whole.index(0, 3);
        }
        EXPECT_EQ(memory.live.size(), 1U);
    }
    EXPECT_TRUE(memory.live.empty());
}

TEST(Allocate, follows_a_format_with_a_larger_alignment) {
    CountingMemory memory;
    const View v = allocate(float32.with_alignment(4096), {3}, Order::c, memory);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(v.data()) % 4096, 0U);
    EXPECT_EQ(memory.live.begin()->second.second, 4096U);
}

TEST(Allocate, of_nothing_asks_for_no_memory) {
    CountingMemory memory;
    memory.fail = true;
    const View empty = allocate(float32, {3, 0, 2}, Order::c, memory);
    EXPECT_EQ(empty.shape(), Dims({3, 0, 2}));
    EXPECT_EQ(empty.data(), nullptr);
    const View no_bytes = allocate(Format::opaque(0), {3}, Order::c, memory);
    EXPECT_EQ(no_bytes.size(), 3);
    EXPECT_EQ(memory.allocations, 0);
}

TEST(Allocate, is_on_the_device_of_its_resource) {
    CountingMemory memory;
    memory.where = Device::cuda_host();
    EXPECT_EQ(allocate(float32, {3}, Order::c, memory).device(), Device::cuda_host());
}

TEST(Allocate, a_failing_resource_leaves_nothing_behind) {
    CountingMemory memory;
    memory.fail = true;
    const LeaseStatistics before = lease_statistics();
    try {
        (void)allocate(float32, {100}, Order::c, memory);
        FAIL() << "memory came from nowhere";
    } catch (const Error& e) {
        EXPECT_EQ(e.code(), errc::out_of_memory);
        EXPECT_THAT(e.what(), HasSubstr("400 bytes"));
    }
    EXPECT_EQ(lease_statistics().live, before.live);
}

TEST(Allocate, refuses_sizes_that_do_not_fit_and_extents_below_zero) {
    CountingMemory memory;
    const auto code_of = [&](std::initializer_list<std::int64_t> shape) {
        try {
            (void)allocate(float32, shape, Order::c, memory);
        } catch (const Error& e) {
            return e.code();
        }
        return errc::ok;
    };
    EXPECT_EQ(code_of({std::int64_t{1} << 40, std::int64_t{1} << 40}), errc::overflow);
    EXPECT_EQ(code_of({std::int64_t{1} << 62}), errc::overflow);
    EXPECT_EQ(code_of({-1}), errc::bad_layout);
    EXPECT_EQ(memory.allocations, 0);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they end the process for such a size
TEST(HostMemory, names_the_size_that_it_could_not_allocate) {
    try {
        (void)host_memory().allocate(std::size_t{1} << 62, 64);
        FAIL() << "2^62 bytes were allocated";
    } catch (const Error& e) {
        EXPECT_EQ(e.code(), errc::out_of_memory);
        EXPECT_THAT(e.what(), HasSubstr("4611686018427387904"));
    }
}
#endif

TEST(HostMemory, aligns) {
    for (std::size_t alignment = 1; alignment <= 4096; alignment *= 2) {
        void* data = host_memory().allocate(3, alignment);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(data) % alignment, 0U);
        host_memory().deallocate(data, 3, alignment);
    }
}

}  // namespace
}  // namespace ndlease
