// SPDX-License-Identifier: Apache-2.0
#include "lease/stream_uses.hpp"

#include <memory>
#include <utility>

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

// Free objects, kept with the capacity of their vectors. Two locks a lease; nothing else is shared among leases.
constinit std::mutex pool_mutex;
std::vector<StreamUses*>& pool() {
    static auto& free = *new std::vector<StreamUses*>;  // never destroyed: leases end in the destructors of statics
    return free;
}
constinit std::size_t made = 0;

StreamUses* take() {
    {
        const std::lock_guard lock(pool_mutex);
        if (!pool().empty()) {
            StreamUses* uses = pool().back();
            pool().pop_back();
            return uses;
        }
        if (pool().capacity() < made + 1) pool().reserve(2 * made + 16);
        ++made;
    }
    try {
        auto uses = std::make_unique<StreamUses>();
        uses->uses.reserve(4);
        return uses.release();
    } catch (...) {
        const std::lock_guard lock(pool_mutex);
        --made;
        throw;
    }
}

void give_event(RecordedUse& use) noexcept {
    if (use.event != nullptr) detail::give_event(*use.operations, use.device, use.event);
    use = {};
}

struct Recycle {
    void operator()(StreamUses* uses) const noexcept { StreamUses::recycle(uses); }
};

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

StreamUses* StreamUses::make(const ReleasePolicy& policy, PendingWork&& ready) {
    std::unique_ptr<StreamUses, Recycle> uses(take());
    uses->policy = policy;
    const StreamRef stream = policy.stream();
    bool same_stream = false;
    if (!ready.is_none()) {
        same_stream = policy.is_stream_ordered() && ready.stream() == stream;
        Event event = std::move(ready).take_event();
        uses->ready_capture_id = event.capture_id();
        uses->ready_is_borrowed = event.is_borrowed();
        uses->ready = {event.operations(), event.stream_id(), nullptr, event.device().id, true, false};
        uses->ready.event = event.detach();
    }
    if (policy.is_stream_ordered()) uses->policy_stream_id = same_stream ? uses->ready.stream_id : stream.id();
    return uses.release();
}

void StreamUses::recycle(StreamUses* uses) noexcept {
    if (std::exchange(uses->ready_is_borrowed, false)) uses->ready.event = nullptr;
    if (uses->ready_capture_id != 0 && uses->ready.event != nullptr) {
        discard_event(*uses->ready.operations, uses->ready.device, std::exchange(uses->ready.event, nullptr));
    }
    give_event(uses->ready);
    for (RecordedUse& use : uses->uses) give_event(use);
    for (const RecordedUse& use : uses->retired) discard_event(*use.operations, use.device, use.event);
    uses->uses.clear();
    uses->retired.clear();
    uses->policy = {};
    uses->policy_stream_id = 0;
    uses->ready_capture_id = 0;
    uses->kept_in_capture = 0;
    uses->doubt = Doubt::none;
    uses->doubtful_devices = 0;
    uses->doubtful_operations = nullptr;
    uses->failures = 0;
    const std::lock_guard lock(pool_mutex);
    pool().push_back(uses);
}

bool names_streams(const ReleasePolicy& policy, const PendingWork& ready) noexcept { return policy != ReleasePolicy::wait() || !ready.is_none(); }

}  // namespace detail
}  // namespace ndlease
