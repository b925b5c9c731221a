// SPDX-License-Identifier: Apache-2.0
#include "lease/stream_uses.hpp"

#include <memory>
#include <utility>

#include "lease/block_pool.hpp"
#include "lease/control_block.hpp"
#include "stream/event_pool.hpp"

#include <ndlease/error.hpp>

namespace ndlease {

ReleasePolicy ReleasePolicy::in_order_of(StreamRef stream) {
    if (stream.is_host()) return wait();
    if (stream.is_per_thread_default()) {
        throw Error(errc::invalid_argument,
                    "a release in the order of the per-thread default stream: it is another stream on the thread that releases; use a stream of your own");
    }
    return {Kind::stream_ordered, stream};
}

Event PendingWork::take_event() && {
    if (!stream_.is_host()) return Event::record(stream_);
    return std::move(event_);
}

namespace detail {
namespace {

void give_event(RecordedUse& use) noexcept {
    if (use.event != nullptr) detail::give_event(*use.operations, use.device, use.event);
    use = {};
}

}  // namespace

RecordedUse* StreamUses::find(const StreamOperations* operations, std::uint64_t stream_id) noexcept {
    for (RecordedUse& use : uses) {
        if (use.stream_id == stream_id && use.operations == operations) return &use;
    }
    return nullptr;
}

void StreamUses::ask_after_graphs(const StreamOperations& operations, int device) noexcept {
    constexpr std::uint64_t no_stream = 0;
    for (const RecordedUse& use : uses) {
        if (use.stream_id == no_stream && use.operations == &operations && use.device == device) return;
    }
    try {
        uses.reserve(uses.size() + 1);
        void* event = nullptr;
        if (take_event(operations, device, &event).ok()) {
            uses.push_back({&operations, no_stream, event, device, false, false});
            return;
        }
    } catch (...) {
    }
    doubt_device(operations, device);
}

void StreamUses::doubt_device(const StreamOperations& operations, int device) noexcept {
    if (doubt < Doubt::ask_devices) doubt = Doubt::ask_devices;
    doubtful_operations = &operations;
    doubtful_devices |= std::uint64_t{1} << (device & 63);
}

void StreamUses::unnamed_streams(const StreamOperations& operations, std::uint64_t devices) noexcept {
    if (doubt == Doubt::none) doubt = Doubt::unnamed_streams;
    doubtful_operations = &operations;
    doubtful_devices |= devices;
}

Event StreamUses::event_of(PendingWork&& pending) {
    const StreamRef stream = pending.stream();
    if (stream.is_host() || spare.event == nullptr || spare.operations != stream.operations() || spare.device != stream.device().id) {
        return std::move(pending).take_event();
    }
    return Event::record_anew(std::exchange(spare.event, nullptr), stream);
}

void StreamUses::begin(const ReleasePolicy& release_policy, PendingWork&& pending) {
    const StreamRef stream = release_policy.stream();
    const bool same_stream = !pending.is_none() && pending.stream() == stream;
    Event event = event_of(std::move(pending));
    if (release_policy.is_stream_ordered()) policy_stream_id = same_stream ? event.stream_id() : stream.id();
    policy = release_policy;
    if (event.cuda() == nullptr) return;
    ready_capture_id = event.capture_id();
    ready_is_borrowed = event.is_borrowed();
    ready = {event.operations(), event.stream_id(), nullptr, event.device().id, true, false};
    ready.event = event.detach();
}

void StreamUses::clear() noexcept {
    if (std::exchange(ready_is_borrowed, false)) ready.event = nullptr;
    if (ready_capture_id != 0 && ready.event != nullptr) discard_event(*ready.operations, ready.device, std::exchange(ready.event, nullptr));
    if (spare.event == nullptr) std::swap(spare, ready);
    give_event(ready);
    for (RecordedUse& use : uses) give_event(use);
    for (const RecordedUse& use : retired) discard_event(*use.operations, use.device, use.event);
    uses.clear();
    retired.clear();
    policy = {};
    policy_stream_id = 0;
    ready_capture_id = 0;
    kept_in_capture = 0;
    doubt = Doubt::none;
    doubtful_devices = 0;
    doubtful_operations = nullptr;
    failures = 0;
}

void StreamUses::give_spare() noexcept { give_event(spare); }

StreamUses& kept_uses(ControlBlock& block) {
    StreamUses* known = block.kept.load(std::memory_order_acquire);
    if (known != nullptr) return *known;
    auto made = std::make_unique<StreamUses>();
    made->uses.reserve(4);
    // Holders on several threads may name the first stream at once: one of theirs stays.
    return block.kept.compare_exchange_strong(known, made.get(), std::memory_order_acq_rel) ? *made.release() : *known;
}

void destroy_idle_events() noexcept {
    visit_free_blocks([](ControlBlock& block) {
        if (StreamUses* const uses = block.kept.load(std::memory_order_acquire)) uses->give_spare();
    });
    empty_event_pool();
}

bool names_streams(const ReleasePolicy& policy, const PendingWork& ready) noexcept { return policy != ReleasePolicy::wait() || !ready.is_none(); }

}  // namespace detail
}  // namespace ndlease
