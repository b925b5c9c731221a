// SPDX-License-Identifier: Apache-2.0
// One lease after another in the same block: what belonged to the one before is gone, and nothing is lost.
#include "lease/stream_lease.hpp"

namespace ndlease {
namespace {

void* slot_of(Lease lease, std::uint64_t* generation) {
    const LeaseToken token = lease.detach();
    *generation = token.generation;
    (void)Lease::adopt(token);
    return token.slot;
}

TEST_F(StreamLease, a_lease_that_cannot_be_made_gives_its_block_back_and_skips_a_generation) {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    void* const slot = slot_of(lend(ReleasePolicy::in_order_of(a), b), &first);
    fake.fail("record", Outcome::failed);
    EXPECT_THROW((void)lend(ReleasePolicy::in_order_of(a), b), Error);
    fake.heal();
    EXPECT_EQ(slot_of(lend(ReleasePolicy::in_order_of(a), b), &second), slot);
    EXPECT_EQ(second, first + 2) << "a block goes onto the free list once in each generation";
}

TEST_F(StreamLease, a_lease_that_cannot_be_made_leaves_its_event_to_the_next) {
    for (int i = 0; i < 10; ++i) use(lend(ReleasePolicy::in_order_of(a), b), c);
    const int events = fake.events_alive();
    fake.fail("record", Outcome::failed);
    for (int i = 0; i < 100; ++i) EXPECT_THROW((void)lend(ReleasePolicy::in_order_of(a), b), Error);
    fake.heal();
    EXPECT_EQ(fake.events_alive(), events);
    EXPECT_EQ(lease_statistics().live, before.live);
}

// What is kept of a lease on streams serves one that names its first stream later.
TEST_F(StreamLease, remembers_nothing_of_the_lease_before) {
    for (const bool captured : {false, true}) {
        {
            Lease lease = lend(ReleasePolicy::in_order_of(a), b);
            use(lease, c);
            if (captured) {
                fake.begin_capture(c, 71);
                use(lease, c);
                fake.end_capture(c);
                fake.destroy_graph(71);
            }
        }
        while (lease_statistics().live + lease_statistics().draining != before.live + before.draining) std::this_thread::yield();
        fake.finish_all();
        (void)fake.take_log();
        Lease lease = lend(ReleasePolicy::wait());
        use(lease, b);
        lease.order_after(a);
        EXPECT_THAT(fake.take_log(), ElementsAre("record 12", "wait 11 for 12"));
        fake.begin_capture(a, 71);
        use(lease, a);
        EXPECT_EQ(fake.shares_kept(), 1) << "the graph of another lease, if of the same number";
        fake.end_capture(a);
        fake.destroy_graph(71);
        lease = {};
        while (lease_statistics().live + lease_statistics().draining != before.live + before.draining) std::this_thread::yield();
        EXPECT_EQ(info.stream, StreamRef::host());
    }
}

TEST_F(StreamLease, an_event_is_given_back_once) {
    { const Lease lease = lend(ReleasePolicy::wait(), a); }  // its event stays in the block
    { const Lease lease = lend(ReleasePolicy::wait(), c); }  // that of another device goes to the pool
    use(lend(ReleasePolicy::wait()), b);                     // in the same block, without pending work
    const Lease first = lend(ReleasePolicy::wait(), c);
    const Lease second = lend(ReleasePolicy::wait(), fake.stream(14, 1));
    const Lease third = lend(ReleasePolicy::wait(), fake.stream(15, 1));
    (void)fake.take_log();
    for (const Lease* lease : {&first, &second, &third}) lease->order_after(fake.stream(16, 1));
    EXPECT_THAT(fake.take_log(), ElementsAre("wait 16 for 13", "wait 16 for 14", "wait 16 for 15"));
}

TEST_F(StreamLease, the_event_of_pending_work_stays_for_the_next_lease_on_its_device) {
    for (const StreamRef stream : {a, c, a}) {  // a and c are of two devices
        const Lease lease = lend(ReleasePolicy::wait(), stream);
    }
    const int events = fake.events_alive();
    for (const StreamRef stream : {b, a, c, a, c, c}) {
        const Lease lease = lend(ReleasePolicy::wait(), stream);
    }
    EXPECT_EQ(fake.events_alive(), events);
}

TEST_F(StreamLease, shutdown_destroys_the_events_that_leases_left) {
    (void)shutdown();
    detail::set_process_state(ProcessState::running);
    const int of_other_tests = fake.events_alive();
    {
        const Lease first = lend(ReleasePolicy::wait(), a);
        const Lease second = lend(ReleasePolicy::wait(), c);
        use(lend(ReleasePolicy::in_order_of(a), b), c);
    }
    EXPECT_GT(fake.events_alive(), of_other_tests);
    fake.finish_all();
    (void)shutdown();
    EXPECT_EQ(fake.events_alive(), of_other_tests);
}

TEST_F(StreamLease, a_captured_stream_whose_number_cannot_be_had_still_takes_a_share) {
    Lease lease = lend(ReleasePolicy::wait());
    fake.begin_capture(a, 72);
    fake.fail("identify_stream", Outcome::failed, 1);
    lease.used_on(a);
    EXPECT_EQ(fake.shares_kept(), 1);
    EXPECT_THAT(fake.take_log(), Not(Contains("synchronize stream 11"))) << "that would end the capture";
    lease = {};
    EXPECT_TRUE(not_called_for_a_while());
    fake.end_capture(a);
    fake.destroy_graph(72);
    EXPECT_TRUE(called_soon());
}

TEST_F(StreamLease, a_forked_child_touches_no_pool_of_events) {
    { const Event given_back = Event::record(a); }  // the pool has an event
    Lease lease = lend(ReleasePolicy::wait(), b);
    (void)fake.take_log();
    detail::set_process_state(ProcessState::forked);
    EXPECT_THROW((void)Event::record(a), Error);
    EXPECT_THAT(fake.take_log(), IsEmpty());
    lease = {};
    EXPECT_EQ(info.status, ReleaseStatus::forked);
}

}  // namespace
}  // namespace ndlease
