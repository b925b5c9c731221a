// SPDX-License-Identifier: Apache-2.0
// Leases from many threads; meant to run under ThreadSanitizer as well.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include <ndlease/lease.hpp>

namespace ndlease {
namespace {

constexpr int thread_count = 8;

template <class F>
void on_threads(F f) {
    std::barrier start(thread_count);
    std::vector<std::thread> threads;
    for (int t = 0; t < thread_count; ++t) {
        threads.emplace_back([&, t] {
            start.arrive_and_wait();
            f(t);
        });
    }
    for (std::thread& t : threads) t.join();
}

TEST(LeaseThreads, copies_and_drops_of_shared_leases_release_each_once) {
    const LeaseStatistics before = lease_statistics();
    constexpr int shared = 4;
    std::array<std::atomic<int>, shared> runs{};
    std::array<int, shared> payload{};  // plain memory that every holder may read and the callback writes: a race unless ordered
    std::vector<std::optional<Lease>> leases(shared);
    for (std::size_t i = 0; i < shared; ++i) {
        leases[i] = Lease::make([&, i](const ReleaseInfo&) {
            payload[i] = -1;
            ++runs[i];
        });
    }
    std::vector<std::vector<Lease>> held(thread_count);
    for (auto& own : held) {
        for (auto& lease : leases) own.push_back(*lease);
    }
    for (auto& lease : leases) lease.reset();
    std::array<std::int64_t, thread_count> seen{};  // one each: an atomic sum would order the threads, and hide a missing order in the lease
    on_threads([&](int t) {
        auto& own = held[static_cast<std::size_t>(t)];
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < 100'000; ++i) {
            const Lease copy = own[i % shared];
            const Lease moved = copy;
            sum += payload[i % shared];
        }
        seen[static_cast<std::size_t>(t)] = sum;
        own.clear();
    });
    for (const std::int64_t sum : seen) EXPECT_EQ(sum, 0);
    for (std::size_t i = 0; i < shared; ++i) {
        EXPECT_EQ(runs[i], 1) << "lease " << i;
        EXPECT_EQ(payload[i], -1);
    }
    EXPECT_EQ(lease_statistics().live, before.live);
    EXPECT_EQ(lease_statistics().double_releases, before.double_releases);
}

TEST(LeaseThreads, making_and_releasing_everywhere_keeps_the_count) {
    const LeaseStatistics before = lease_statistics();
    constexpr int each = 20'000;
    std::atomic<std::int64_t> runs{0};
    on_threads([&](int t) {
        std::mt19937 random(static_cast<unsigned>(t));
        std::vector<Lease> held;
        for (int i = 0; i < each; ++i) {
            held.push_back(Lease::make([&runs](const ReleaseInfo&) { runs.fetch_add(1, std::memory_order_relaxed); }));
            while (held.size() > random() % 64) held.pop_back();
        }
    });
    EXPECT_EQ(runs, std::int64_t{each} * thread_count);
    EXPECT_EQ(lease_statistics().live, before.live);
    EXPECT_EQ(lease_statistics().released, before.released + std::int64_t{each} * thread_count);
}

TEST(LeaseThreads, of_threads_that_release_one_token_exactly_one_wins) {
    const LeaseStatistics before = lease_statistics();
    constexpr int rounds = 2'000;
    std::atomic<int> runs{0};
    std::vector<LeaseToken> tokens;
    for (int i = 0; i < rounds; ++i) tokens.push_back(Lease::make([&](const ReleaseInfo&) { ++runs; }).detach());
    std::atomic<int> wins{0};
    on_threads([&](int) {
        for (const LeaseToken& token : tokens) {
            if (Lease::release_token(token)) ++wins;
            (void)Lease::make(nullptr);  // recycles blocks under the feet of the stale tokens
        }
    });
    EXPECT_EQ(wins, rounds);
    EXPECT_EQ(runs, rounds);
    EXPECT_EQ(lease_statistics().double_releases, before.double_releases + std::int64_t{rounds} * (thread_count - 1));
    EXPECT_EQ(lease_statistics().live, before.live);
}

TEST(LeaseThreads, a_lease_is_released_on_the_thread_that_drops_it_last) {
    std::thread::id released_on;
    std::optional<Lease> lease = Lease::make([&](const ReleaseInfo&) { released_on = std::this_thread::get_id(); });
    std::thread other([moved = std::move(*lease)]() mutable { moved = Lease(); });
    const std::thread::id id = other.get_id();
    other.join();
    EXPECT_EQ(released_on, id);
}

TEST(LeaseThreads, leases_held_by_thread_locals_are_released_when_the_thread_ends) {
    static std::atomic<int> runs{0};
    runs = 0;
    std::thread([] {
        struct Held {
            Lease lease;
        };
        thread_local Held held;
        Lease inner = Lease::make([](const ReleaseInfo&) { ++runs; });
        held.lease = Lease::make([keep = std::move(inner)](const ReleaseInfo&) { ++runs; });
    }).join();
    EXPECT_EQ(runs, 2);
}

TEST(LeaseThreads, nested_owners_dropped_by_many_threads_are_released_each_once) {
    constexpr int each = 5'000;
    std::atomic<int> runs{0};
    on_threads([&](int) {
        Lease outermost;
        for (int i = 0; i < each; ++i) outermost = Lease::make([inner = std::move(outermost), &runs](const ReleaseInfo&) { ++runs; });
    });
    EXPECT_EQ(runs, each * thread_count);
}

}  // namespace
}  // namespace ndlease
