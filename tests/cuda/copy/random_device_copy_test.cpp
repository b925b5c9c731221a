// SPDX-License-Identifier: Apache-2.0
// Random pairs of views in any two kinds of memory, on a stream, against a nested loop. The whole memory of both sides is compared.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "copy/random_side.hpp"
#include "cuda/copy/device_arena.hpp"

#include <ndlease/copy.hpp>
#include <ndlease/error.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::testing {
namespace {

constexpr std::size_t arena_bytes = std::size_t{2} << 20;

/// Memory of every kind, twice: a source and a destination may be of the same kind.
struct Memory {
    std::vector<DeviceArena> dst, src;
    Stream stream = Stream::make(Device::cuda(0));
    Memory() {
        for (const Device device : kinds_of_memory()) {
            dst.emplace_back(device, arena_bytes);
            src.emplace_back(device, arena_bytes);
        }
    }
};

class random_device_copy : public ::testing::Test {
protected:
    void SetUp() override {
        if (cuda_device_count() == 0) GTEST_SKIP() << cuda_absence();
        memory_ = std::make_unique<Memory>();
    }
    void TearDown() override {
        if (memory_ != nullptr) memory_->stream.synchronize();
    }

    /// Where a case runs: mostly on a stream of cuda:0, now and then on the host.
    StreamRef random_stream(Random& random) const { return random.one_in(8) ? StreamRef::host() : memory_->stream.ref(); }

    DeviceArena& pick(Random& random, std::vector<DeviceArena>& arenas) {
        // Device memory half of the time, else anything.
        const auto count = static_cast<std::int64_t>(arenas.size());
        return arenas[static_cast<std::size_t>(random.one_in(2) ? random.in(3, count - 1) : random.in(0, count - 1))];
    }

    void check(Random& random, const Arena& arena, const Side& dst, const Side& src, DeviceArena& dst_memory, DeviceArena& src_memory) {
        ASSERT_LE(arena.bytes().size(), arena_bytes);
        const bool one_arena = &dst_memory == &src_memory;
        const bool refused = overlaps_itself(dst, arena);
        const std::vector<std::byte> expected = refused ? arena.bytes() : expected_after_copy(arena, dst, src);
        pick_schedule(random);
        dst_memory.put(arena.bytes());
        if (!one_arena) src_memory.put(arena.bytes());
        const View dst_view = dst_memory.view(dst);
        const View src_view = src_memory.view(src);
        const StreamRef stream = random_stream(random);
        std::string plan;
        errc code = errc::ok;
        try {
            if (!refused) plan = CopyPlan::make(dst_view, src_view).describe();
            copy(dst_view, src_view, stream);
        } catch (const Error& error) {
            code = error.code();
            plan = error.what();
        }
        // Nothing waits where it need not: a pageable destination is complete now.
        if (dst_memory.device() != Device::cpu() && !stream.is_host()) stream.synchronize();
        const std::string about = plan + "\ndst " + dst.to_string() + "\nsrc " + src.to_string() + "\non " + to_string(stream);
        EXPECT_EQ(code, refused ? errc::overlap : errc::ok) << about;
        EXPECT_TRUE(dst_memory.get(expected.size()) == expected) << about;
        expect_no_violations(about);
        if (one_arena) return;
        EXPECT_TRUE(src_memory.get(expected.size()) == arena.bytes()) << "the source was written\n" << about;
    }

    void check_separate(Random& random, const ShapeLimits& limits) {
        const std::int64_t itemsize = random_itemsize(random);
        const Numbers shape = random_shape(random, limits);
        const Numbers src_shape = random.one_in(4) ? random_broadcast_source(random, shape) : shape;
        const Numbers dst_strides = random.one_in(12) ? wild_strides(random, shape, itemsize) : nested_strides(random, shape, itemsize);
        const bool same_strides = random.one_in(5) && src_shape.size() == shape.size();
        const Numbers src_strides = same_strides       ? dst_strides
                                    : random.one_in(3) ? wild_strides(random, src_shape, itemsize)
                                                       : nested_strides(random, src_shape, itemsize);
        Arena arena(random, bytes_needed(shape, dst_strides, itemsize) + bytes_needed(src_shape, src_strides, itemsize) + 32);
        Side dst = place(random, arena, shape, dst_strides, itemsize);
        Side src = place(random, arena, src_shape, src_strides, itemsize);
        if (random.one_in(2)) {  // aligned sides, as allocations have them, take wider words
            dst.data -= dst.data % 16;
            src.data -= src.data % 16;
        }
        check(random, arena, dst, src, pick(random, memory_->dst), pick(random, memory_->src));
    }

    std::unique_ptr<Memory> memory_;
};

TEST_F(random_device_copy, small) {
    for_random_cases(14'000, [this](Random& random) { check_separate(random, {}); });
}

TEST_F(random_device_copy, long_axes) {
    for_random_cases(2'000, [this](Random& random) { check_separate(random, {1, 3, 300, 2000}); });
}

TEST_F(random_device_copy, long_rows) {
    for_random_cases(500, [this](Random& random) { check_separate(random, {1, 2, 2500, 5000}); });
}

TEST_F(random_device_copy, planes) {
    for_random_cases(400, [this](Random& random) { check_separate(random, {2, 3, 150, 5000}); });
}

TEST_F(random_device_copy, high_ranks) {
    for_random_cases(2'000, [this](Random& random) { check_separate(random, {7, 14, 3, 300}); });
}

// Both sides in one memory, over each other: the destination gets what the source held before.
TEST_F(random_device_copy, one_buffer) {
    for_random_cases(4'000, [this](Random& random) {
        const std::int64_t itemsize = random_itemsize(random);
        Side dst{random_shape(random, {0, 4, 9, 80}), {}, {}, itemsize, 0};
        Side src{random.one_in(4) ? random_broadcast_source(random, dst.shape) : dst.shape, {}, {}, itemsize, 0};
        dst.strides = nested_strides(random, dst.shape, itemsize);
        src.strides = random.one_in(2) && src.shape == dst.shape ? dst.strides : nested_strides(random, src.shape, itemsize);
        Arena arena(random, bytes_needed(dst.shape, dst.strides, itemsize) + bytes_needed(src.shape, src.strides, itemsize) + 2 * itemsize);
        place_overlapping(random, arena, &dst, &src);
        DeviceArena& memory = pick(random, memory_->dst);
        check(random, arena, dst, src, memory, memory);
    });
}

}  // namespace
}  // namespace ndlease::testing
