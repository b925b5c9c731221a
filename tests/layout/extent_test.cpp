// SPDX-License-Identifier: Apache-2.0
// Contiguity, byte extents and offsets: examples with their known answers, and random layouts against their definitions.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <ndlease/error.hpp>
#include <ndlease/layout.hpp>

#include "layout/byte_sets.hpp"

namespace ndlease {
namespace {

__extension__ using Wide = __int128;
using Numbers = std::vector<std::int64_t>;

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

struct Example {
    Numbers shape, strides;
    std::int64_t itemsize;
    bool c, f;
    ByteExtent extent;
    Overlap overlap;
};

TEST(LayoutExamples, known_answers) {
    const Example examples[] = {
        {{}, {}, 4, true, true, {0, 4}, Overlap::no},
        {{5}, {8}, 4, false, false, {0, 36}, Overlap::no},
        {{5}, {-4}, 4, false, false, {-16, 4}, Overlap::no},
        // memoryview says N for both; PyBuffer_IsContiguous and the relaxed rule say Y.
        {{0}, {7}, 4, true, true, {0, 0}, Overlap::no},
        {{3}, {0}, 4, false, false, {0, 4}, Overlap::yes},
        {{2, 3}, {4, 8}, 4, false, true, {0, 24}, Overlap::no},
        {{2, 3}, {-12, 4}, 4, false, false, {-12, 12}, Overlap::no},
        {{1, 3}, {99, 4}, 4, true, true, {0, 12}, Overlap::no},
        {{1, 12, 1}, {1, 4, 9}, 4, true, true, {0, 48}, Overlap::no},
        {{7, 0, 7}, {0, 0, 0}, 4, true, true, {0, 0}, Overlap::no},
        {{2, 3, 4}, {16, 32, 4}, 4, false, false, {0, 96}, Overlap::no},
        {{4}, {12}, 8, false, false, {0, 44}, Overlap::no},
    };
    for (const Example& example : examples) {
        const Layout layout(example.shape, example.strides);
        SCOPED_TRACE(to_string(layout));
        EXPECT_EQ(layout.is_contiguous(Order::c, example.itemsize), example.c);
        EXPECT_EQ(layout.is_contiguous(Order::f, example.itemsize), example.f);
        EXPECT_EQ(layout.is_contiguous(Order::any, example.itemsize), example.c || example.f);
        EXPECT_EQ(layout.byte_extent(example.itemsize), example.extent);
        EXPECT_EQ(internal_overlap(layout, example.itemsize), example.overlap);
    }
}

bool one_after_the_other(const std::vector<std::int64_t>& offsets, std::int64_t itemsize) {
    std::int64_t next = 0;
    for (const std::int64_t offset : offsets) {
        if (offset != next) return false;
        next += itemsize;
    }
    return true;
}

/// Calls visit(shape, strides) for all shapes with extents 0 to 3 and strides -2 to 9 of this rank.
template <class Visit>
void for_each_small(std::size_t rank, Numbers& shape, Numbers& strides, const Visit& visit) {
    if (shape.size() == rank) {
        visit(shape, strides);
        return;
    }
    for (std::int64_t extent = 0; extent <= 3; ++extent) {
        for (std::int64_t stride = -2; stride <= 9; ++stride) {
            shape.push_back(extent);
            strides.push_back(stride);
            for_each_small(rank, shape, strides, visit);
            shape.pop_back();
            strides.pop_back();
        }
    }
}

TEST(Contiguity, means_that_elements_follow_one_another) {
    int contiguous[2] = {};
    for (std::size_t rank = 0; rank <= 3; ++rank) {
        Numbers shape;
        Numbers strides;
        for_each_small(rank, shape, strides, [&](const Numbers& s, const Numbers& t) {
            const Layout layout(s, t);
            const Layout reversed(Numbers(s.rbegin(), s.rend()), Numbers(t.rbegin(), t.rend()));
            const auto offsets = element_offsets(layout);
            const auto f_offsets = element_offsets(reversed);
            for (const std::int64_t itemsize : {1, 2}) {
                const bool c = one_after_the_other(offsets, itemsize);
                const bool f = one_after_the_other(f_offsets, itemsize);
                ASSERT_EQ(layout.is_contiguous(Order::c, itemsize), c) << to_string(layout) << " of " << itemsize << " bytes";
                ASSERT_EQ(layout.is_contiguous(Order::f, itemsize), f) << to_string(layout) << " of " << itemsize << " bytes";
                ASSERT_EQ(layout.is_contiguous(Order::any, itemsize), c || f) << to_string(layout) << " of " << itemsize << " bytes";
                ++contiguous[c ? 1 : 0];
            }
        });
    }
    EXPECT_GT(contiguous[0], 1000);
    EXPECT_GT(contiguous[1], 1000);
}

TEST(Contiguity, where_the_bytes_do_not_fit_in_63_bits) {
    EXPECT_TRUE(Layout({2}, {most / 2}).is_contiguous(Order::any, most / 2));
    EXPECT_FALSE(Layout({2}, {most}).is_contiguous(Order::any, most)) << "2 * most bytes";
    EXPECT_TRUE(Layout({1, 1}, {3, 5}).is_contiguous(Order::c, most));
    EXPECT_FALSE(Layout({1}, {3}).is_contiguous(Order::c, -1));
}

/// What the constructor and byte_extent should answer, in 128 bits that cannot overflow (sums are capped far above 64 bits).
struct Oracle {
    errc construction = errc::ok;
    errc extent_error = errc::ok;
    ByteExtent extent;

    Oracle(const Numbers& shape, const Numbers& strides, std::int64_t itemsize) {
        constexpr Wide limit = Wide{1} << 100;
        const auto cap = [](Wide value) { return value > limit ? limit : value < -limit ? -limit : value; };
        Wide count = 1;
        Wide lower = 0;
        Wide upper = 0;
        bool empty = false;
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            if (shape[axis] < 0) {
                construction = errc::bad_layout;
                return;
            }
            if (shape[axis] == 0) empty = true;
        }
        if (empty) return;
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            count = count > most ? count : count * shape[axis];
            const Wide reach = cap(Wide{shape[axis] - 1} * strides[axis]);
            (reach < 0 ? lower : upper) = cap((reach < 0 ? lower : upper) + reach);
        }
        if (count > most || upper - lower > most) {
            construction = errc::overflow;
        } else if (itemsize > 0 && upper - lower + itemsize > most) {
            extent_error = errc::overflow;
        } else if (itemsize > 0) {
            extent = {static_cast<std::int64_t>(lower), static_cast<std::int64_t>(upper + itemsize)};
        }
    }
};

/// Small numbers, powers of two, and the edges of 64 bits.
std::int64_t draw_number(std::mt19937_64& random, int kind) {
    switch (kind) {
        case 0: return static_cast<std::int64_t>(random() % 6);
        case 1: return static_cast<std::int64_t>(random() % 5000);
        case 2: return std::int64_t{1} << (random() % 63);
        case 3: return most - static_cast<std::int64_t>(random() % 3);
        default: return static_cast<std::int64_t>(random() >> (1 + random() % 60));
    }
}

TEST(ByteExtent, random_layouts_against_128_bit_arithmetic) {
    constexpr unsigned seed = 77;  // change it here to try others
    std::mt19937_64 random(seed);
    int fine = 0;
    int refused = 0;
    int too_long = 0;
    for (int round = 0; round < 200'000; ++round) {
        const std::size_t rank = random() % 5 == 0 ? random() % 65 : random() % 5;
        Numbers shape;
        Numbers strides;
        for (std::size_t axis = 0; axis < rank; ++axis) {
            shape.push_back(rank > 5 ? static_cast<std::int64_t>(1 + random() % 2) : draw_number(random, static_cast<int>(random() % 12)));
            if (random() % 64 == 0) shape.back() = random() % 2 == 0 ? 0 : -1 - shape.back();
            const std::int64_t stride = draw_number(random, static_cast<int>(random() % 9));
            strides.push_back(random() % 100 == 0 ? least : random() % 2 == 0 ? stride : -stride);
        }
        const std::int64_t itemsize = draw_number(random, static_cast<int>(random() % 8));
        const Oracle oracle(shape, strides, itemsize);
        SCOPED_TRACE("round " + std::to_string(round) + " of seed " + std::to_string(seed));
        errc construction = errc::ok;
        errc extent_error = errc::ok;
        ByteExtent extent;
        try {
            const Layout layout(shape, strides);
            try {
                extent = layout.byte_extent(itemsize);
            } catch (const Error& error) {
                extent_error = error.code();
            }
        } catch (const Error& error) {
            construction = error.code();
        }
        ASSERT_EQ(construction, oracle.construction) << to_string(Dims(shape)) << ':' << to_string(Dims(strides));
        ASSERT_EQ(extent_error, oracle.extent_error) << to_string(Dims(shape)) << ':' << to_string(Dims(strides)) << " of " << itemsize;
        ASSERT_EQ(extent, oracle.extent) << to_string(Dims(shape)) << ':' << to_string(Dims(strides)) << " of " << itemsize;
        ++(construction != errc::ok ? refused : extent_error != errc::ok ? too_long : fine);
    }
    EXPECT_GT(fine, 20'000);
    EXPECT_GT(refused, 20'000);
    EXPECT_GT(too_long, 100);
}

TEST(ByteExtent, holds_every_element_and_no_more) {
    constexpr unsigned seed = 78;  // change it here to try others
    std::mt19937 random(seed);
    const auto between = [&](std::int64_t low, std::int64_t high) { return std::uniform_int_distribution<std::int64_t>(low, high)(random); };
    for (int round = 0; round < 3'000; ++round) {
        Numbers shape;
        Numbers strides;
        for (std::int64_t rank = between(0, 5); rank > 0; --rank) {
            shape.push_back(between(1, 4));
            strides.push_back(between(-1000, 1000));
        }
        const Layout layout(shape, strides);
        const std::int64_t itemsize = between(1, 20);
        const auto offsets = element_offsets(layout);
        const auto [lowest, highest] = std::minmax_element(offsets.begin(), offsets.end());
        ASSERT_EQ(layout.byte_extent(itemsize), (ByteExtent{*lowest, *highest + itemsize})) << to_string(layout) << ", seed " << seed;

        // offset_of agrees for one element: the indices of the k-th in C order.
        const std::int64_t k = between(0, layout.size() - 1);
        Numbers indices(shape.size());
        std::int64_t rest = k;
        for (std::size_t axis = shape.size(); axis-- > 0;) {
            indices[axis] = rest % shape[axis];
            rest /= shape[axis];
        }
        ASSERT_EQ(layout.offset_of(indices), offsets[static_cast<std::size_t>(k)]) << to_string(layout) << ", seed " << seed;
    }
}

TEST(ContiguousOrders, random_shapes_against_128_bit_arithmetic) {
    constexpr unsigned seed = 79;  // change it here to try others
    std::mt19937_64 random(seed);
    int fits = 0;
    constexpr int rounds = 50'000;
    for (int round = 0; round < rounds; ++round) {
        Numbers shape;
        for (std::size_t rank = random() % 6; rank > 0; --rank) shape.push_back(1 + draw_number(random, static_cast<int>(random() % 3)));
        const std::int64_t itemsize = 1 + draw_number(random, static_cast<int>(random() % 2));
        Wide bytes = itemsize;
        for (const std::int64_t extent : shape) bytes = bytes > most ? bytes : bytes * extent;
        SCOPED_TRACE(to_string(Dims(shape)) + " of " + std::to_string(itemsize) + ", seed " + std::to_string(seed));
        for (const Order order : {Order::c, Order::f}) {
            try {
                const Layout layout = order == Order::c ? Layout::c_order(shape, itemsize) : Layout::f_order(shape, itemsize);
                ASSERT_LE(bytes, most);
                ASSERT_TRUE(layout.is_contiguous(order, itemsize));
                ASSERT_EQ(layout.byte_extent(itemsize), (ByteExtent{0, static_cast<std::int64_t>(bytes)}));
                ++fits;
            } catch (const Error& error) {
                ASSERT_EQ(error.code(), errc::overflow);
                ASSERT_GT(bytes, most);
            }
        }
    }
    EXPECT_GT(fits, rounds / 2);
    EXPECT_LT(fits, rounds * 2 - rounds / 10);
}

}  // namespace
}  // namespace ndlease
