// SPDX-License-Identifier: Apache-2.0
#include "lease/settle.hpp"

#include <optional>

#include "lease/unnamed_use.hpp"
#include "stream/process_state.hpp"

namespace ndlease::detail {
namespace {

NativeStream native(StreamRef stream) noexcept { return {stream.device().id, stream.handle()}; }

Settlement done(ReleaseStatus status, StreamRef stream = {}) noexcept { return {Settled::done, {status, stream}}; }
Settlement later() noexcept { return {Settled::later, {}}; }
Settlement quarantine(const char* reason, const Result& failed = {}) noexcept { return {Settled::quarantine, {}, reason, failed}; }

constexpr const char* used_by_unnamed =
    "it was given to a consumer that named no stream and may still use it; name the consumer's stream, or call retry_quarantined(), which asks the device";
constexpr const char* used_by_a_graph = "a graph that could not be given a share may use it at any time";

// Memory of a device that lost everything can be given up: nothing reads or writes it any more. Host memory cannot, since nobody says that a transfer into
// it has stopped.
Settlement lost(Device memory, const Result& failed) noexcept {
    if (memory.type == DeviceType::cuda) return done(ReleaseStatus::device_lost);
    return quarantine("its device was lost, and a transfer may still touch this host memory", failed);
}

/// What can be said before any device is asked.
std::optional<Settlement> decide_without_device() noexcept {
    switch (process_state()) {
        case ProcessState::running: break;
        case ProcessState::forked: return done(ReleaseStatus::forked);
        case ProcessState::shut_down:
        case ProcessState::exiting: return done(ReleaseStatus::exiting);
    }
    return std::nullopt;
}

// Captured work runs in graphs that hold shares of their own, so what is left to wait for was never captured.
bool must_be_over(const RecordedUse& use) noexcept { return use.event != nullptr && !use.done; }

template <class Visit>
void for_each_use(StreamUses& uses, Visit visit) {
    if (uses.ready_capture_id == 0 && must_be_over(uses.ready) && !visit(uses.ready)) return;
    for (RecordedUse& use : uses.uses) {
        if (must_be_over(use) && !visit(use)) return;
    }
}

// Failures that pass are outlived by asking again; what still fails then has no answer.
constexpr int patience = 16;

/// How to go on after a call that did not say ok; `ask_again` asks the same thing without waiting. Never by a wait for a whole device, which would end
/// the graph captures that are open on it.
template <class AskAgain>
Settlement recover(StreamUses& uses, Device memory, const Result& failed, AskAgain ask_again) noexcept {
    switch (failed.outcome) {
        case Outcome::ok:
        case Outcome::not_ready:
        case Outcome::capturing: return later();
        case Outcome::unavailable: return decide_without_device().value_or(done(ReleaseStatus::exiting));
        case Outcome::device_lost:
            // Memory is given up on the device's word alone, so it is asked twice.
            if (ask_again().outcome == Outcome::device_lost) return lost(memory, failed);
            break;
        case Outcome::out_of_memory:
        case Outcome::failed: break;
    }
    if (++uses.failures < patience) return later();
    return quarantine("nobody says whether its uses are over", failed);
}

Settlement recover(StreamUses& uses, Device memory, const RecordedUse& use, const Result& failed) noexcept {
    return recover(uses, memory, failed, [&use] { return use.operations->query_event(use.event); });
}

/// Whether the policy's stream may be given work now; where it may not, how to go on.
std::optional<Settlement> check_policy_stream(StreamUses& uses, Device memory) noexcept {
    const StreamRef stream = uses.policy.stream();
    if (stream.is_host()) return std::nullopt;
    CaptureState capture;
    const auto ask = [&] { return stream.operations()->stream_capture(native(stream), &capture); };
    const Result asked = ask();
    if (!asked.ok()) return recover(uses, memory, asked, ask);
    if (capture.active) return later();  // what is enqueued now would become part of a graph
    return std::nullopt;
}

Settlement wait_for_uses(StreamUses& uses, Device memory) noexcept {
    Settlement result = done(ReleaseStatus::ok, uses.policy.stream());
    for_each_use(uses, [&](RecordedUse& use) {
        Result waited = use.operations->synchronize_event(use.event);
        if (waited.outcome == Outcome::failed) waited = use.operations->synchronize_event(use.event);
        use.done = waited.ok();
        if (!waited.ok()) result = recover(uses, memory, use, waited);
        return waited.ok();
    });
    return result;
}

Settlement order_in_stream(StreamUses& uses, Device memory) noexcept {
    if (const auto not_now = check_policy_stream(uses, memory)) return *not_now;
    const StreamRef stream = uses.policy.stream();
    const StreamOperations& operations = *stream.operations();
    Settlement result = done(ReleaseStatus::ok, stream);
    for_each_use(uses, [&](RecordedUse& use) {
        if (use.operations == &operations && use.stream_id == uses.policy_stream_id) return true;
        const Result waits = operations.wait(native(stream), use.event, false);
        if (!waits.ok()) result = recover(uses, memory, use, waits);  // the reaper waits in its stead
        return waits.ok();
    });
    return result;
}

}  // namespace

Settlement settle_by_devices(StreamUses& uses, Device memory) noexcept {
    if (const auto decided = decide_without_device()) return *decided;
    if (uses.doubt == Doubt::for_ever) return quarantine(used_by_a_graph);
    Result lost_device;
    bool any_lost = false;
    const auto ask = [&](const StreamOperations& operations, int device) {
        const Result result = operations.synchronize_device(device);
        if (result.outcome != Outcome::device_lost) return result;
        lost_device = result;
        any_lost = true;
        return Result{};
    };
    Result failed;
    for_each_use(uses, [&](const RecordedUse& use) {
        failed = ask(*use.operations, use.device);
        return failed.ok();
    });
    for (int device = 0; device < 64 && failed.ok() && uses.doubtful_devices != 0; ++device) {
        if ((uses.doubtful_devices >> device & 1U) != 0) failed = ask(*uses.doubtful_operations, device);
    }
    if (failed.outcome == Outcome::unavailable) return done(ReleaseStatus::exiting);
    if (!failed.ok()) return quarantine("neither events nor the device say whether its uses are over", failed);
    if (any_lost) return lost(memory, lost_device);
    return done(ReleaseStatus::ok, uses.policy.stream());
}

namespace {

Settlement wait_for_unnamed(StreamUses& uses, Device memory) noexcept {
    const Settlement settlement = settle_by_devices(uses, memory);
    // The device was not waited for while a capture was open on it.
    return settlement.what == Settled::quarantine && settlement.failed.outcome == Outcome::capturing ? later() : settlement;
}

}  // namespace

Settlement settle(StreamUses& uses, Device memory) noexcept {
    if (const auto decided = decide_without_device()) return *decided;
    if (uses.doubt == Doubt::for_ever) return quarantine(used_by_a_graph);
    if (uses.doubt == Doubt::ask_devices) return quarantine("a use could be neither recorded nor waited for; retry_quarantined() asks its device");
    if (uses.doubt == Doubt::unnamed_streams) return device_wait_is_automatic() ? later() : quarantine(used_by_unnamed);
    if (uses.policy.is_deferred()) return later();
    return uses.policy.is_stream_ordered() ? order_in_stream(uses, memory) : wait_for_uses(uses, memory);
}

Settlement settle_step(StreamUses& uses, Device memory) noexcept {
    if (const auto decided = decide_without_device()) return *decided;
    if (const auto not_now = check_policy_stream(uses, memory)) return *not_now;
    if (uses.doubt == Doubt::unnamed_streams) return wait_for_unnamed(uses, memory);
    Settlement result = done(ReleaseStatus::ok, uses.policy.stream());
    for_each_use(uses, [&](RecordedUse& use) {
        const Result asked = use.operations->query_event(use.event);
        use.done = asked.ok();
        if (!asked.ok()) result = recover(uses, memory, use, asked);
        return asked.ok();
    });
    return result;
}

}  // namespace ndlease::detail
