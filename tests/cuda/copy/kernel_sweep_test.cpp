// SPDX-License-Identifier: Apache-2.0
// Every kernel over word sizes, item sizes, misalignments and tails, on one device: the whole memory is compared with a nested loop's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "copy/loop_oracle.hpp"
#include "cuda/copy/device_arena.hpp"

#include <ndlease/copy.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t item_sizes[] = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32};

class kernel_sweep : public ::testing::Test {
protected:
    void SetUp() override {
        if (cuda_device_count() == 0) GTEST_SKIP() << cuda_absence();
    }

    /// Copies on cuda:0; the offsets of the sides are bytes from a multiple of 256.
    void check(Side dst, Side src, std::int64_t dst_offset, std::int64_t src_offset, const std::string& kernel) {
        Random random(17);
        const auto span = [](const Side& side) {
            std::int64_t bytes = side.itemsize;
            for (std::size_t i = 0; i < side.shape.size(); ++i) bytes += (side.shape[i] - 1) * side.strides[i];
            return bytes;
        };
        const auto up = [](std::int64_t bytes) { return (bytes + 255) / 256 * 256; };
        dst.data = 256 + dst_offset;
        src.data = up(dst.data + span(dst) + 16) + src_offset;
        const Arena arena(random, src.data + span(src) + 16);
        DeviceArena memory(Device::cuda(0), arena.bytes().size());
        memory.put(arena.bytes());
        const Stream stream = Stream::make(Device::cuda(0));
        const CopyPlan plan = CopyPlan::make(memory.view(dst), memory.view(src));
        const std::string about = plan.describe() + "dst " + dst.to_string() + "\nsrc " + src.to_string();
        EXPECT_THAT(plan.describe(), HasSubstr("kernel " + kernel)) << about;
        {
            const OnlyTheSides allowed(memory, dst, memory, src);
            plan.run(stream);
        }
        stream.synchronize();
        expect_no_violations(about);
        EXPECT_TRUE(memory.get(arena.bytes().size()) == expected_after_copy(arena, dst, src)) << about;
    }
};

// dst: (rows, n):(pitch, 1)  src: (rows, n):(pitch', 1)
TEST_F(kernel_sweep, runs_at_every_misalignment_and_tail) {
    for (const std::int64_t bytes : {128, 129, 143, 160, 200, 1024 + 7}) {
        for (std::int64_t dst_offset = 0; dst_offset < 16; dst_offset += 3) {
            for (std::int64_t src_offset = 0; src_offset < 16; ++src_offset) {
                const Side dst{{3, bytes}, {bytes + 5, 1}, {}, 1, 0};
                const Side src{{3, bytes}, {bytes + 16, 1}, {}, 1, 0};
                check(dst, src, dst_offset, src_offset, "runs");
            }
        }
    }
}

// Long enough for several chunks of 16 KiB.
TEST_F(kernel_sweep, runs_of_several_chunks) {
    for (const std::int64_t bytes : {16384, 16385, 40000}) {
        for (const std::int64_t src_offset : {0, 1, 4, 8, 15}) {
            check({{2, bytes}, {bytes + 1, 1}, {}, 1, 0}, {{2, bytes}, {bytes + 3, 1}, {}, 1, 0}, 3, src_offset, "runs");
        }
    }
}

// dst: (n, m) packed  src: (n, m) transposed
TEST_F(kernel_sweep, tiles_of_every_item_and_edge) {
    for (const std::int64_t item : item_sizes) {
        for (const auto& [n, m] : {std::pair<std::int64_t, std::int64_t>{8, 8}, {31, 33}, {64, 64}, {65, 63}, {70, 130}, {3, 500}, {500, 3}, {7, 1100}}) {
            check({{n, m}, {m * item, item}, {}, item, 0}, {{n, m}, {item, n * item}, {}, item, 0}, 0, 0, "tiles");
        }
    }
}

TEST_F(kernel_sweep, tiles_at_every_misalignment) {
    for (const std::int64_t item : {2, 4, 8, 16, 24}) {
        for (const std::int64_t offset : {0, 1, 2, 4, 8}) {
            check({{40, 36}, {36 * item, item}, {}, item, 0}, {{40, 36}, {item, 40 * item}, {}, item, 0}, offset, 0, "tiles");
            check({{40, 36}, {36 * item, item}, {}, item, 0}, {{40, 36}, {item, 40 * item}, {}, item, 0}, 0, offset, "tiles");
        }
    }
}

// Further axes around the plane.
TEST_F(kernel_sweep, tiles_in_batches) {
    check({{3, 20, 30, 2}, {2400, 120, 4, 1200 * 6}, {}, 4, 0}, {{3, 20, 30, 2}, {2400, 4, 80, 1200 * 6}, {}, 4, 0}, 0, 0, "tiles");
}

// Every second item: dst: (n):(item)  src: (n):(2 item)
TEST_F(kernel_sweep, words_of_every_item_and_tail) {
    for (const std::int64_t item : item_sizes) {
        for (const std::int64_t n : {2, 255, 257, 1025}) {
            for (const std::int64_t offset : {0, 1, 4}) {
                check({{n}, {item}, {}, item, 0}, {{n}, {2 * item}, {}, item, 0}, 0, offset, "words");
                check({{n}, {3 * item}, {}, item, 0}, {{n}, {item}, {}, item, 0}, offset, 0, "words");
            }
        }
    }
}

// One item, and one row, written many times.
TEST_F(kernel_sweep, broadcasts) {
    for (const std::int64_t item : item_sizes) {
        check({{9, 70}, {70 * item, item}, {}, item, 0}, {{9, 70}, {0, 0}, {}, item, 0}, 0, 0, "words");
        check({{9, 70}, {70 * item, item}, {}, item, 0}, {{9, 70}, {0, item}, {}, item, 0}, 0, 0, "words");
        check({{9, 70}, {70 * item, item}, {}, item, 0}, {{9, 70}, {item, 0}, {}, item, 0}, 0, 0, "words");
    }
}

// Rank 40: a permutation of bits.
TEST_F(kernel_sweep, high_ranks) {
    Side dst{{}, {}, {}, 4, 0};
    Side src{{}, {}, {}, 4, 0};
    for (int i = 0; i < 12; ++i) {
        dst.shape.push_back(2);
        dst.strides.push_back(std::int64_t{4} << (11 - i));
        src.shape.push_back(2);
        src.strides.push_back(std::int64_t{4} << (i * 5 % 12));
    }
    check(dst, src, 0, 0, "words");
    dst = src = {{}, {}, {}, 2, 0};  // 40 axes of extent 1 among them
    for (int i = 0; i < 50; ++i) {
        dst.shape.push_back(i % 5 == 0 ? 2 : 1);
        dst.strides.push_back(std::int64_t{2} << (9 - i / 5));
        src.shape.push_back(i % 5 == 0 ? 2 : 1);
        src.strides.push_back(std::int64_t{4} << (i / 5 * 3 % 10));
    }
    check(dst, src, 0, 0, "words");
}

}  // namespace
}  // namespace ndlease::testing
