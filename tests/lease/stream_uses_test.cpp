// SPDX-License-Identifier: Apache-2.0
// What a lease remembers of its streams: the newest work of each, who wrote, which devices are in doubt.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ndlease/access.hpp>
#include <ndlease/error.hpp>

#include "lease/fake_streams.hpp"
#include "stream/process_state.hpp"

namespace ndlease {
namespace {

using detail::Outcome;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class StreamUses : public ::testing::Test {
protected:
    testing::FakeStreams fake;
    StreamRef a = fake.stream(21), b = fake.stream(22), c = fake.stream(23, 1);
    int calls = 0;
    LeaseStatistics before = lease_statistics();

    Lease lend(ReleasePolicy policy, PendingWork ready = {}) {
        return Lease::make([this](const ReleaseInfo&) { ++calls; }, {policy, nullptr, Device::cuda(0), std::move(ready)});
    }
    void use(const Lease& lease, StreamRef stream, Use how = Use::write) {
        fake.enqueue(stream);
        lease.used_on(stream, how);
    }
    void TearDown() override {
        fake.heal();
        detail::set_process_state(detail::ProcessState::running);
    }
};

TEST_F(StreamUses, the_newest_work_of_a_stream_is_what_is_waited_for) {
    Lease lease = lend(ReleasePolicy::wait());
    use(lease, a);
    fake.finish(a);
    use(lease, a);
    use(lease, a);
    EXPECT_FALSE(a.is_idle());
    lease = {};
    EXPECT_EQ(calls, 1);
    EXPECT_TRUE(a.is_idle()) << "the memory was given back before its newest use was over";
}

TEST_F(StreamUses, a_stream_that_wrote_stays_a_writer) {
    const Lease lease = lend(ReleasePolicy::wait());
    use(lease, a, Use::write);
    use(lease, a, Use::read);
    (void)fake.take_log();
    lease.order_after(b, Use::read);
    EXPECT_THAT(fake.take_log(), ElementsAre("wait 22 for 21"));
}

TEST_F(StreamUses, a_reader_that_writes_becomes_a_writer) {
    const Lease lease = lend(ReleasePolicy::wait());
    use(lease, a, Use::read);
    use(lease, a, Use::write);
    (void)fake.take_log();
    lease.order_after(b, Use::read);
    EXPECT_THAT(fake.take_log(), ElementsAre("wait 22 for 21"));
}

TEST_F(StreamUses, every_device_in_doubt_is_asked) {
    Lease lease = lend(ReleasePolicy::wait());
    fake.fail("record", Outcome::failed);
    fake.fail("synchronize_stream", Outcome::failed);
    EXPECT_THROW(use(lease, a), Error);
    EXPECT_THROW(use(lease, c), Error);
    fake.heal();
    (void)fake.take_log();
    const QuarantineHandler old = set_quarantine_handler([](Device, const char*) {});
    lease = {};
    set_quarantine_handler(old);
    EXPECT_THAT(fake.take_log(), IsEmpty());
    EXPECT_EQ(calls, 0);
    EXPECT_EQ(retry_quarantined().quarantined, before.quarantined);
    EXPECT_THAT(fake.take_log(), UnorderedElementsAre("synchronize device 0", "synchronize device 1"));
    EXPECT_EQ(calls, 1);
}

TEST_F(StreamUses, the_event_of_the_producer_serves_no_use) {
    fake.enqueue(a);
    const Lease lease = lend(ReleasePolicy::wait(), a);
    use(lease, b);
    (void)fake.take_log();
    lease.order_after(c);
    EXPECT_THAT(fake.take_log(), ElementsAre("wait 23 for 21", "wait 23 for 22"));
}

TEST_F(StreamUses, a_graph_that_cannot_hold_a_share_keeps_the_memory_for_ever) {
    Lease lease = lend(ReleasePolicy::wait());
    fake.begin_capture(a, 91);
    fake.fail("keep_in_graph", Outcome::failed);
    EXPECT_THROW(lease.used_on(a), Error);
    fake.end_capture(a);
    fake.heal();
    const QuarantineHandler old = set_quarantine_handler([](Device, const char*) {});
    lease = {};
    set_quarantine_handler(old);
    EXPECT_EQ(calls, 0) << "the graph may run at any time";
    EXPECT_EQ(lease_statistics().quarantined, before.quarantined + 1);
    (void)shutdown();
    EXPECT_EQ(calls, 0) << "no device can answer for a graph that was not launched yet";
    EXPECT_EQ(lease_statistics().quarantined, before.quarantined + 1);
}

}  // namespace
}  // namespace ndlease
