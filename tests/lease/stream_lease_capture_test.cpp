// SPDX-License-Identifier: Apache-2.0
// Leases whose memory captured graphs use.
#include "lease/stream_lease.hpp"

namespace ndlease {
namespace {

TEST_F(StreamLease, a_graph_holds_a_share_until_it_is_gone) {
    Lease lease = lend(ReleasePolicy::wait());
    fake.begin_capture(a, 77);
    for (int i = 0; i < 3; ++i) lease.used_on(a);
    fake.end_capture(a);
    EXPECT_EQ(fake.shares_kept(), 1) << "one a capture";
    lease = {};
    EXPECT_TRUE(not_called_for_a_while());
    EXPECT_EQ(lease_statistics().live, before.live + 1);
    fake.destroy_graph(77);
    EXPECT_TRUE(called_soon());
}

TEST_F(StreamLease, the_end_of_a_graph_is_not_taken_for_the_end_of_its_work_when_the_device_was_lost) {
    Lease lease = lend(ReleasePolicy::wait());
    fake.begin_capture(a, 81);
    lease.used_on(a);
    fake.end_capture(a);
    lease = {};
    fake.fail("synchronize_event", Outcome::device_lost);
    fake.fail("query_event", Outcome::device_lost);
    fake.destroy_graph(81);
    EXPECT_TRUE(called_soon());
    EXPECT_EQ(info.status, ReleaseStatus::device_lost);
}

TEST_F(StreamLease, a_capturing_consumer_waits_within_the_graph) {
    fake.enqueue(a);
    Lease lease = lend(ReleasePolicy::wait(), a);
    fake.begin_capture(b, 78);
    (void)fake.take_log();
    lease.order_after(b);
    fake.end_capture(b);
    EXPECT_THAT(fake.take_log(), ElementsAre("wait 12 for 11 external"));
    EXPECT_EQ(fake.shares_kept(), 1);
    lease = {};
    fake.destroy_graph(78);
    EXPECT_TRUE(called_soon());
}

TEST_F(StreamLease, captured_pending_work_is_for_the_same_capture_alone) {
    fake.begin_capture(a, 79);
    Lease lease = lend(ReleasePolicy::wait(), a);
    fake.begin_capture(b, 79);
    (void)fake.take_log();
    lease.order_after(b);
    EXPECT_THAT(fake.take_log(), ElementsAre("wait 12 for 11"));
    EXPECT_THROW(lease.order_after(c), Error);
    EXPECT_THROW(lease.order_after(StreamRef::host()), Error);
    fake.end_capture(a);
    fake.end_capture(b);
    lease = {};
    fake.destroy_graph(79);
    EXPECT_TRUE(called_soon());
}

TEST_F(StreamLease, a_release_while_its_stream_is_captured_comes_after_the_capture) {
    Lease lease = lend(ReleasePolicy::in_order_of(a));
    use(lease, b);
    fake.begin_capture(a, 80);
    (void)fake.take_log();
    lease = {};
    fake.finish(b);
    EXPECT_TRUE(not_called_for_a_while());
    EXPECT_THAT(fake.take_log(), IsEmpty()) << "nothing was added to the graph";
    fake.end_capture(a);
    EXPECT_TRUE(called_soon());
    EXPECT_EQ(info.stream, a);
}

TEST_F(StreamLease, calls_that_a_capture_forbids_are_tried_later) {
    fake.fail("synchronize_event", Outcome::capturing);
    Lease lease = lend(ReleasePolicy::wait());
    use(lease, a);
    fake.finish(a);
    (void)fake.take_log();
    lease = {};
    EXPECT_TRUE(called_soon());
    EXPECT_THAT(fake.take_log(), ElementsAre("synchronize event of 11")) << "later it asks, and nothing else waits";
}

}  // namespace
}  // namespace ndlease
