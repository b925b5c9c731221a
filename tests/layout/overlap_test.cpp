// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include <ndlease/layout.hpp>

#include "layout/byte_sets.hpp"

namespace ndlease {
namespace {

using Numbers = std::vector<std::int64_t>;

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::uintptr_t somewhere = 0x10000;

/// Overlap of two layouts whose elements (0,...,0) are `distance` bytes apart.
Overlap mutual(const Layout& a, const Layout& b, std::int64_t distance, std::int64_t itemsize = 1, std::int64_t max_work = 10'000) {
    return mutual_overlap(somewhere, a, itemsize, somewhere + static_cast<std::uintptr_t>(distance), b, itemsize, max_work);
}

TEST(InternalOverlap, plain_cases) {
    EXPECT_EQ(internal_overlap(Layout(), 8), Overlap::no);
    EXPECT_EQ(internal_overlap(Layout::c_order({2, 3, 4}, 4), 4), Overlap::no);
    EXPECT_EQ(internal_overlap(Layout::f_order({2, 3, 4}, 4), 4), Overlap::no);
    EXPECT_EQ(internal_overlap(Layout({3}, {0}), 4), Overlap::yes);
    EXPECT_EQ(internal_overlap(Layout({3}, {3}), 4), Overlap::yes);
    EXPECT_EQ(internal_overlap(Layout({3}, {-4}), 4), Overlap::no);
    EXPECT_EQ(internal_overlap(Layout({2, 2}, {4, -4}), 4), Overlap::yes);
    EXPECT_EQ(internal_overlap(Layout({1, 3}, {0, 4}), 4), Overlap::no);
    EXPECT_EQ(internal_overlap(Layout({0, 3}, {0, 0}), 4), Overlap::no);
    EXPECT_EQ(internal_overlap(Layout({3}, {0}), 0), Overlap::no) << "items of 0 bytes share none";
    // (3,4):(6,4) of 2 bytes: 12 = 2 * 6 = 3 * 4.
    EXPECT_EQ(internal_overlap(Layout({3, 4}, {6, 4}), 2), Overlap::yes);
    EXPECT_EQ(internal_overlap(Layout({3, 3}, {6, 4}), 2), Overlap::no);
    EXPECT_EQ(internal_overlap(Layout({1000, 1000}, {4, 4}), 4), Overlap::yes) << "sliding windows";
}

TEST(InternalOverlap, needs_no_work_where_strides_nest) {
    EXPECT_EQ(internal_overlap(Layout::c_order({7, 9, 11, 13, 3, 5, 2, 6}, 4), 4, 0), Overlap::no);
    EXPECT_EQ(internal_overlap(Layout({100, 100, 100}, {4, -40'000'000, 400}), 4, 0), Overlap::no);
    EXPECT_EQ(internal_overlap(Layout({480, 640, 3}, {2048, 3, 1}), 1, 0), Overlap::no);
}

TEST(InternalOverlap, finds_one_in_the_lattice_of_three_large_strides) {
    const Layout lattice({1049, 1049, 1049}, {36674, 61119, 85569});
    EXPECT_EQ(internal_overlap(lattice, 1), Overlap::yes);
    EXPECT_EQ(internal_overlap(lattice, 1, 0), Overlap::may);
}

TEST(MutualOverlap, plain_cases) {
    const Layout row({5}, {4});
    EXPECT_EQ(mutual(row, row, 0, 4), Overlap::yes);
    EXPECT_EQ(mutual(row, row, 19, 4), Overlap::yes);
    EXPECT_EQ(mutual(row, row, 20, 4), Overlap::no);
    EXPECT_EQ(mutual(row, row, -19, 4), Overlap::yes);
    EXPECT_EQ(mutual(row, row, -20, 4), Overlap::no);
    const Layout even({10}, {2});
    EXPECT_EQ(mutual(even, even, 1), Overlap::no) << "even and odd bytes";
    EXPECT_EQ(mutual(even, Layout({10}, {-2}), 19), Overlap::no);
    EXPECT_EQ(mutual(even, Layout({10}, {-2}), 18), Overlap::yes);
    EXPECT_EQ(mutual(even, even, 1, 2), Overlap::yes);
    EXPECT_EQ(mutual(Layout({3}, {0}), Layout({5}, {0}), 0, 4), Overlap::yes);
    EXPECT_EQ(mutual(Layout({0}, {0}), row, 0, 4), Overlap::no);
    EXPECT_EQ(mutual(row, row, 0, 0), Overlap::no);
    // The two halves of an image cut by columns, and its two colours.
    EXPECT_EQ(mutual(Layout({480, 320, 3}, {1920, 3, 1}), Layout({480, 320, 3}, {1920, 3, 1}), 960, 1, 0), Overlap::no);
    EXPECT_EQ(mutual(Layout({480, 640}, {1920, 3}), Layout({480, 640}, {1920, 3}), 1, 1, 0), Overlap::no);
}

TEST(MutualOverlap, answers_yes_and_no_with_different_itemsizes) {
    const Layout row({4}, {8});
    EXPECT_EQ(mutual_overlap(somewhere, row, 4, somewhere + 4, row, 4), Overlap::no);
    EXPECT_EQ(mutual_overlap(somewhere, row, 5, somewhere + 4, row, 4), Overlap::yes);
    EXPECT_EQ(mutual_overlap(somewhere, row, 4, somewhere + 4, row, 5), Overlap::yes) << "the next element of the first";
}

// The target here is 89643481, the largest number that is no sum of multiples of 12223, 12224, 36674, 61119 and 85569 (their
// Frobenius number): nothing short of a full search shows that there is no overlap. NumPy's documentation of shares_memory has it.
TEST(MutualOverlap, gives_up_at_the_limit_in_the_hard_case) {
    const Layout a({1049, 1049, 1049}, {36674, 61119, 85569});
    const Layout b({1049, 1049, 1}, {12223, 12224, 1});
    const auto start = std::chrono::steady_clock::now();
    EXPECT_NE(mutual(a, b, 64023025), Overlap::yes);
    EXPECT_NE(mutual(a, b, 64023025, 1, 1'000'000), Overlap::yes);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
    EXPECT_EQ(mutual(a, b, 64023025, 1, 100), Overlap::may);
    EXPECT_EQ(mutual(a, b, 0), Overlap::yes);
}

TEST(Overlap, unknown_behind_suboffsets) {
    const Layout rows(Numbers{2, 3}, Numbers{8, 4}, Numbers{0, -1});
    const Layout none(Numbers{0, 3}, Numbers{8, 4}, Numbers{0, -1});
    const Layout direct({2}, {4});
    EXPECT_EQ(internal_overlap(rows, 4), Overlap::may);
    EXPECT_EQ(internal_overlap(none, 4), Overlap::no);
    EXPECT_EQ(mutual(rows, direct, 1'000'000, 4), Overlap::may);
    EXPECT_EQ(mutual(direct, rows, 1'000'000, 4), Overlap::may);
    EXPECT_EQ(mutual(direct, none, 0, 4), Overlap::no);
}

TEST(Overlap, numbers_at_the_edge_of_64_bits) {
    const Layout huge({most}, {1});
    EXPECT_EQ(internal_overlap(huge, 1), Overlap::no);
    EXPECT_EQ(internal_overlap(huge, 2), Overlap::yes);
    EXPECT_EQ(internal_overlap(Layout({2}, {most}), most), Overlap::no);
    EXPECT_EQ(internal_overlap(Layout({2}, {most - 1}), most), Overlap::yes);
    EXPECT_EQ(internal_overlap(Layout({2, 2}, {most - 1, 1}), 1), Overlap::no);
    EXPECT_EQ(internal_overlap(Layout({2, 2}, {most / 2, most / 2}), 1), Overlap::yes);
    EXPECT_EQ(internal_overlap(Layout({most}, {0}), 1), Overlap::yes);

    const std::uintptr_t top = std::numeric_limits<std::uintptr_t>::max();
    const Layout one;
    EXPECT_EQ(mutual_overlap(top, one, 1, 0, one, 1), Overlap::no);
    EXPECT_EQ(mutual_overlap(top, one, 1, top, one, 1), Overlap::yes);
    EXPECT_EQ(mutual_overlap(top, Layout({most}, {-1}), 1, top - 5, one, 1), Overlap::yes);
    EXPECT_EQ(mutual_overlap(top, Layout({2}, {-most}), 1, top - 5, one, 1), Overlap::no);
    EXPECT_EQ(mutual_overlap(0, huge, 1, 0, Layout({most}, {0}), 1), Overlap::yes);
    // The two reach from 0 to the top: more than a 63-bit target can say.
    EXPECT_EQ(mutual_overlap(0, Layout({2}, {most}), most, top, Layout({2}, {-most}), 3), Overlap::may);
}

/// A random layout of small extents whose elements stay within a few thousand bytes.
Layout random_layout(std::mt19937& random, int rank, std::int64_t largest_stride) {
    Numbers shape;
    Numbers strides;
    for (int axis = 0; axis < rank; ++axis) {
        shape.push_back(std::uniform_int_distribution<std::int64_t>(random() % 20 == 0 ? 0 : 1, 4)(random));
        strides.push_back(std::uniform_int_distribution<std::int64_t>(-largest_stride, largest_stride)(random));
    }
    return {shape, strides};
}

TEST(Overlap, random_layouts_of_rank_6_against_every_byte) {
    constexpr unsigned seed = 31;  // change it here to try others
    std::mt19937 random(seed);
    int answers[2][2] = {};
    for (int round = 0; round < 6'000; ++round) {
        const std::int64_t largest = std::int64_t{1} << (2 + random() % 9);
        const Layout a = random_layout(random, static_cast<int>(random() % 7), largest);
        const Layout b = random_layout(random, static_cast<int>(random() % 7), largest);
        const auto itemsize = static_cast<std::int64_t>(1 + random() % 9);
        const auto other_itemsize = static_cast<std::int64_t>(1 + random() % 9);
        const std::int64_t start = std::uniform_int_distribution<std::int64_t>(-4 * largest, 4 * largest)(random);
        SCOPED_TRACE(to_string(a) + " and " + to_string(b) + " at " + std::to_string(start) + ", items of " + std::to_string(itemsize) + " and " +
                     std::to_string(other_itemsize) + " bytes; round " + std::to_string(round) + " of seed " + std::to_string(seed));

        ByteSet bytes(64 * largest);
        const std::vector<std::int64_t> a_offsets = element_offsets(a);
        const bool internal = bytes.mark(a_offsets, itemsize);
        const bool shared = bytes.touches(element_offsets(b), other_itemsize, start);
        ASSERT_EQ(internal_overlap(a, itemsize, most), internal ? Overlap::yes : Overlap::no);
        const auto b_data = somewhere + static_cast<std::uintptr_t>(start);
        ASSERT_EQ(mutual_overlap(somewhere, a, itemsize, b_data, b, other_itemsize, most), shared ? Overlap::yes : Overlap::no);
        ASSERT_EQ(mutual_overlap(b_data, b, other_itemsize, somewhere, a, itemsize, most), shared ? Overlap::yes : Overlap::no);
        // With little work the answer may be missing, never wrong.
        const Overlap hasty = mutual_overlap(somewhere, a, itemsize, b_data, b, other_itemsize, 2);
        ASSERT_NE(hasty, shared ? Overlap::no : Overlap::yes);
        const Overlap hasty_internal = internal_overlap(a, itemsize, 2);
        ASSERT_NE(hasty_internal, internal ? Overlap::no : Overlap::yes);
        ++answers[internal ? 1 : 0][shared ? 1 : 0];
    }
    for (const auto& row : answers) {
        for (const int count : row) EXPECT_GT(count, 50) << "every combination of answers is met";
    }
}

// Few axes with many steps: the answer hangs on where their multiples meet again, hundreds of steps away.
TEST(Overlap, random_long_rows_against_every_byte) {
    constexpr unsigned seed = 32;  // change it here to try others
    std::mt19937 random(seed);
    const auto between = [&](std::int64_t low, std::int64_t high) { return std::uniform_int_distribution<std::int64_t>(low, high)(random); };
    int answers[2][2] = {};
    for (int round = 0; round < 6'000; ++round) {
        const Layout a({between(1, 4), between(1, 200)}, {between(-2000, 2000), between(20, 1000)});
        const Layout b({between(1, 200)}, {between(20, 1000)});
        const std::int64_t itemsize = between(1, 12);
        const std::int64_t start = between(-2000, 100'000);
        ByteSet bytes(500'000);
        const bool internal = bytes.mark(element_offsets(a), itemsize);
        const bool shared = bytes.touches(element_offsets(b), itemsize, start);
        ASSERT_EQ(internal_overlap(a, itemsize), internal ? Overlap::yes : Overlap::no) << to_string(a) << " of " << itemsize << ", seed " << seed;
        ASSERT_EQ(mutual(a, b, start, itemsize), shared ? Overlap::yes : Overlap::no)
            << to_string(a) << " and " << to_string(b) << " at " << start << " of " << itemsize << ", seed " << seed;
        ++answers[internal ? 1 : 0][shared ? 1 : 0];
    }
    for (const auto& row : answers) {
        for (const int count : row) EXPECT_GT(count, 50) << "every combination of answers is met";
    }
}

}  // namespace
}  // namespace ndlease
