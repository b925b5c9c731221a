// SPDX-License-Identifier: Apache-2.0
// Leases whose memory was given to consumers that named no stream.
#include "lease/unnamed_use.hpp"

#include "lease/stream_lease.hpp"

namespace ndlease {
namespace {

class UnnamedUse : public StreamLease {
protected:
    UnnamedUse() { reports = 0; }
    /// Any stream of device 0 may use the memory.
    void mark(const Lease& lease, std::uint64_t devices = 1) {
        const LeaseToken token = Lease(lease).detach();
        detail::used_by_unnamed_streams(token, *a.operations(), devices);
        (void)Lease::release_token(token);
    }
    void TearDown() override {
        (void)set_device_wait(DeviceWait::on_request);
        StreamLease::TearDown();
    }
    QuietQuarantine quiet;
};

TEST_F(UnnamedUse, memory_is_kept_under_every_policy_until_the_device_is_asked) {
    for (const ReleasePolicy& policy : {ReleasePolicy::wait(), ReleasePolicy::deferred(), ReleasePolicy::in_order_of(b)}) {
        calls = 0;
        Lease lease = lend(policy);
        mark(lease);
        fake.enqueue(a);
        (void)fake.take_log();
        lease = {};
        EXPECT_TRUE(not_called_for_a_while());
        EXPECT_EQ(lease_statistics().quarantined, before.quarantined + 1);
        EXPECT_THAT(fake.take_log(), IsEmpty()) << "a wait for the device would end captures of others";
        EXPECT_EQ(retry_quarantined().quarantined, before.quarantined);
        EXPECT_THAT(fake.take_log(), ElementsAre("synchronize device 0"));
        EXPECT_EQ(calls, 1);
        EXPECT_EQ(info.status, ReleaseStatus::ok);
    }
    EXPECT_EQ(reports, 3);
}

TEST_F(UnnamedUse, every_device_that_reaches_the_memory_is_asked) {
    Lease lease = lend(ReleasePolicy::wait(), {}, Device::cuda_host());
    mark(lease, 1U << 0 | 1U << 3);
    lease = {};
    EXPECT_EQ(calls, 0);
    (void)fake.take_log();
    (void)retry_quarantined();
    EXPECT_THAT(fake.take_log(), ElementsAre("synchronize device 0", "synchronize device 3"));
    EXPECT_EQ(calls, 1);
}

TEST_F(UnnamedUse, with_automatic_waits_the_releasing_thread_neither_waits_nor_keeps_the_memory) {
    EXPECT_EQ(set_device_wait(DeviceWait::automatic), DeviceWait::on_request);
    Lease lease = lend(ReleasePolicy::in_order_of(b));
    mark(lease);
    use(lease, a);
    fake.fail("synchronize_device", Outcome::capturing, 3);
    lease = {};
    EXPECT_TRUE(called_soon());
    EXPECT_EQ(info.status, ReleaseStatus::ok);
    EXPECT_EQ(info.stream, b);
    EXPECT_EQ(reports, 0);
    EXPECT_THAT(fake.take_log(), ::testing::Contains("synchronize device 0").Times(5)) << "three refusals, then all devices of its uses and the unnamed one";
    EXPECT_EQ(set_device_wait(DeviceWait::on_request), DeviceWait::automatic);
}

TEST_F(UnnamedUse, a_use_that_failed_to_be_recorded_is_the_stronger_doubt) {
    (void)set_device_wait(DeviceWait::automatic);
    Lease lease = lend(ReleasePolicy::wait());
    mark(lease, 1U << 2);
    fake.fail("record", Outcome::failed);
    fake.fail("synchronize_stream", Outcome::failed);
    EXPECT_THROW(use(lease, a), Error);
    fake.heal();
    mark(lease, 1U << 2);
    (void)fake.take_log();
    lease = {};
    EXPECT_TRUE(not_called_for_a_while());
    EXPECT_EQ(reports, 1);
    (void)retry_quarantined();
    EXPECT_THAT(fake.take_log(), ElementsAre("synchronize device 0", "synchronize device 2"));
    EXPECT_EQ(calls, 1);
}

TEST_F(UnnamedUse, after_exit_no_device_is_asked) {
    (void)set_device_wait(DeviceWait::automatic);
    Lease lease = lend(ReleasePolicy::wait());
    mark(lease);
    (void)fake.take_log();
    detail::set_process_state(ProcessState::exiting);
    lease = {};
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(info.status, ReleaseStatus::exiting);
    EXPECT_THAT(fake.take_log(), IsEmpty());
}

}  // namespace
}  // namespace ndlease
