// SPDX-License-Identifier: Apache-2.0
#include "lease/settle.hpp"

#include <optional>

#include "stream/process_state.hpp"

namespace ndlease::detail {
namespace {

NativeStream native(StreamRef stream) noexcept { return {stream.device().id, stream.handle()}; }

Settlement done(ReleaseStatus status, StreamRef stream = {}) noexcept { return {Settled::done, {status, stream}}; }
Settlement later() noexcept { return {Settled::later, {}}; }
Settlement quarantine(const char* reason, const Result& failed = {}) noexcept { return {Settled::quarantine, {}, reason, failed}; }

// Memory of a device that lost everything can be given up: nothing reads or writes it any more. Host memory cannot, since nobody says that a transfer into
// it has stopped.
Settlement lost(Device memory, const Result& failed) noexcept {
    if (memory.type == DeviceType::cuda) return done(ReleaseStatus::device_lost);
    return quarantine("its device was lost, and a transfer may still touch this host memory", failed);
}

/// What must be said before any device is asked.
std::optional<Settlement> decide_without_device(const StreamUses& uses) noexcept {
    switch (process_state()) {
        case ProcessState::running: break;
        case ProcessState::forked: return done(ReleaseStatus::forked);
        case ProcessState::shut_down:
        case ProcessState::exiting: return done(ReleaseStatus::exiting);
    }
    if (uses.doubt == Doubt::for_ever) return quarantine("a graph that could not be given a share may use it at any time");
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

/// How to go on after a call that did not say ok.
Settlement recover(const StreamUses& uses, Device memory, const Result& failed) noexcept {
    switch (failed.outcome) {
        case Outcome::capturing: return later();
        case Outcome::unavailable: return decide_without_device(uses).value_or(done(ReleaseStatus::exiting));
        case Outcome::ok:
        case Outcome::not_ready:
        case Outcome::device_lost:
        case Outcome::out_of_memory:
        case Outcome::failed: break;
    }
    return settle_by_devices(uses, memory);
}

Settlement wait_for_uses(StreamUses& uses, Device memory) noexcept {
    Settlement result = done(ReleaseStatus::ok, uses.policy.stream());
    for_each_use(uses, [&](RecordedUse& use) {
        const Result waited = use.operations->synchronize_event(use.event);
        use.done = waited.ok();
        if (!waited.ok()) result = recover(uses, memory, waited);
        return waited.ok();
    });
    return result;
}

Settlement order_in_stream(StreamUses& uses, Device memory) noexcept {
    const StreamRef stream = uses.policy.stream();
    const StreamOperations& operations = *stream.operations();
    CaptureState capture;
    const Result asked = operations.stream_capture(native(stream), &capture);
    if (!asked.ok()) return recover(uses, memory, asked);
    if (capture.active) return later();
    Result failed;
    for_each_use(uses, [&](RecordedUse& use) {
        if (use.operations == &operations && use.stream_id == uses.policy_stream_id) return true;
        failed = operations.wait(native(stream), use.event, false);
        return failed.ok();
    });
    if (failed.ok()) return done(ReleaseStatus::ok, stream);
    if (failed.outcome == Outcome::failed || failed.outcome == Outcome::out_of_memory) return wait_for_uses(uses, memory);
    return recover(uses, memory, failed);
}

}  // namespace

Settlement settle_by_devices(const StreamUses& uses, Device memory) noexcept {
    if (const auto decided = decide_without_device(uses)) return *decided;
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
    for_each_use(const_cast<StreamUses&>(uses), [&](const RecordedUse& use) {
        failed = ask(*use.operations, use.device);
        return failed.ok();
    });
    for (int device = 0; device < 64 && failed.ok() && uses.doubtful_devices != 0; ++device) {
        if ((uses.doubtful_devices >> device & 1U) != 0) failed = ask(*uses.doubtful_operations, device);
    }
    if (failed.outcome == Outcome::capturing) return later();
    if (failed.outcome == Outcome::unavailable) return done(ReleaseStatus::exiting);
    if (!failed.ok()) return quarantine("neither events nor the device say whether its uses are over", failed);
    if (any_lost) return lost(memory, lost_device);
    return done(ReleaseStatus::ok, uses.policy.stream());
}

Settlement settle(StreamUses& uses, Device memory) noexcept {
    if (const auto decided = decide_without_device(uses)) return *decided;
    if (uses.policy.is_deferred()) return later();
    if (uses.policy.is_stream_ordered()) {
        // A device that must be asked as a whole is waited for, after which nothing is left to order.
        return uses.doubt == Doubt::none ? order_in_stream(uses, memory) : settle_step(uses, memory);
    }
    if (uses.doubt != Doubt::none) return settle_by_devices(uses, memory);
    return wait_for_uses(uses, memory);
}

Settlement settle_step(StreamUses& uses, Device memory) noexcept {
    if (const auto decided = decide_without_device(uses)) return *decided;
    const StreamRef stream = uses.policy.stream();
    if (!stream.is_host()) {
        // The callback will enqueue on it, which must not become part of a graph.
        CaptureState capture;
        const Result asked = stream.operations()->stream_capture(native(stream), &capture);
        if (!asked.ok()) return recover(uses, memory, asked);
        if (capture.active) return later();
    }
    if (uses.doubt != Doubt::none) return settle_by_devices(uses, memory);
    Settlement result = done(ReleaseStatus::ok, stream);
    for_each_use(uses, [&](RecordedUse& use) {
        const Result asked = use.operations->query_event(use.event);
        use.done = asked.ok();
        if (use.done) return true;
        result = asked.outcome == Outcome::not_ready ? later() : recover(uses, memory, asked);
        return false;
    });
    return result;
}

}  // namespace ndlease::detail
