// SPDX-License-Identifier: Apache-2.0
// The release protocol with streams, on streams whose every step the test decides.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include <ndlease/access.hpp>
#include <ndlease/error.hpp>

#include "lease/fake_streams.hpp"
#include "stream/process_state.hpp"

namespace ndlease {
namespace {

using detail::Outcome;
using detail::ProcessState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Log = std::vector<std::string>;

class StreamLease : public ::testing::Test {
protected:
    testing::FakeStreams fake;
    StreamRef a = fake.stream(11), b = fake.stream(12), c = fake.stream(13, 1);
    std::atomic<int> calls{0};
    ReleaseInfo info;
    LeaseStatistics before = lease_statistics();

    Lease lend(ReleasePolicy policy, PendingWork ready = {}, Device memory = Device::cuda(0)) {
        return Lease::make(
            [this](const ReleaseInfo& i) {
                info = i;
                ++calls;
            },
            {policy, nullptr, memory, std::move(ready)});
    }
    void use(const Lease& lease, StreamRef stream, Use how = Use::write) {
        fake.enqueue(stream);
        lease.used_on(stream, how);
    }
    bool called_soon() const {
        for (int i = 0; i < 5000 && calls == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return calls == 1;
    }
    bool not_called_for_a_while() const {
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
        return calls == 0;
    }
    void TearDown() override {
        fake.heal();
        detail::set_process_state(ProcessState::running);
    }
};

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

TEST_F(StreamLease, a_use_that_cannot_be_recorded_is_waited_for) {
    Lease lease = lend(ReleasePolicy::wait());
    fake.fail("record", Outcome::failed);
    use(lease, a);
    EXPECT_THAT(fake.take_log(), ElementsAre("record 11", "record 11", "synchronize stream 11")) << "a second event, then the stream";
    fake.heal();
    lease = {};
    EXPECT_EQ(calls, 1);
    EXPECT_THAT(fake.take_log(), IsEmpty());
}

std::atomic<int> reports{0};

/// Counts reports instead of printing them.
struct QuietQuarantine {
    QuarantineHandler old = set_quarantine_handler([](Device, const char* reason) {
        ++reports;
        EXPECT_NE(std::string(reason), "");
    });
    QuietQuarantine() { reports = 0; }
    ~QuietQuarantine() { set_quarantine_handler(old); }
};

TEST_F(StreamLease, a_use_that_cannot_be_known_to_end_keeps_the_memory_until_the_device_is_asked) {
    const QuietQuarantine quiet;
    Lease lease = lend(ReleasePolicy::wait());
    fake.fail("record", Outcome::out_of_memory);
    fake.fail("synchronize_stream", Outcome::failed);
    fake.enqueue(a);
    EXPECT_THROW(lease.used_on(a), Error);
    fake.heal();
    (void)fake.take_log();
    lease = {};
    EXPECT_THAT(fake.take_log(), IsEmpty()) << "a wait for the device would end captures of others";
    EXPECT_EQ(calls, 0);
    EXPECT_EQ(reports, 1);
    EXPECT_EQ(retry_quarantined().quarantined, before.quarantined);
    EXPECT_THAT(fake.take_log(), ElementsAre("synchronize device 0"));
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(info.status, ReleaseStatus::ok);
}

TEST_F(StreamLease, a_stream_that_refuses_to_wait_is_stood_in_for_by_the_reaper) {
    Lease lease = lend(ReleasePolicy::in_order_of(b));
    use(lease, a);
    fake.fail("wait", Outcome::failed);
    lease = {};
    EXPECT_TRUE(not_called_for_a_while());
    fake.finish(a);
    EXPECT_TRUE(called_soon());
    EXPECT_EQ(info.stream, b);
}

TEST_F(StreamLease, memory_that_nobody_can_answer_for_is_kept_counted_and_reported_once) {
    const QuietQuarantine quiet;
    Lease lease = lend(ReleasePolicy::in_order_of(b));
    use(lease, a);
    fake.fail("wait", Outcome::failed);
    fake.fail("query_event", Outcome::failed);
    fake.fail("synchronize_device", Outcome::failed);
    lease = {};
    for (int i = 0; i < 5000 && reports == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_EQ(calls, 0);
    EXPECT_EQ(reports, 1);
    EXPECT_EQ(lease_statistics().quarantined, before.quarantined + 1);
    EXPECT_EQ(lease_statistics().live, before.live);
    EXPECT_EQ(retry_quarantined().quarantined, before.quarantined + 1) << "the device does not answer either";
    fake.heal();
    EXPECT_EQ(shutdown().quarantined, before.quarantined) << "the device answers at last";
    EXPECT_EQ(calls, 1);
    detail::set_process_state(ProcessState::running);
}

TEST_F(StreamLease, a_lost_device_ends_leases_on_its_memory_and_keeps_host_memory) {
    const QuietQuarantine quiet;
    for (const char* call : {"synchronize_event", "query_event", "synchronize_device"}) fake.fail(call, Outcome::device_lost);
    {
        const Lease lease = lend(ReleasePolicy::wait());
        use(lease, a);
    }
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(info.status, ReleaseStatus::device_lost);
    {
        const Lease pinned = lend(ReleasePolicy::wait(), {}, Device::cuda_host());
        use(pinned, a);
    }
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(reports, 1);
    EXPECT_EQ(lease_statistics().quarantined, before.quarantined + 1);
    fake.heal();
    (void)retry_quarantined();
    EXPECT_EQ(calls, 2);
}

TEST_F(StreamLease, one_lying_sticky_error_does_not_free_memory_in_use) {
    fake.fail("synchronize_event", Outcome::device_lost, 1);
    Lease lease = lend(ReleasePolicy::wait());
    use(lease, a);
    lease = {};
    EXPECT_TRUE(not_called_for_a_while()) << "asked again, the device says that the work is running";
    fake.finish(a);
    EXPECT_TRUE(called_soon());
    EXPECT_EQ(info.status, ReleaseStatus::ok);
}

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

TEST_F(StreamLease, after_exit_or_in_a_child_no_device_call_is_made) {
    for (const auto& [state, status] : {std::pair{ProcessState::exiting, ReleaseStatus::exiting}, std::pair{ProcessState::forked, ReleaseStatus::forked}}) {
        calls = 0;
        Lease lease = lend(ReleasePolicy::in_order_of(b), a);
        use(lease, a);
        (void)fake.take_log();
        detail::set_process_state(state);
        lease = {};
        detail::set_process_state(ProcessState::running);
        EXPECT_EQ(calls, 1);
        EXPECT_EQ(info.status, status);
        EXPECT_THAT(fake.take_log(), IsEmpty());
    }
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

TEST_F(StreamLease, a_lease_that_cannot_record_its_pending_work_takes_nothing) {
    fake.fail("record", Outcome::failed);
    ReleaseCallback callback = [this](const ReleaseInfo&) { ++calls; };
    EXPECT_THROW((void)Lease::make(std::move(callback), {ReleasePolicy::wait(), nullptr, Device::cuda(0), a}), Error);
    EXPECT_TRUE(static_cast<bool>(callback)) << "the callback is the caller's still";  // NOLINT(bugprone-use-after-move): not taken
    EXPECT_EQ(lease_statistics().live, before.live);
}

TEST_F(StreamLease, shutdown_waits_for_what_drains_and_then_makes_no_device_call) {
    { use(lend(ReleasePolicy::deferred()), a); }
    std::thread finisher([this] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        fake.finish(a);
    });
    EXPECT_EQ(shutdown().draining, 0);
    EXPECT_EQ(calls, 1);
    finisher.join();
    detail::set_process_state(ProcessState::running);
    Lease late = lend(ReleasePolicy::wait());
    use(late, a);
    (void)shutdown();
    (void)fake.take_log();
    late = {};
    EXPECT_EQ(info.status, ReleaseStatus::exiting);
    EXPECT_THAT(fake.take_log(), IsEmpty());
}

TEST_F(StreamLease, shutdown_asks_the_device_about_what_did_not_end_in_time) {
    const QuietQuarantine quiet;
    { use(lend(ReleasePolicy::deferred()), a); }
    (void)fake.take_log();
    EXPECT_EQ(shutdown(std::chrono::milliseconds(0)).quarantined, before.quarantined);
    EXPECT_THAT(fake.take_log(), ElementsAre("synchronize device 0"));
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(info.status, ReleaseStatus::ok);
    EXPECT_EQ(reports, 1);
}

TEST_F(StreamLease, shutdown_loses_no_lease_that_a_callback_drops_on_its_way) {
    const QuietQuarantine quiet;
    {
        Lease inner = lend(ReleasePolicy::deferred());
        use(inner, a);
        Lease outer = Lease::make([keep = std::move(inner)](const ReleaseInfo&) {}, {ReleasePolicy::wait(), nullptr, Device::cuda(0), {}});
        fake.fail("record", Outcome::out_of_memory);
        fake.fail("synchronize_stream", Outcome::failed);
        EXPECT_THROW(outer.used_on(b), Error);
        fake.heal();
        fake.enqueue(a);
    }
    EXPECT_EQ(lease_statistics().quarantined, before.quarantined + 1);
    EXPECT_EQ(shutdown().draining, 0);
    EXPECT_EQ(calls, 1) << "the inner lease was dropped by the callback of one that came out of quarantine";
    EXPECT_EQ(info.status, ReleaseStatus::ok);
    EXPECT_EQ(lease_statistics().live, before.live);
}

}  // namespace
}  // namespace ndlease
