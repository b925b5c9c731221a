// SPDX-License-Identifier: Apache-2.0
// What callbacks may do: throw, make and drop leases, own each other a million deep.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include <ndlease/lease.hpp>

namespace ndlease {
namespace {

TEST(Release, what_a_callback_throws_is_swallowed_and_counted) {
    const LeaseStatistics before = lease_statistics();
    {
        const Lease a = Lease::make([](const ReleaseInfo&) { throw std::runtime_error("from a callback"); });
    }
    {
        const Lease a = Lease::make([](const ReleaseInfo&) { throw 42; });
    }  // NOLINT(hicpp-exception-baseclass): anything may be thrown
    const LeaseStatistics after = lease_statistics();
    EXPECT_EQ(after.callback_exceptions, before.callback_exceptions + 2);
    EXPECT_EQ(after.released, before.released + 2);
    EXPECT_EQ(after.live, before.live);
}

struct ThrowsWhenDestroyed {
    bool armed = true;
    std::string payload = std::string(100, 'x');  // a leak would be seen by the leak checker
    ThrowsWhenDestroyed() = default;
    ThrowsWhenDestroyed(const ThrowsWhenDestroyed&) = delete;
    ThrowsWhenDestroyed& operator=(const ThrowsWhenDestroyed&) = delete;
    ThrowsWhenDestroyed(ThrowsWhenDestroyed&& other) noexcept : payload(std::move(other.payload)) { other.armed = false; }
    ~ThrowsWhenDestroyed() noexcept(false) {
        if (armed) throw std::runtime_error("from a destructor");  // NOLINT(bugprone-exception-escape): what is tested
    }
    void operator()(const ReleaseInfo&) const {}
};

TEST(Release, a_callback_whose_destructor_throws_is_contained) {
    const LeaseStatistics before = lease_statistics();
    { const Lease a = Lease::make(ThrowsWhenDestroyed()); }
    EXPECT_EQ(lease_statistics().callback_exceptions, before.callback_exceptions + 1);
    EXPECT_EQ(lease_statistics().live, before.live);
    { const ReleaseCallback dropped = ThrowsWhenDestroyed(); }
}

TEST(Release, the_callable_is_destroyed_right_after_it_ran) {
    struct Trace {
        std::vector<std::string>* log;
        explicit Trace(std::vector<std::string>* l) : log(l) {}
        Trace(Trace&& other) noexcept : log(std::exchange(other.log, nullptr)) {}
        Trace(const Trace&) = delete;
        Trace& operator=(const Trace&) = delete;
        ~Trace() {
            if (log != nullptr) log->push_back("destroyed");
        }
        void operator()(const ReleaseInfo&) const { log->push_back("ran"); }
    };
    std::vector<std::string> log;
    Lease a = Lease::make(Trace(&log));
    a = Lease();
    EXPECT_EQ(log, (std::vector<std::string>{"ran", "destroyed"}));
}

TEST(Release, a_callback_may_make_and_drop_leases) {
    const LeaseStatistics before = lease_statistics();
    int inner = 0;
    bool inner_ran_inside = true;
    {
        const Lease a = Lease::make([&](const ReleaseInfo&) {
            for (int i = 0; i < 100; ++i) {
                const Lease b = Lease::make([&](const ReleaseInfo&) { ++inner; });
                const Lease c = b;
            }
            inner_ran_inside = inner != 0;
        });
    }
    EXPECT_FALSE(inner_ran_inside) << "callbacks are nested";
    EXPECT_EQ(inner, 100);
    EXPECT_EQ(lease_statistics().live, before.live);
    EXPECT_EQ(lease_statistics().released, before.released + 101);
}

TEST(Release, queued_releases_run_in_the_order_in_which_they_were_dropped) {
    std::vector<int> order;
    const auto log = [&order](int n) { return [&order, n](const ReleaseInfo&) { order.push_back(n); }; };
    {
        const Lease a = Lease::make([&](const ReleaseInfo&) {
            order.push_back(0);
            { const Lease b = Lease::make(log(1)); }
            { const Lease c = Lease::make(log(2)); }
        });
    }
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
}

TEST(Release, a_throwing_callback_does_not_stop_the_queue) {
    int runs = 0;
    {
        Lease inner = Lease::make([&](const ReleaseInfo&) { ++runs; });
        Lease thrower = Lease::make([keep = std::move(inner)](const ReleaseInfo&) { throw std::runtime_error("stop"); });
        const Lease outer = Lease::make([keep = std::move(thrower)](const ReleaseInfo&) {});
    }
    EXPECT_EQ(runs, 1);
}

TEST(Release, a_million_nested_owners_release_without_recursion) {
    const LeaseStatistics before = lease_statistics();
    constexpr int depth = 1'000'000;
    int runs = 0;
    Lease outermost = Lease::make([&](const ReleaseInfo&) { ++runs; });
    for (int i = 1; i < depth; ++i) {
        outermost = Lease::make([inner = std::move(outermost), &runs](const ReleaseInfo&) { ++runs; });
    }
    EXPECT_EQ(runs, 0);
    EXPECT_EQ(lease_statistics().live, before.live + depth);
    outermost = Lease();
    EXPECT_EQ(runs, depth);
    EXPECT_EQ(lease_statistics().live, before.live);
    EXPECT_EQ(lease_statistics().double_releases, before.double_releases);
}

TEST(Release, a_million_nested_owners_are_dropped_with_a_callback_that_never_runs) {
    constexpr int depth = 1'000'000;
    int runs = 0;
    Lease outermost = Lease::make([&](const ReleaseInfo&) { ++runs; });
    for (int i = 1; i < depth; ++i) {
        outermost = Lease::make([inner = std::move(outermost), &runs](const ReleaseInfo&) { ++runs; });
    }
    {
        const ReleaseCallback unused = [owner = std::move(outermost)](const ReleaseInfo&) {};
    }
    EXPECT_EQ(runs, depth);
}

TEST(Release, runs_during_the_destruction_of_thread_locals_and_statics) {
    // The process ends with 0 only when the callback of a static lease ran after main had returned from the test.
    EXPECT_EXIT(
        {
            static Lease held = Lease::make([](const ReleaseInfo&) { std::_Exit(0); });
            std::exit(1);
        },
        ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace ndlease
