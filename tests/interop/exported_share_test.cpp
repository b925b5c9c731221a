// SPDX-License-Identifier: Apache-2.0
// What an exported object holds of a lease, on the host and on streams whose every step the test decides.
#include "interop/exported_share.hpp"

#include <memory>
#include <optional>
#include <tuple>

#include "allocation_count.hpp"
#include "interop/dlpack_tensor.hpp"
#include "lease/stream_lease.hpp"

#include <ndlease/format_types.hpp>

namespace ndlease {
namespace {

using detail::ExportedShare;
using detail::PendingOrder;

class ExportedShares : public StreamLease {
protected:
    float data[4] = {};
    View lend_view(Device device = Device::cpu(), bool read_only = false, PendingWork ready = {}) {
        return View::lend(data, device, Format::of<float>(), Layout({4}, {4}),
                          {.read_only = read_only, .ready = std::move(ready), .release = [this](const ReleaseInfo& i) {
                               info = i;
                               ++calls;
                           }});
    }
};

TEST_F(ExportedShares, keeps_the_memory_until_it_ends_on_any_thread) {
    View view = lend_view();
    auto share = std::make_unique<ExportedShare>(view, std::nullopt);
    EXPECT_EQ(view.lease().holders(), 2);
    EXPECT_EQ(share->lease(), view.lease());
    view = {};
    EXPECT_EQ(calls, 0);
    std::thread([&] { share.reset(); }).join();
    EXPECT_EQ(calls, 1);
}

TEST_F(ExportedShares, borrowed_memory_has_nothing_to_keep) {
    const View view = View::lend(data, Device::cpu(), Format::of<float>(), Layout({4}, {4}));
    (void)fake.take_log();
    const ExportedShare share(view, a);
    EXPECT_FALSE(share.lease());
    EXPECT_THAT(fake.take_log(), IsEmpty());
}

TEST_F(ExportedShares, on_the_host_it_allocates_nothing) {
    const View view = lend_view();
    const std::int64_t before_it = testing::allocation_count();
    { const ExportedShare share(view, std::nullopt); }
    EXPECT_EQ(testing::allocation_count(), before_it);
}

TEST_F(ExportedShares, a_named_stream_waits_for_the_producer_and_is_waited_for) {
    View view = lend_view(Device::cuda(0), false, a);
    (void)fake.take_log();
    auto share = std::make_unique<ExportedShare>(view, b);
    EXPECT_THAT(fake.take_log(), ElementsAre("wait 12 for 11", "record 12"));
    fake.enqueue(b);
    view = {};
    share.reset();
    EXPECT_THAT(fake.take_log(), ElementsAre("record 12", "synchronize event of 11", "synchronize event of 12"));
    EXPECT_EQ(calls, 1);
}

TEST_F(ExportedShares, the_end_of_one_does_not_forget_the_consumers_work_while_others_hold_shares) {
    View view = lend_view(Device::cuda(0));
    {
        const ExportedShare share(view, b);
        fake.enqueue(b);
    }
    (void)fake.take_log();
    view = {};
    EXPECT_THAT(fake.take_log(), ElementsAre("synchronize event of 12"));
}

TEST_F(ExportedShares, readers_do_not_wait_for_readers) {
    const View view = lend_view(Device::cuda(0), true);
    use(view.lease(), a, Use::read);
    (void)fake.take_log();
    { const ExportedShare reader(view, b); }
    EXPECT_THAT(fake.take_log(), ElementsAre("record 12", "record 12"));
    view.lease().order_after(c, Use::read);
    EXPECT_THAT(fake.take_log(), IsEmpty()) << "it was recorded as a reader";
}

TEST_F(ExportedShares, a_host_consumer_gets_memory_that_is_ready) {
    for (const std::optional<StreamRef> consumer : {std::optional<StreamRef>(StreamRef::host()), std::optional<StreamRef>()}) {
        const View view = lend_view(Device::cpu(), false, a);
        (void)fake.take_log();
        { const ExportedShare share(view, consumer); }
        EXPECT_THAT(fake.take_log(), ElementsAre("synchronize event of 11"));
        { const ExportedShare share(view, consumer, PendingOrder::unordered); }
        EXPECT_THAT(fake.take_log(), IsEmpty());
    }
}

TEST_F(ExportedShares, a_refused_order_keeps_nothing) {
    const View view = lend_view(Device::cuda(0), false, a);
    fake.fail("wait", Outcome::failed);
    EXPECT_THROW(ExportedShare(view, b), Error);
    EXPECT_EQ(view.lease().holders(), 1);
}

TEST_F(ExportedShares, a_use_that_cannot_be_recorded_at_the_end_keeps_the_memory) {
    const QuietQuarantine quiet;
    View view = lend_view(Device::cuda(0));
    auto share = std::make_unique<ExportedShare>(view, b);
    view = {};
    fake.fail("record", Outcome::failed);
    fake.fail("synchronize_stream", Outcome::failed);
    share.reset();
    EXPECT_EQ(calls, 0);
    EXPECT_EQ(reports, 1);
    fake.heal();
    EXPECT_EQ(retry_quarantined().quarantined, before.quarantined);
    EXPECT_EQ(calls, 1);
}

TEST_F(ExportedShares, ending_after_exit_or_in_a_child_makes_no_device_call) {
    for (const ProcessState state : {ProcessState::exiting, ProcessState::forked, ProcessState::shut_down}) {
        calls = 0;
        View view = lend_view(Device::cuda(0));
        auto share = std::make_unique<ExportedShare>(view, b);
        view = {};
        (void)fake.take_log();
        detail::set_process_state(state);
        share.reset();
        detail::set_process_state(ProcessState::running);
        EXPECT_EQ(calls, 1);
        EXPECT_THAT(fake.take_log(), IsEmpty());
    }
}

TEST_F(ExportedShares, an_imported_tensor_on_a_device_is_left_alone_at_exit) {
    for (const auto& [type, state, deleted] :
         {std::tuple{4, ProcessState::exiting, 0}, {4, ProcessState::forked, 0}, {4, ProcessState::running, 1}, {1, ProcessState::exiting, 1}}) {
        testing::Versioned tensor;
        View view = tensor.at(data).shaped({4}, {1}).on(type).import({.policy = ReleasePolicy::in_order_of(b)});
        detail::set_process_state(state);
        view = {};
        detail::set_process_state(ProcessState::running);
        EXPECT_EQ(tensor.deleted, deleted) << type;
    }
}

TEST_F(ExportedShares, a_consumer_that_captures_leaves_a_share_with_its_graph) {
    View view = lend_view(Device::cuda(0));
    fake.begin_capture(b, 91);
    { const ExportedShare share(view, b); }
    fake.end_capture(b);
    EXPECT_EQ(fake.shares_kept(), 1);
    view = {};
    EXPECT_TRUE(not_called_for_a_while());
    fake.destroy_graph(91);
    EXPECT_TRUE(called_soon());
}

}  // namespace
}  // namespace ndlease
