// SPDX-License-Identifier: Apache-2.0
// The release protocol with streams: order among them, policies, events.
#include <ndlease/access.hpp>

#include "lease/stream_lease.hpp"

namespace ndlease {
namespace {

TEST_F(StreamLease, wait_waits_for_every_stream_and_then_calls_back) {
    Lease lease = lend(ReleasePolicy::wait());
    use(lease, a);
    use(lease, b);
    use(lease, c);
    (void)fake.take_log();
    lease = {};
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(info.status, ReleaseStatus::ok);
    EXPECT_TRUE(info.stream.is_host());
    EXPECT_THAT(fake.take_log(), UnorderedElementsAre("synchronize event of 11", "synchronize event of 12", "synchronize event of 13"));
}

TEST_F(StreamLease, one_event_a_stream_the_newer_use_replaces_the_older) {
    Lease lease = lend(ReleasePolicy::wait());
    const int events = fake.events_alive();
    for (int i = 0; i < 100; ++i) use(lease, a);
    EXPECT_LE(fake.events_alive(), events + 1);
    (void)fake.take_log();
    lease = {};
    EXPECT_THAT(fake.take_log(), ElementsAre("synchronize event of 11"));
}

TEST_F(StreamLease, stream_ordered_makes_its_stream_wait_and_nobody_else) {
    Lease lease = lend(ReleasePolicy::in_order_of(a));
    use(lease, a);
    use(lease, b);
    use(lease, c);
    (void)fake.take_log();
    lease = {};
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(info.stream, a);
    EXPECT_THAT(fake.take_log(), ElementsAre("wait 11 for 12", "wait 11 for 13")) << "its own work is in order already";
}

TEST_F(StreamLease, the_producers_pending_work_is_waited_for_as_well) {
    fake.enqueue(b);
    Lease lease = lend(ReleasePolicy::in_order_of(a), b);
    (void)fake.take_log();
    lease = {};
    EXPECT_THAT(fake.take_log(), ElementsAre("wait 11 for 12"));
}

TEST_F(StreamLease, deferred_never_blocks_and_calls_back_when_the_last_use_is_over) {
    Lease lease = lend(ReleasePolicy::deferred());
    use(lease, a);
    use(lease, b);
    lease = {};
    EXPECT_EQ(lease_statistics().draining, before.draining + 1);
    fake.finish(a);
    EXPECT_TRUE(not_called_for_a_while());
    fake.finish(b);
    EXPECT_TRUE(called_soon());
    EXPECT_EQ(info.status, ReleaseStatus::ok);
}

TEST_F(StreamLease, consumers_are_ordered_after_the_producer_and_after_writes) {
    fake.enqueue(a);
    const Lease lease = lend(ReleasePolicy::wait(), a);
    (void)fake.take_log();
    lease.order_after(a);
    EXPECT_THAT(fake.take_log(), IsEmpty()) << "the producer's own stream needs no order";
    lease.order_after(b, Use::read);
    EXPECT_THAT(fake.take_log(), ElementsAre("wait 12 for 11"));
    lease.used_on(b, Use::read);
    (void)fake.take_log();
    lease.order_after(c, Use::read);
    EXPECT_THAT(fake.take_log(), ElementsAre("wait 13 for 11")) << "readers run side by side";
    lease.order_after(c, Use::write);
    EXPECT_THAT(fake.take_log(), ElementsAre("wait 13 for 11", "wait 13 for 12")) << "a writer waits for readers";
    lease.used_on(c, Use::write);
    (void)fake.take_log();
    lease.order_after(b, Use::read);
    EXPECT_THAT(fake.take_log(), ElementsAre("wait 12 for 11", "wait 12 for 13")) << "a reader waits for writers";
    lease.order_after(StreamRef::host(), Use::read);
    EXPECT_THAT(fake.take_log(), ElementsAre("synchronize event of 11", "synchronize event of 13"));
}

TEST_F(StreamLease, access_orders_on_entering_and_records_on_leaving) {
    int memory = 0;
    View view = View::lend(&memory, Device::cuda(0), Format::number(Kind::integer, 32), Layout({}, {}), {.ready = a});
    (void)fake.take_log();
    {
        Access use(view, b);
        EXPECT_THAT(fake.take_log(), ElementsAre("wait 12 for 11"));
    }
    EXPECT_THAT(fake.take_log(), ElementsAre("record 12"));
    EXPECT_THROW(Access(view.read_only(), b, Use::write), Error);
    EXPECT_THAT(fake.take_log(), IsEmpty());
}

TEST_F(StreamLease, events_come_from_a_pool) {
    for (int i = 0; i < 10; ++i) use(lend(ReleasePolicy::in_order_of(a), b), c);
    const int events = fake.events_alive();
    for (int i = 0; i < 1000; ++i) use(lend(ReleasePolicy::in_order_of(a), b), c);
    EXPECT_EQ(fake.events_alive(), events);
}

TEST_F(StreamLease, the_per_thread_stream_orders_no_release) {
    EXPECT_THROW((void)ReleasePolicy::in_order_of(fake.stream(2)), Error);
    EXPECT_EQ(ReleasePolicy::in_order_of(StreamRef::host()), ReleasePolicy::wait());
}

}  // namespace
}  // namespace ndlease
