// SPDX-License-Identifier: Apache-2.0
// Samples, spreads and where repeating ends; and the memory that measurements share.
#include "contender.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <thread>

#include "measure.hpp"

namespace ndlease::tool {
namespace {

void sleep_for(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

TEST(Contender, takes_three_samples_even_without_time) {
    std::vector<Contender> contenders;
    contenders.emplace_back([](std::int64_t) { sleep_for(100e-6); });
    take_turns(&contenders, {0, 0.005});
    EXPECT_GE(contenders[0].samples(), 3);
    EXPECT_GE(contenders[0].median(), 100e-6);
    EXPECT_LE(contenders[0].min(), contenders[0].median());
}

TEST(Contender, stops_early_once_the_median_is_known) {
    std::vector<Contender> contenders;
    contenders.emplace_back([](std::int64_t) { sleep_for(1e-3); });
    const auto start = std::chrono::steady_clock::now();
    take_turns(&contenders, {60, 10});
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

TEST(Contender, repeats_short_copies_and_counts_them) {
    std::int64_t last = -1;
    bool in_order = true;
    Contender contender(
        [&](std::int64_t n) {
            in_order = in_order && n == last + 1;
            last = n;
        },
        [] {}, 1e-3);
    contender.sample();
    EXPECT_TRUE(in_order);
    EXPECT_GT(last, 100);
}

TEST(Contender, prepares_before_each_sample_and_outside_of_its_time) {
    int prepared = 0;
    int copies = 0;
    std::vector<Contender> contenders;
    contenders.emplace_back([&](std::int64_t) { ++copies; }, [] {}, 1e-3,
                            [&] {
                                sleep_for(5e-3);
                                ++prepared;
                            });
    take_turns(&contenders, {0, 0.005});
    EXPECT_EQ(prepared, copies);
    EXPECT_GE(copies, 4);  // one to warm up, three samples
    EXPECT_LT(contenders[0].median(), 5e-3);
}

TEST(Contender, warms_up_before_each_sample_and_outside_of_its_time) {
    int copies = 0;
    const auto slow_after_another = [&](std::int64_t) { sleep_for(copies++ % 3 < 2 ? 5e-3 : 1e-3); };  // the first two of three
    std::vector<Contender> contenders;
    contenders.emplace_back(
        slow_after_another, [] {}, 1e-6, std::function<void()>(), 2);
    copies = 0;
    for (int i = 0; i < 20; ++i) contenders[0].sample();
    EXPECT_EQ(copies, 60);
    EXPECT_LT(contenders[0].median(), 5e-3);
}

TEST(Contender, the_fastest_other_is_the_ceiling) {
    std::vector<Contender> contenders;
    for (const double seconds : {300e-6, 2e-3, 500e-6}) contenders.emplace_back([seconds](std::int64_t) { sleep_for(seconds); });
    take_turns(&contenders, {0, 0.005});
    const Timing timing = timing_of(contenders, {"slow", "fast"});
    EXPECT_EQ(timing.ceiling_by, "fast");
    EXPECT_LT(timing.ceiling_s, 2e-3);
    EXPECT_TRUE(timing.is_there());
}

TEST(Rotation, reaches_every_slot_and_exceeds_the_caches) {
    for (const std::int64_t bytes : {1, 4096, 65536, 700'000}) {
        const Rotation rotation = rotation_for(bytes, bytes, 1 << 20);
        EXPECT_GE(rotation.slots * (rotation.src_step + rotation.dst_step), 4 << 20) << bytes;
        EXPECT_GE(rotation.src_step, bytes);
        std::set<std::int64_t> slots;
        for (std::int64_t n = 0; n < rotation.slots; ++n) {
            slots.insert(rotation.slot(n, 1));
            EXPECT_TRUE(rotation.slots < 3 || (rotation.slot(n, 0) != rotation.slot(n, 1) && rotation.slot(n, 1) != rotation.slot(n, 2)));
        }
        EXPECT_EQ(static_cast<std::int64_t>(slots.size()), rotation.slots) << bytes;
    }
    EXPECT_EQ(rotation_for(4 << 20, 4 << 20, 1 << 20).slots, 1);
}

TEST(Rotation, yardsticks_are_cold_beside_cold_cases) {
    constexpr std::int64_t cache = 1 << 20;
    const Rotation large = rotation_for(4 << 20, 4 << 20, cache);  // one column of it: 4 KiB
    const Rotation yardstick = yardstick_rotation(large, 4096, cache);
    EXPECT_GE(yardstick.slots * (yardstick.src_step + yardstick.dst_step), 4 * cache);
    EXPECT_GE(rotated_bytes(100, large.dst_step, large, 4096, yardstick), 4096 + (yardstick.slots - 1) * yardstick.dst_step);
    EXPECT_EQ(yardstick_rotation(rotation_for(4096, 4096, cache), 4096, cache).slots, 1);
}

TEST(Rotation, arrays_of_which_little_is_touched_need_a_sweep) {
    constexpr std::int64_t cache = 1 << 20;
    const auto column = [](std::int64_t rows) {
        Case made;
        made.copies = {{patterns::Strided{{rows}, {4096}, 0, 4}, patterns::Strided::packed({rows}, 4), {}, {}, {}}};
        return made;
    };
    const Rotation large = rotation_for(8 << 20, 4096, cache);
    EXPECT_TRUE(needs_sweep(column(2048), large, cache));
    EXPECT_FALSE(needs_sweep(column(200'000), large, cache));
    EXPECT_FALSE(needs_sweep(column(2048), rotation_for(4096, 4096, cache), cache));
}

TEST(BenchMemory, fills_a_source_once_and_anew_when_it_was_written) {
    BenchMemory memory(2);
    const auto source = memory.source(100'000, patterns::Content::bytes);
    EXPECT_TRUE(memory.source_is_unchanged(100'000));
    source[777] ^= std::byte{1};
    EXPECT_FALSE(memory.source_is_unchanged(100'000));
    (void)memory.source(50'000, patterns::Content::bytes);
    EXPECT_TRUE(memory.source_is_unchanged(50'000));
    (void)memory.source(5'000'000, patterns::Content::floats);
    EXPECT_TRUE(memory.source_is_unchanged(5'000'000));
    EXPECT_EQ(memory.destination(10).size(), 10U);
}

}  // namespace
}  // namespace ndlease::tool
