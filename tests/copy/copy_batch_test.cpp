// SPDX-License-Identifier: Apache-2.0
// Many copies in one call, and planned once for many calls, on the host, against nested loops.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "copy/pair_oracle.hpp"

#include <ndlease/copy.hpp>
#include <ndlease/copy_batch.hpp>
#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>

namespace ndlease::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t bytes = 4096;

struct Sides {
    Side dst, src;
};

/// Often alike, so that they share a plan; anywhere, so that they overlap themselves and one another.
std::vector<Sides> random_sides(Random& random) {
    std::vector<Sides> sides;
    std::int64_t n = 0;
    for (std::int64_t i = random.in(0, 12); i > 0; --i) {
        if (random.one_in(2)) n = random.in(0, 40);
        sides.push_back({{{n, 3}, {24, 4}, {}, 4, random.in(0, bytes - 1024)}, {{n, 3}, {12, 4}, {}, 4, random.in(0, bytes - 1024)}});
    }
    return sides;
}

std::vector<CopyPair> pairs_of(const std::vector<Sides>& sides, Arena& arena) {
    std::vector<CopyPair> pairs;
    for (const auto& [dst, src] : sides) pairs.push_back({dst.view(arena), src.view(arena)});
    return pairs;
}

void apply_all(std::vector<std::byte>* memory, const std::vector<Sides>& sides) {
    for (const auto& [dst, src] : sides) apply(memory, dst, src);
}

template <class Action>
void expect_refused(const Action& action, errc code, std::int64_t index, const std::string& words) {
    try {
        action();
        ADD_FAILURE() << "was not refused: " << words;
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), code) << error.what();
        EXPECT_EQ(error.index(), index) << error.what();
        EXPECT_THAT(error.what(), HasSubstr(words));
    }
}

// A pair of memory that is read by the next: they are copied one after the other.
TEST(copy_batch_on_host, copies_one_pair_after_the_other) {
    for_random_cases(300, [](Random& random) {
        Arena arena(random, bytes);
        const std::vector<Sides> sides = random_sides(random);
        std::vector<std::byte> expected = arena.bytes();
        apply_all(&expected, sides);
        copy_batch(pairs_of(sides, arena));
        EXPECT_TRUE(arena.bytes() == expected);
    });
}

TEST(batch_plan_on_host, runs_again_and_elsewhere) {
    for_random_cases(300, [](Random& random) {
        Arena arena(random, bytes);
        Arena other(random, bytes);
        const std::vector<Sides> sides = random_sides(random);
        const BatchPlan plan = BatchPlan::make(pairs_of(sides, arena));
        EXPECT_EQ(plan.size(), sides.size());
        EXPECT_EQ(plan.device(), Device::cpu());
        std::vector<std::byte> expected = arena.bytes();
        for (int run = 0; run < 2; ++run) {
            apply_all(&expected, sides);
            run == 0 ? plan.run() : plan.run(StreamRef::host());
            EXPECT_TRUE(arena.bytes() == expected) << "run " << run;
        }

        // Other distances between the pairs than those that were planned for.
        std::vector<Sides> moved = sides;
        std::vector<CopyAddresses> addresses;
        for (auto& [dst, src] : moved) {
            dst.data = (dst.data + random.in(0, bytes)) % (bytes - 1024);
            src.data = (src.data + random.in(0, bytes)) % (bytes - 1024);
            addresses.push_back({other.at(dst.data), other.at(src.data)});
        }
        std::vector<std::byte> expected_there = other.bytes();
        apply_all(&expected_there, moved);
        plan.run(addresses);
        EXPECT_TRUE(other.bytes() == expected_there);
        EXPECT_TRUE(arena.bytes() == expected) << "its own memory was written";
    });
}

// dst: (100):(1)  src: (100):(1), apart in the first pair, 10 bytes apart in the second
TEST(batch_plan_on_host, pairs_that_share_a_plan_have_overlaps_of_their_own) {
    Random random(1);
    Arena arena(random, bytes);
    const std::vector<Sides> sides{{{{100}, {1}, {}, 1, 0}, {{100}, {1}, {}, 1, 512}}, {{{100}, {1}, {}, 1, 1024 + 16}, {{100}, {1}, {}, 1, 1024}}};
    std::vector<std::byte> expected = arena.bytes();
    apply_all(&expected, sides);
    BatchPlan::make(pairs_of(sides, arena)).run();
    EXPECT_TRUE(arena.bytes() == expected);
}

TEST(batch_plan_on_host, converts) {
    const View halves = allocate(Format::of<float>(), {3, 100});
    for (int i = 0; i < 300; ++i) static_cast<float*>(halves.mutable_data())[i] = static_cast<float>(i) / 2;
    const View whole = allocate(Format::of<std::int16_t>(), {3, 100});
    CopyOptions options;
    options.conversion = Conversion::cpp;
    std::vector<CopyPair> pairs;
    for (std::int64_t row = 0; row < 3; ++row) pairs.push_back({whole.index(0, row), halves.index(0, row)});
    BatchPlan::make(pairs, options).run();
    for (int i = 0; i < 300; ++i) ASSERT_EQ(static_cast<const std::int16_t*>(whole.data())[i], i / 2) << i;
}

TEST(batch_plan_on_host, counts_the_bytes_of_all_pairs) {
    Random random(2);
    Arena arena(random, bytes);
    const std::vector<CopyPair> pairs = pairs_of({{{{5, 3}, {24, 4}, {}, 4, 0}, {{5, 3}, {12, 4}, {}, 4, 1024}},
                                                  {{{5, 3}, {24, 4}, {}, 4, 256}, {{5, 3}, {12, 4}, {}, 4, 2048}},
                                                  {{{7}, {4}, {}, 4, 512}, {{7}, {0}, {}, 4, 1024}}},
                                                 arena);
    EXPECT_EQ(BatchPlan::make(pairs).useful_bytes(), 2 * (60 + 60) + 28 + 4);
    const BatchPlan none = BatchPlan::make({});
    EXPECT_EQ(none.size(), 0U);
    EXPECT_EQ(none.useful_bytes(), 0);
    none.run();
    none.run(StreamRef::host());
}

TEST(batch_plan_on_host, refuses_before_the_first_byte) {
    Random random(3);
    Arena arena(random, bytes);
    const std::vector<std::byte> before = arena.bytes();
    const Side row{{10}, {4}, {}, 4, 0};
    const Side other{{10}, {4}, {}, 4, 1024};
    const Side longer{{11}, {4}, {}, 4, 2048};
    const Side folded{{10}, {2}, {}, 4, 3072};
    const CopyPair good{row.view(arena), other.view(arena)};
    const auto refused = [&](const CopyPair& second, errc code, const std::string& words) {
        const std::vector<CopyPair> pairs{good, second};
        expect_refused([&] { copy_batch(pairs); }, code, 1, words);
        expect_refused([&] { static_cast<void>(BatchPlan::make(pairs)); }, code, 1, words);
    };
    refused({other.view(arena), longer.view(arena)}, errc::bad_layout, "pair 1");
    refused({other.view(arena).read_only(), row.view(arena)}, errc::read_only, "pair 1");
    refused({row.view(arena).read_only(), other.view(arena)}, errc::read_only, "pair 1");  // like its neighbour in all else
    refused({folded.view(arena), row.view(arena)}, errc::overlap, "pair 1");
    refused({row.view(arena, Format::of<float>()), other.view(arena, Format::of<std::int32_t>())}, errc::not_expressible, "pair 1");
    CopyOptions checked;
    checked.conversion = Conversion::checked;
    expect_refused([&] { static_cast<void>(BatchPlan::make({&good, 1}, checked)); }, errc::not_supported, -1, "checked");

    const BatchPlan plan = BatchPlan::make({&good, 1});
    const CopyAddresses here{arena.at(0), arena.at(1024)};
    const std::vector<CopyAddresses> twice{here, here};
    expect_refused([&] { plan.run(twice); }, errc::invalid_argument, -1, "1 pairs cannot run between 2");
    expect_refused([&] { plan.run(std::vector<CopyAddresses>{}); }, errc::invalid_argument, -1, "1 pairs cannot run between 0");
    const CopyAddresses nowhere{nullptr, arena.at(0)};
    const CopyAddresses from_nowhere{arena.at(0), nullptr};
    expect_refused([&] { plan.run({&nowhere, 1}); }, errc::invalid_argument, 0, "NULL");
    expect_refused([&] { plan.run({&from_nowhere, 1}, StreamRef::host()); }, errc::invalid_argument, 0, "NULL");
    EXPECT_TRUE(arena.bytes() == before);
}

}  // namespace
}  // namespace ndlease::testing
