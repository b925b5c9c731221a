// SPDX-License-Identifier: Apache-2.0
// Planning allocates nothing for ranks up to 8: every operator new of the process is counted.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include <ndlease/copy.hpp>

#include "allocation_count.hpp"

namespace ndlease::testing {
namespace {

using Numbers = std::vector<std::int64_t>;

std::int64_t allocations_of_copying(const View& dst, const View& src) {
    const std::int64_t before = allocation_count();
    CopyPlan::make(dst, src, {.max_threads = 1}).run();
    return allocation_count() - before;
}

View lend(void* data, const Numbers& shape, const Numbers& strides) { return View::lend(data, Device::cpu(), Format::opaque(2), Layout(shape, strides), {}); }

TEST(copy_plan, allocates_nothing_up_to_rank_8) {
    std::vector<std::uint16_t> dst(1 << 12);
    std::vector<std::uint16_t> src(1 << 12);
    for (int rank = 0; rank <= 8; ++rank) {
        // No two axes fuse: the source's are in the opposite order.
        Numbers shape(static_cast<std::size_t>(rank), 2), dst_strides, src_strides;
        for (int i = 0; i < rank; ++i) {
            dst_strides.push_back(std::int64_t{2} << (rank - 1 - i));
            src_strides.push_back(std::int64_t{2} << i);
        }
        EXPECT_EQ(allocations_of_copying(lend(dst.data(), shape, dst_strides), lend(src.data(), shape, src_strides)), 0) << "rank " << rank;
    }
    // Repeated, reversed and shifted over itself.
    EXPECT_EQ(allocations_of_copying(lend(dst.data(), {30, 4}, {8, 2}), lend(src.data(), {4}, {2})), 0);
    EXPECT_EQ(allocations_of_copying(lend(dst.data(), {30}, {2}), lend(src.data() + 29, {30}, {-2})), 0);
    EXPECT_EQ(allocations_of_copying(lend(dst.data(), {30}, {2}), lend(dst.data() + 3, {30}, {2})), 0);
}

TEST(copy_plan, is_counted_right_when_it_does_allocate) {
    std::vector<std::uint16_t> dst(1 << 10);
    std::vector<std::uint16_t> src(1 << 10);
    Numbers shape(10, 2), dst_strides, src_strides;
    for (int i = 0; i < 10; ++i) {
        dst_strides.push_back(std::int64_t{2} << (9 - i));
        src_strides.push_back(std::int64_t{2} << i);
    }
    EXPECT_GT(allocations_of_copying(lend(dst.data(), shape, dst_strides), lend(src.data(), shape, src_strides)), 0);
}

}  // namespace
}  // namespace ndlease::testing
