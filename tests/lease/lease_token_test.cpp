// SPDX-License-Identifier: Apache-2.0
// Shares as plain data: double release is detected for ever, also when the block serves other leases or has run out of generations.
#include <gtest/gtest.h>

#include <vector>

#include <ndlease/error.hpp>
#include <ndlease/lease.hpp>

#include "lease/control_block.hpp"

namespace ndlease {
namespace {

TEST(LeaseToken, a_share_goes_out_as_a_token_and_comes_back) {
    int runs = 0;
    Lease a = Lease::make([&](const ReleaseInfo&) { ++runs; });
    const LeaseToken token = a.detach();
    EXPECT_FALSE(a);
    EXPECT_EQ(runs, 0);
    {
        const Lease back = Lease::adopt(token);
        EXPECT_EQ(back.holders(), 1);
    }
    EXPECT_EQ(runs, 1);
}

TEST(LeaseToken, retaining_makes_another_share) {
    int runs = 0;
    const LeaseToken token = Lease::make([&](const ReleaseInfo&) { ++runs; }).detach();
    const LeaseToken second = Lease::retain_token(token);
    EXPECT_TRUE(Lease::release_token(token));
    EXPECT_EQ(runs, 0);
    EXPECT_TRUE(Lease::release_token(second));
    EXPECT_EQ(runs, 1);
}

TEST(LeaseToken, the_empty_token_is_borrowed_memory) {
    EXPECT_TRUE(Lease::release_token({}));
    EXPECT_EQ(Lease::retain_token({}).slot, nullptr);
}

TEST(LeaseToken, a_second_release_is_refused_and_counted) {
    int runs = 0;
    const LeaseStatistics before = lease_statistics();
    const LeaseToken token = Lease::make([&](const ReleaseInfo&) { ++runs; }).detach();
    EXPECT_TRUE(Lease::release_token(token));
    EXPECT_FALSE(Lease::release_token(token));
    EXPECT_FALSE(Lease::release_token(token));
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(lease_statistics().double_releases, before.double_releases + 2);
}

TEST(LeaseToken, a_stale_token_does_not_touch_the_lease_that_has_the_block_now) {
    const LeaseToken stale = Lease::make(nullptr).detach();
    ASSERT_TRUE(Lease::release_token(stale));
    int runs = 0;
    LeaseToken current = {};
    std::vector<Lease> others;
    for (int i = 0; i < 10'000 && current.slot != stale.slot; ++i) {
        if (current.slot != nullptr) others.push_back(Lease::adopt(current));
        current = Lease::make([&](const ReleaseInfo&) { ++runs; }).detach();
    }
    ASSERT_EQ(current.slot, stale.slot) << "the block was not recycled, so the test shows nothing";
    EXPECT_FALSE(Lease::release_token(stale));
    EXPECT_EQ(runs, 0);
    EXPECT_TRUE(Lease::release_token(current));
    EXPECT_EQ(runs, 1);
}

TEST(LeaseToken, retaining_a_released_token_is_an_error) {
    const LeaseToken token = Lease::make(nullptr).detach();
    ASSERT_TRUE(Lease::release_token(token));
    try {
        (void)Lease::retain_token(token);
        FAIL() << "a released lease was retained";
    } catch (const Error& e) {
        EXPECT_EQ(e.code(), errc::released);
    }
}

TEST(LeaseToken, a_token_is_over_while_its_callback_runs) {
    LeaseToken token = {};
    bool released_again = true;
    token = Lease::make([&](const ReleaseInfo&) { released_again = Lease::release_token(token); }).detach();
    EXPECT_TRUE(Lease::release_token(token));
    EXPECT_FALSE(released_again);
}

TEST(LeaseToken, a_copy_of_a_share_that_was_given_back_is_as_released_as_it) {
    const LeaseStatistics before = lease_statistics();
    int runs = 0;
    {
        const LeaseToken token = Lease::make([&](const ReleaseInfo&) { ++runs; }).detach();
        const Lease robbed = Lease::adopt(token);
        EXPECT_TRUE(Lease::release_token(token));  // what robs it
        EXPECT_EQ(runs, 1);
        const Lease copy = robbed;
        EXPECT_EQ(copy.holders(), 0);
        const Lease next = Lease::make(nullptr);
        EXPECT_EQ(next.holders(), 1);
    }
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(lease_statistics().double_releases, before.double_releases + 2);
}

TEST(ControlBlock, a_block_that_ran_out_of_generations_is_not_used_again) {
    LeaseToken token = Lease::make(nullptr).detach();
    auto* block = static_cast<detail::ControlBlock*>(token.slot);
    block->state = detail::last_generation << detail::holder_bits | 1;
    token.generation = detail::last_generation;
    EXPECT_EQ(Lease::adopt(Lease::retain_token(token)).holders(), 2);
    EXPECT_TRUE(Lease::release_token(token));
    EXPECT_FALSE(Lease::release_token(token));
    std::vector<Lease> leases;
    for (int i = 0; i < 10'000; ++i) {
        LeaseToken fresh = Lease::make(nullptr).detach();
        EXPECT_NE(fresh.slot, token.slot);
        leases.push_back(Lease::adopt(fresh));
    }
}

TEST(ControlBlock, a_token_generation_above_what_a_block_can_hold_matches_nothing) {
    const LeaseToken token = Lease::make(nullptr).detach();
    EXPECT_FALSE(Lease::release_token({token.slot, token.generation + detail::last_generation + 1}));
    EXPECT_TRUE(Lease::release_token(token));
}

TEST(ControlBlock, a_count_that_leaked_to_its_limit_keeps_the_memory) {
    int runs = 0;
    const LeaseToken token = Lease::make([&](const ReleaseInfo&) { ++runs; }).detach();
    auto* block = static_cast<detail::ControlBlock*>(token.slot);
    block->state = token.generation << detail::holder_bits | detail::sticky_holders;
    EXPECT_TRUE(Lease::release_token(Lease::retain_token(token)));
    EXPECT_EQ(block->holders(token.generation), detail::sticky_holders);
    EXPECT_TRUE(Lease::release_token(token));
    EXPECT_EQ(runs, 0);
    block->state = token.generation << detail::holder_bits | 1;
    EXPECT_TRUE(Lease::release_token(token));
    EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace ndlease
