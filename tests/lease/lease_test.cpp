// SPDX-License-Identifier: Apache-2.0
// Sharing, the number of holders, the callback and the resize lock.
#include <ndlease/lease.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <ndlease/error.hpp>

namespace ndlease {
namespace {

using ::testing::HasSubstr;

TEST(Lease, an_empty_lease_owns_nothing) {
    const Lease none;
    EXPECT_FALSE(none);
    EXPECT_EQ(none.holders(), 0);
    const Lease copy = none;
    EXPECT_FALSE(copy);
    EXPECT_EQ(copy, none);
}

TEST(Lease, the_callback_runs_once_when_the_last_holder_goes) {
    int runs = 0;
    std::optional<Lease> first = Lease::make([&](const ReleaseInfo& info) {
        ++runs;
        EXPECT_EQ(info.status, ReleaseStatus::ok);
    });
    EXPECT_TRUE(*first);
    EXPECT_EQ(first->holders(), 1);
    std::optional<Lease> second = *first;
    EXPECT_EQ(first->holders(), 2);
    EXPECT_EQ(*first, *second);
    first.reset();
    EXPECT_EQ(runs, 0);
    EXPECT_EQ(second->holders(), 1);
    second.reset();
    EXPECT_EQ(runs, 1);
}

TEST(Lease, moving_leaves_the_source_empty) {
    int runs = 0;
    Lease a = Lease::make([&](const ReleaseInfo&) { ++runs; });
    Lease b = std::move(a);
    EXPECT_FALSE(a);  // NOLINT(bugprone-use-after-move): what is tested
    EXPECT_EQ(b.holders(), 1);
    Lease other = Lease::make([&](const ReleaseInfo&) { runs += 10; });
    other = std::move(b);
    EXPECT_EQ(runs, 10);
    other = Lease();
    EXPECT_EQ(runs, 11);
}

TEST(Lease, assigning_to_itself_changes_nothing) {
    int runs = 0;
    Lease a = Lease::make([&](const ReleaseInfo&) { ++runs; });
    Lease& same = a;
    a = same;
    EXPECT_EQ(a.holders(), 1);
    a = std::move(same);
    EXPECT_EQ(a.holders(), 1);
    EXPECT_EQ(runs, 0);
}

TEST(Lease, assignment_gives_the_old_share_back) {
    int runs = 0;
    Lease a = Lease::make([&](const ReleaseInfo&) { ++runs; });
    const Lease b = Lease::make(nullptr);
    a = b;
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(a, b);
    EXPECT_EQ(b.holders(), 2);
}

TEST(Lease, a_lease_without_callback_is_counted_all_the_same) {
    const LeaseStatistics before = lease_statistics();
    { const Lease a = Lease::make(nullptr); }
    EXPECT_EQ(lease_statistics().released, before.released + 1);
    EXPECT_EQ(lease_statistics().live, before.live);
}

TEST(Lease, a_null_function_pointer_is_no_callback) {
    using Function = void (*)(const ReleaseInfo&);
    EXPECT_FALSE(ReleaseCallback(Function{nullptr}));
    EXPECT_TRUE(ReleaseCallback(Function{[](const ReleaseInfo&) {}}));
    const LeaseStatistics before = lease_statistics();
    { const Lease lease = Lease::make(Function{nullptr}); }
    EXPECT_EQ(lease_statistics().released, before.released + 1);
}

TEST(Lease, the_callback_may_own_what_cannot_be_copied) {
    auto payload = std::make_unique<int>(7);
    int seen = 0;
    {
        const Lease a = Lease::make([p = std::move(payload), &seen](const ReleaseInfo&) { seen = *p; });
    }
    EXPECT_EQ(seen, 7);
}

TEST(Lease, a_new_lease_in_a_recycled_block_is_another_lease) {
    std::optional<Lease> a = Lease::make(nullptr);
    const LeaseToken old = a->detach();
    EXPECT_TRUE(Lease::release_token(old));
    const Lease b = Lease::make(nullptr);
    const Lease stale = Lease::adopt(old);
    EXPECT_NE(stale, b);
    EXPECT_EQ(stale.holders(), 0);
    EXPECT_EQ(b.holders(), 1);
}

TEST(Lease, statistics_count_live_and_released) {
    const LeaseStatistics before = lease_statistics();
    {
        std::vector<Lease> leases;
        for (int i = 0; i < 1000; ++i) leases.push_back(Lease::make(nullptr));
        EXPECT_EQ(lease_statistics().live, before.live + 1000);
        EXPECT_EQ(lease_statistics().released, before.released);
    }
    EXPECT_EQ(lease_statistics().live, before.live);
    EXPECT_EQ(lease_statistics().released, before.released + 1000);
    EXPECT_EQ(lease_statistics().double_releases, before.double_releases);
}

TEST(ResizeLock, counts_the_leases_and_not_their_holders) {
    ResizeLock lock;
    lock.check_unlocked();
    {
        const Lease a = Lease::make(nullptr, {}, &lock);
        const Lease copy = a;
        EXPECT_EQ(lock.count(), 1);
        const Lease b = Lease::make(nullptr, {}, &lock);
        EXPECT_EQ(lock.count(), 2);
        try {
            lock.check_unlocked();
            FAIL() << "resizing was allowed";
        } catch (const Error& e) {
            EXPECT_EQ(e.code(), errc::busy);
            EXPECT_THAT(e.what(), HasSubstr("live leases: 2"));
        }
    }
    EXPECT_EQ(lock.count(), 0);
    lock.check_unlocked();
}

TEST(ResizeLock, may_be_destroyed_by_the_callback) {
    struct Exporter {
        ResizeLock lock;
    };
    auto owned = std::make_unique<Exporter>();
    Exporter* exporter = owned.get();
    std::int64_t count_in_callback = -1;
    {
        const Lease a = Lease::make(
            [e = std::move(owned), &count_in_callback](const ReleaseInfo&) mutable {
                count_in_callback = e->lock.count();
                e.reset();
            },
            {}, &exporter->lock);
        EXPECT_EQ(exporter->lock.count(), 1);
    }
    EXPECT_EQ(count_in_callback, 0);
}

}  // namespace
}  // namespace ndlease
