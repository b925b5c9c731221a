// SPDX-License-Identifier: Apache-2.0
// One copy by one kernel on cuda:0, with guard bytes around both sides, against a nested loop's.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "copy/loop_oracle.hpp"
#include "cuda/copy/device_arena.hpp"

#include <ndlease/copy.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::testing {

inline constexpr std::int64_t all_item_sizes[] = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32};

class kernel_sweep : public ::testing::Test {
protected:
    void SetUp() override {
        if (cuda_device_count() == 0) GTEST_SKIP() << cuda_absence();
    }

    /// Copies with the kernel of that name, and no other. The lowest bytes of the sides lie at the offsets, in bytes from a multiple of 256; `data` of both is
    /// set here.
    static void check(Side dst, Side src, std::int64_t dst_offset, std::int64_t src_offset, const std::string& kernel) {
        Random random(17);
        const Span dst_span = span(dst);
        const Span src_span = span(src);
        const auto up = [](std::int64_t bytes) { return (bytes + 255) / 256 * 256; };
        dst.data = 256 + dst_offset + dst_span.below;
        src.data = up(256 + dst_offset + dst_span.bytes + 16) + src_offset + src_span.below;
        const Arena arena(random, src.data - src_span.below + src_span.bytes + 16);
        DeviceArena memory(Device::cuda(0), arena.bytes().size());
        memory.put(arena.bytes());
        const Stream stream = Stream::make(Device::cuda(0));
        const CopyPlan plan = CopyPlan::make(memory.view(dst), memory.view(src));
        const std::string about = plan.describe() + "dst " + dst.to_string() + "\nsrc " + src.to_string();
        EXPECT_THAT(plan.describe(), ::testing::HasSubstr("kernel " + kernel + ",")) << about;
        {
            const OnlyTheSides allowed(memory, dst, memory, src);
            plan.run(stream);
        }
        stream.synchronize();
        expect_no_violations(about);
        EXPECT_TRUE(memory.get(arena.bytes().size()) == expected_after_copy(arena, dst, src)) << about;
    }

private:
    struct Span {
        std::int64_t below = 0, bytes = 0;
    };
    /// Bytes below element (0,...,0), and in all.
    static Span span(const Side& side) {
        Span result{0, side.itemsize};
        for (std::size_t i = 0; i < side.shape.size(); ++i) {
            const std::int64_t reach = (side.shape[i] - 1) * side.strides[i];
            result.below += reach < 0 ? -reach : 0;
            result.bytes += reach < 0 ? -reach : reach;
        }
        return result;
    }
};

}  // namespace ndlease::testing
