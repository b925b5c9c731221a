// SPDX-License-Identifier: Apache-2.0
// Batches that are planned once and run on a stream many times, against nested loops.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "copy/pair_oracle.hpp"
#include "copy/random_side.hpp"
#include "cuda/copy/batch_on_device.hpp"

#include <ndlease/batch_plan.hpp>
#include <ndlease/error.hpp>

namespace ndlease::testing {
namespace {

/// Pages of a pool into one buffer, in an order of their own.
class pages : public copy_batch_on_device {
protected:
    static constexpr std::int64_t count = 1000;
    static constexpr std::int64_t page = 4096;
    static Side dst(std::int64_t i) { return {{page}, {1}, {}, 1, (count + i) * page}; }
    static Side src(std::int64_t i, std::int64_t step) { return {{page}, {1}, {}, 1, (i * step + 3) % count * page}; }

    static std::vector<std::byte> expected_of(const Arena& arena, std::int64_t step) {
        std::vector<std::byte> expected = arena.bytes();
        for (std::int64_t i = 0; i < count; ++i) apply(&expected, dst(i), src(i, step));
        return expected;
    }
};

TEST_F(pages, a_thousand_are_one_launch_at_every_run) {
    Random random(3);
    const Arena arena(random, 2 * count * page);
    DeviceArena memory(Device::cuda(0), arena.bytes().size());
    memory.put(arena.bytes());
    std::vector<CopyPair> pairs;
    for (std::int64_t i = 0; i < count; ++i) pairs.push_back({memory.view(dst(i)), memory.view(src(i, 7))});
    const BatchPlan plan = BatchPlan::make(pairs);
    EXPECT_EQ(plan.device(), Device::cuda(0));
    EXPECT_EQ(plan.useful_bytes(), 2 * count * page);
    pairs.clear();
    for (int run = 0; run < 3; ++run) {
        memory.put(arena.bytes());
#if defined(NDLEASE_SIMULATED_CUDA)
        const auto before = simulated_cuda::statistics();
#endif
        plan.run(stream());
#if defined(NDLEASE_SIMULATED_CUDA)
        const auto after = simulated_cuda::statistics();
        EXPECT_EQ(after.operations - before.operations, 1U);
        EXPECT_EQ(after.allocations, before.allocations);
        EXPECT_EQ(after.waits_on_host, before.waits_on_host);
#endif
        stream().synchronize();
        EXPECT_TRUE(memory.get(arena.bytes().size()) == expected_of(arena, 7)) << "run " << run;
    }
    expect_no_violations("pages");
}

TEST_F(pages, other_addresses_are_one_launch_too) {
    Random random(4);
    const Arena arena(random, 2 * count * page);
    DeviceArena planned(Device::cuda(0), arena.bytes().size());
    DeviceArena memory(Device::cuda(0), arena.bytes().size());
    memory.put(arena.bytes());
    planned.put(arena.bytes());
    std::vector<CopyPair> pairs;
    std::vector<CopyAddresses> addresses;
    for (std::int64_t i = 0; i < count; ++i) {
        pairs.push_back({planned.view(dst(i)), planned.view(src(i, 7))});
        addresses.push_back({memory.data() + dst(i).data, memory.data() + src(i, 11).data});
    }
    const BatchPlan plan = BatchPlan::make(pairs);
    const std::uint64_t before = launches();
    plan.run(addresses, stream());
    expect_launches(before, 1);
    stream().synchronize();
    EXPECT_TRUE(memory.get(arena.bytes().size()) == expected_of(arena, 11));
    EXPECT_TRUE(planned.get(arena.bytes().size()) == arena.bytes());
    expect_no_violations("pages elsewhere");
}

// Pairs at random, often alike, that overlap themselves and one another: run twice, then at other addresses, with other overlaps.
TEST_F(copy_batch_on_device, random_plans) {
    constexpr std::int64_t bytes = 64 << 10;
    DeviceArena memory(Device::cuda(0), bytes);
    DeviceArena elsewhere(Device::cuda(0), bytes);
    for_random_cases(150, [&](Random& random) {
        pick_schedule(random);
        const Arena arena(random, bytes);
        std::vector<std::byte> expected = arena.bytes();
        std::vector<std::byte> expected_there = arena.bytes();
        std::vector<CopyPair> pairs;
        std::vector<CopyAddresses> addresses;
        std::vector<Side> sides;
        std::string about;
        const std::int64_t reach = random.one_in(2) ? bytes : bytes / 16;
        Side dst, src;
        for (std::int64_t i = random.in(0, 40); i > 0; --i) {
            if (dst.shape.empty() || random.one_in(3)) {
                dst = {random_shape(random, {0, 4, 9, 100}), {}, {}, random_itemsize(random), 0};
                src = {dst.shape, {}, {}, dst.itemsize, 0};
                dst.strides = nested_strides(random, dst.shape, dst.itemsize);
                src.strides = nested_strides(random, src.shape, src.itemsize);
            }
            // By whole steps of 16 bytes, so that the other address is aligned alike.
            const auto place = [&](const Side& side, std::int64_t* first, std::int64_t* second) {
                std::int64_t low = 0;
                std::int64_t high = side.itemsize;
                for (std::size_t a = 0; a < side.shape.size(); ++a) {
                    const std::int64_t step = side.strides[a] * std::max<std::int64_t>(0, side.shape[a] - 1);
                    (step < 0 ? low : high) += step;
                }
                if (high - low + 16 > reach) return false;
                *first = random.in(-low, reach - high);
                const std::int64_t places = (reach - high + low) / 16;
                *second = -low + (*first + low) % 16 + 16 * random.in(0, places - 1);
                return true;
            };
            Side there_dst = dst;
            Side there_src = src;
            if (!place(dst, &dst.data, &there_dst.data) || !place(src, &src.data, &there_src.data)) continue;
            pairs.push_back({memory.view(dst), memory.view(src)});
            addresses.push_back({elsewhere.data() + there_dst.data, elsewhere.data() + there_src.data});
            sides.push_back(dst);
            sides.push_back(src);
            apply(&expected_there, there_dst, there_src);
            about += "dst " + dst.to_string() + "  src " + src.to_string() + "\n";
        }
        memory.put(arena.bytes());
        elsewhere.put(arena.bytes());
        const BatchPlan plan = BatchPlan::make(pairs);
        for (int run = 0; run < 2; ++run) {
            for (std::size_t i = 0; i < sides.size(); i += 2) apply(&expected, sides[i], sides[i + 1]);
            plan.run(stream());
        }
        plan.run(addresses, stream());
        stream().synchronize();
        EXPECT_TRUE(memory.get(bytes) == expected) << about;
        EXPECT_TRUE(elsewhere.get(bytes) == expected_there) << about;
        expect_no_violations(about);
    });
}

TEST_F(copy_batch_on_device, a_plan_refuses_before_anything_is_enqueued) {
    DeviceArena memory(Device::cuda(0), 4096);
    const Side row{{10}, {4}, {}, 4, 0};
    const Side other{{10}, {4}, {}, 4, 1024};
    const CopyPair pair{memory.view(row), memory.view(other)};
    const BatchPlan plan = BatchPlan::make({&pair, 1});
    const std::uint64_t before = launches();
    const auto refused = [](const auto& action, errc code, std::int64_t index) {
        try {
            action();
            ADD_FAILURE() << "was not refused";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), code) << error.what();
            EXPECT_EQ(error.index(), index) << error.what();
        }
    };
    const CopyAddresses nowhere{memory.data(), nullptr};
    refused([&] { plan.run(); }, errc::device, 0);  // device memory without a stream
    refused([&] { plan.run({&nowhere, 1}, stream()); }, errc::invalid_argument, 0);
    refused([&] { plan.run(std::vector<CopyAddresses>{}, stream()); }, errc::invalid_argument, -1);
    expect_launches(before, 0);
}

TEST_F(copy_batch_on_device, a_plan_runs_on_a_stream_of_another_device) {
    if (cuda_device_count() < 2) GTEST_SKIP() << "this needs two CUDA devices";
    constexpr std::int64_t bytes = 8192;
    Random random(8);
    const Arena arena(random, bytes);
    DeviceArena memory(Device::cuda(0), bytes);
    memory.put(arena.bytes());
    std::vector<std::byte> expected = arena.bytes();
    std::vector<CopyPair> pairs;
    for (std::int64_t i = 0; i < 10; ++i) {
        const Side dst{{10, 4}, {16, 4}, {}, 4, 4096 + 256 * i};
        const Side src{{10, 4}, {16, 4}, {}, 4, 256 * i};
        pairs.push_back({memory.view(dst), memory.view(src)});
        apply(&expected, dst, src);
    }
    const BatchPlan plan = BatchPlan::make(pairs);
    const Stream second = Stream::make(Device::cuda(1));
    plan.run(second);
    second.synchronize();
    EXPECT_TRUE(memory.get(bytes) == expected);
    expect_no_violations("another device");
}

}  // namespace
}  // namespace ndlease::testing
