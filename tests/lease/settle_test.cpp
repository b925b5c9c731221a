// SPDX-License-Identifier: Apache-2.0
// How a release goes on when calls fail: what is asked again, how often, and what is believed in the end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include <ndlease/error.hpp>
#include <ndlease/lease.hpp>

#include "lease/fake_streams.hpp"
#include "stream/process_state.hpp"

namespace ndlease {
namespace {

using detail::Outcome;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Settle : public ::testing::Test {
protected:
    testing::FakeStreams fake;
    StreamRef a = fake.stream(31), b = fake.stream(32);
    std::atomic<int> calls{0};
    ReleaseInfo info;
    LeaseStatistics before = lease_statistics();
    QuarantineHandler handler = set_quarantine_handler([](Device, const char*) {});

    Lease lend(ReleasePolicy policy, Device memory = Device::cuda(0)) {
        return Lease::make(
            [this](const ReleaseInfo& i) {
                info = i;
                ++calls;
            },
            {policy, nullptr, memory, {}});
    }
    void use(const Lease& lease, StreamRef stream) {
        fake.enqueue(stream);
        lease.used_on(stream);
    }
    /// A use that neither an event nor a wait answers for.
    void use_in_doubt(const Lease& lease, StreamRef stream) {
        fake.fail("record", Outcome::failed);
        fake.fail("synchronize_stream", Outcome::failed);
        EXPECT_THROW(use(lease, stream), Error);
        fake.heal();
        (void)fake.take_log();
    }
    /// Until the callback has run or the memory is in quarantine.
    void settles() const {
        const auto open = [this] { return calls == 0 && quarantined() == 0; };
        for (int i = 0; i < 5000 && open(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        EXPECT_FALSE(open());
    }
    [[nodiscard]] std::int64_t quarantined() const { return lease_statistics().quarantined - before.quarantined; }

    void TearDown() override {
        fake.heal();
        (void)retry_quarantined();
        set_quarantine_handler(handler);
    }
};

TEST_F(Settle, a_wait_that_fails_once_is_repeated_at_once) {
    Lease lease = lend(ReleasePolicy::wait());
    use(lease, a);
    (void)fake.take_log();
    fake.fail("synchronize_event", Outcome::failed, 1);
    lease = {};
    EXPECT_EQ(calls, 1);
    EXPECT_THAT(fake.take_log(), ElementsAre("synchronize event of 31", "synchronize event of 31"));
}

TEST_F(Settle, running_work_and_calls_that_a_capture_forbids_are_no_failures) {
    for (const Outcome outcome : {Outcome::not_ready, Outcome::capturing}) {
        calls = 0;
        Lease lease = lend(ReleasePolicy::deferred());
        use(lease, a);
        fake.finish(a);
        fake.fail("query_event", outcome, 200);
        lease = {};
        settles();
        EXPECT_EQ(calls, 1);
        EXPECT_EQ(info.status, ReleaseStatus::ok);
    }
}

TEST_F(Settle, failures_that_pass_are_outlived_by_each_lease_anew) {
    for (int i = 0; i < 4; ++i) {
        calls = 0;
        Lease lease = lend(ReleasePolicy::deferred());
        use(lease, a);
        fake.finish(a);
        fake.fail("query_event", Outcome::failed, 10);
        lease = {};
        settles();
        EXPECT_EQ(calls, 1);
        EXPECT_EQ(info.status, ReleaseStatus::ok);
        EXPECT_EQ(quarantined(), 0);
    }
}

TEST_F(Settle, a_stream_of_a_lost_device_is_believed_in_the_end) {
    fake.fail("stream_capture", Outcome::device_lost);
    lend(ReleasePolicy::in_order_of(a)) = {};
    settles();
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(info.status, ReleaseStatus::device_lost);
    lend(ReleasePolicy::in_order_of(a), Device::cuda_host()) = {};
    for (int i = 0; i < 5000 && quarantined() == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_EQ(quarantined(), 1) << "nobody says that a transfer into host memory has stopped";
    EXPECT_EQ(calls, 1);
}

TEST_F(Settle, memory_in_doubt_is_kept_under_every_policy) {
    for (const ReleasePolicy& policy : {ReleasePolicy::wait(), ReleasePolicy::deferred(), ReleasePolicy::in_order_of(b)}) {
        calls = 0;
        Lease lease = lend(policy);
        use_in_doubt(lease, a);
        lease = {};
        settles();
        EXPECT_EQ(calls, 0);
        EXPECT_EQ(quarantined(), 1);
        EXPECT_THAT(fake.take_log(), IsEmpty());
        EXPECT_EQ(retry_quarantined().quarantined, before.quarantined);
        EXPECT_THAT(fake.take_log(), ElementsAre("synchronize device 0"));
        EXPECT_EQ(calls, 1);
        EXPECT_EQ(info.status, ReleaseStatus::ok);
    }
}

TEST_F(Settle, a_device_that_is_lost_when_it_is_asked_frees_its_memory_alone) {
    for (const Device memory : {Device::cuda(0), Device::cuda_host()}) {
        Lease lease = lend(ReleasePolicy::wait(), memory);
        use_in_doubt(lease, a);
    }
    EXPECT_EQ(quarantined(), 2);
    fake.fail("synchronize_device", Outcome::device_lost);
    EXPECT_EQ(retry_quarantined().quarantined, before.quarantined + 1);
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(info.status, ReleaseStatus::device_lost);
    fake.heal();
    EXPECT_EQ(retry_quarantined().quarantined, before.quarantined);
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(info.status, ReleaseStatus::ok);
}

}  // namespace
}  // namespace ndlease
