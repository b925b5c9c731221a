// SPDX-License-Identifier: Apache-2.0
// Every layout of rank <= 3 with extents <= 4, |stride| <= 8 and items of 1 to 4 bytes, against the bytes themselves.
#include <bit>
#include <cstdint>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include <ndlease/layout.hpp>

namespace ndlease {
namespace {

constexpr std::int64_t largest_extent = 4;
constexpr std::int64_t largest_stride = 8;
/// Bytes lie within 3 * 3 * 8 below and above element (0,...,0): they fit into 192 bits with room for the item.
constexpr int middle = 80;

struct Bits {
    std::uint64_t words[3] = {};
    bool set(std::int64_t offset) {
        const auto at = static_cast<unsigned>(middle + offset);
        std::uint64_t& word = words[at / 64];
        const std::uint64_t bit = std::uint64_t{1} << (at % 64);
        const bool was_set = (word & bit) != 0;
        word |= bit;
        return was_set;
    }
    [[nodiscard]] bool meets(const Bits& other) const { return ((words[0] & other.words[0]) | (words[1] & other.words[1]) | (words[2] & other.words[2])) != 0; }
};

struct Small {
    std::int64_t shape[3] = {1, 1, 1};
    std::int64_t strides[3] = {0, 0, 0};
    int rank = 0;

    [[nodiscard]] Layout layout() const { return {std::span(shape, static_cast<std::size_t>(rank)), std::span(strides, static_cast<std::size_t>(rank))}; }

    /// Marks every byte; returns whether one was met twice.
    bool mark(Bits& bits, std::int64_t itemsize, std::int64_t start = 0) const {
        bool twice = false;
        for (std::int64_t i = 0; i < shape[0]; ++i) {
            for (std::int64_t j = 0; j < shape[1]; ++j) {
                for (std::int64_t k = 0; k < shape[2]; ++k) {
                    for (std::int64_t byte = 0; byte < itemsize; ++byte) {
                        twice |= bits.set(start + i * strides[0] + j * strides[1] + k * strides[2] + byte);
                    }
                }
            }
        }
        return twice;
    }
};

/// Calls visit(small) for all shapes and strides of a rank.
template <class Visit>
void for_each_small(int rank, Small& small, int axis, const Visit& visit) {
    if (axis == rank) {
        visit(small);
        return;
    }
    const auto at = static_cast<std::size_t>(axis);
    for (small.shape[at] = 0; small.shape[at] <= largest_extent; ++small.shape[at]) {
        for (small.strides[at] = -largest_stride; small.strides[at] <= largest_stride; ++small.strides[at]) {
            for_each_small(rank, small, axis + 1, visit);
        }
    }
}

class Exhaustive : public ::testing::TestWithParam<int> {};

TEST_P(Exhaustive, internal_overlap_of_every_layout) {
    const int rank = GetParam();
    std::int64_t layouts = 0;
    std::int64_t wrong = 0;
    Small small;
    small.rank = rank;
    for_each_small(rank, small, 0, [&](const Small& each) {
        const Layout layout = each.layout();
        for (std::int64_t itemsize = 1; itemsize <= 4; ++itemsize) {
            Bits bits;
            const Overlap expected = each.mark(bits, itemsize) ? Overlap::yes : Overlap::no;
            ++layouts;
            if (internal_overlap(layout, itemsize) != expected && ++wrong < 10) ADD_FAILURE() << to_string(layout) << " of " << itemsize << " bytes";
        }
    });
    std::int64_t all = 4;
    for (int axis = 0; axis < rank; ++axis) all *= (largest_extent + 1) * (2 * largest_stride + 1);
    EXPECT_EQ(layouts, all);
    EXPECT_EQ(wrong, 0);
}

INSTANTIATE_TEST_SUITE_P(Rank, Exhaustive, ::testing::Values(0, 1, 2, 3));

TEST(ExhaustiveMutual, every_pair_of_rank_1_at_every_distance) {
    std::vector<Small> all;
    Small small;
    small.rank = 1;
    for_each_small(1, small, 0, [&](const Small& each) { all.push_back(each); });
    std::int64_t wrong = 0;
    for (const std::int64_t itemsize : {1, 3}) {
        for (const Small& a : all) {
            const Layout a_layout = a.layout();
            Bits a_bits;
            a.mark(a_bits, itemsize);
            for (const Small& b : all) {
                const Layout b_layout = b.layout();
                for (std::int64_t start = -30; start <= 30; ++start) {
                    Bits b_bits;
                    b.mark(b_bits, 2, start);
                    const Overlap expected = a_bits.meets(b_bits) ? Overlap::yes : Overlap::no;
                    const auto b_data = static_cast<std::uintptr_t>(1000 + start);
                    if (mutual_overlap(1000, a_layout, itemsize, b_data, b_layout, 2) != expected && ++wrong < 10) {
                        ADD_FAILURE() << to_string(a_layout) << " of " << itemsize << " bytes and " << to_string(b_layout) << " of 2 at " << start;
                    }
                }
            }
        }
    }
    EXPECT_EQ(wrong, 0);
}

TEST(ExhaustiveMutual, random_pairs_up_to_rank_3) {
    constexpr unsigned seed = 5;  // change it here to try others
    std::mt19937 random(seed);
    const auto between = [&](std::int64_t low, std::int64_t high) { return std::uniform_int_distribution<std::int64_t>(low, high)(random); };
    const auto draw = [&] {
        Small small;
        small.rank = static_cast<int>(between(0, 3));
        for (std::size_t axis = 0; axis < static_cast<std::size_t>(small.rank); ++axis) {
            small.shape[axis] = between(1, largest_extent);
            small.strides[axis] = between(-largest_stride, largest_stride);
        }
        return small;
    };
    int yes = 0;
    constexpr int rounds = 300'000;
    for (int round = 0; round < rounds; ++round) {
        const Small a = draw();
        const Small b = draw();
        const std::int64_t a_itemsize = between(1, 4);
        const std::int64_t b_itemsize = between(1, 4);
        const std::int64_t start = between(-8, 8);
        Bits a_bits;
        Bits b_bits;
        a.mark(a_bits, a_itemsize);
        b.mark(b_bits, b_itemsize, start);
        const bool meets = a_bits.meets(b_bits);
        yes += meets ? 1 : 0;
        ASSERT_EQ(mutual_overlap(1000, a.layout(), a_itemsize, static_cast<std::uintptr_t>(1000 + start), b.layout(), b_itemsize),
                  meets ? Overlap::yes : Overlap::no)
            << to_string(a.layout()) << " of " << a_itemsize << " bytes and " << to_string(b.layout()) << " of " << b_itemsize << " at " << start << ", seed "
            << seed << ", round " << round;
    }
    EXPECT_GT(yes, rounds / 10);
    EXPECT_LT(yes, rounds * 9 / 10);
}

}  // namespace
}  // namespace ndlease
