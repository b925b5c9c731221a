// SPDX-License-Identifier: Apache-2.0
// What leases do when calls fail, devices are lost, and the process ends.
#include "lease/stream_lease.hpp"

namespace ndlease {
namespace {

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
    ASSERT_EQ(reports, 1);
    EXPECT_EQ(calls, 0);
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
