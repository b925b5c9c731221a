// SPDX-License-Identifier: Apache-2.0
#include <ndlease/dims.hpp>

#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include <ndlease/error.hpp>

namespace ndlease {
namespace {

TEST(Dims, agrees_with_a_vector_under_random_changes) {
    std::mt19937 random(7);
    Dims dims;
    std::vector<std::int64_t> model;
    for (int step = 0; step < 20'000; ++step) {
        const auto position = static_cast<int>(random() % (model.size() + 1));
        const std::int64_t value = static_cast<std::int64_t>(random()) - 1'000'000;
        switch (random() % 6) {
            case 0:
            case 1:
                if (model.size() < static_cast<std::size_t>(max_rank)) {
                    dims.insert(position, value);
                    model.insert(model.begin() + position, value);
                }
                break;
            case 2:
                if (static_cast<std::size_t>(position) < model.size()) {
                    dims.erase(position);
                    model.erase(model.begin() + position);
                }
                break;
            case 3: {
                Dims copy = dims;
                Dims moved = std::move(copy);
                dims = moved;
                break;
            }
            case 4: {
                const Dims& self = dims;
                dims = self;
                Dims other(static_cast<int>(random() % 20), value);
                dims.swap(other);
                other = std::move(dims);
                dims = other;
                model.assign(other.begin(), other.end());
                break;
            }
            default:
                dims.assign(std::span<const std::int64_t>(dims.data(), static_cast<std::size_t>(position)));
                model.resize(static_cast<std::size_t>(position));
                break;
        }
        ASSERT_EQ(std::vector<std::int64_t>(dims.begin(), dims.end()), model) << "step " << step;
    }
}

TEST(Dims, more_than_64_are_refused) {
    EXPECT_EQ(Dims(64, 1).size(), 64);
    EXPECT_THROW(Dims(65, 1), Error);
    EXPECT_THROW(Dims(-1, 1), Error);
    Dims full(64, 2);
    EXPECT_THROW(full.push_back(1), Error);
    EXPECT_EQ(full, Dims(64, 2));
}

TEST(Dims, prints_as_a_tuple) {
    EXPECT_EQ(to_string(Dims{}), "()");
    EXPECT_EQ(to_string(Dims{2, -3}), "(2,-3)");
}

TEST(CheckedArithmetic, names_the_thing_and_both_values) {
    constexpr std::int64_t big = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(checked_mul(-4, 5, "bytes"), -20);
    EXPECT_EQ(checked_sub(big, big, "bytes"), 0);
    EXPECT_THROW((void)checked_sub(-2, big, "bytes"), Error);
    EXPECT_THROW((void)checked_mul(big, 2, "bytes"), Error);
    try {
        (void)checked_add(big, 1, "extent of axis 2");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), errc::overflow);
        EXPECT_STREQ(error.what(), "extent of axis 2: 9223372036854775807 + 1 does not fit in 63 bits");
    }
}

}  // namespace
}  // namespace ndlease
