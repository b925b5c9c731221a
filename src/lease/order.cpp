// SPDX-License-Identifier: Apache-2.0
// The acquire side: streams are ordered after the producer and each other, and their uses are recorded.
#include <algorithm>
#include <iterator>
#include <mutex>
#include <string>
#include <vector>

#include "lease/control_block.hpp"
#include "lease/graph_share.hpp"
#include "lease/reaper.hpp"
#include "lease/stream_uses.hpp"
#include "stream/event_pool.hpp"

#include <ndlease/error.hpp>
#include <ndlease/lease.hpp>

namespace ndlease {

using namespace detail;

namespace {

NativeStream native(StreamRef stream) noexcept { return {stream.device().id, stream.handle()}; }

ControlBlock& live_block(LeaseToken token) {
    auto& block = *static_cast<ControlBlock*>(token.slot);
    if (block.holders(token.generation) == 0) throw Error(errc::released, "a stream cannot use memory whose lease was released already");
    return block;
}

// -- ordering --

void wait_on_host(const RecordedUse& use) { check(*use.operations, use.operations->synchronize_event(use.event), "waiting for a use of lent memory"); }

/// The consumer as one call sees it: asked once, and only when there is something to wait for.
struct Consumer : StreamIdentity {
    StreamRef stream;

    explicit Consumer(StreamRef s) : stream(s) {
        const StreamOperations& operations = *stream.operations();
        check(operations, operations.identify_stream(native(stream), this),
              [&] { return "the order of " + to_string(stream) + " after lent memory's pending work"; });
    }
    [[nodiscard]] bool is_own(const RecordedUse& use) const noexcept { return use.operations == stream.operations() && use.stream_id == id; }
    void wait_for(const RecordedUse& use, bool external) const {
        const StreamOperations& operations = *stream.operations();
        check(operations, operations.wait(native(stream), use.event, external),
              [&] { return "the order of " + to_string(stream) + " after lent memory's pending work"; });
    }
};

void order_after_captured_producer(const Consumer& consumer, const StreamUses& uses) {
    if (!consumer.capture.active || consumer.capture.id != uses.ready_capture_id) {
        throw Error(errc::not_supported, "the memory's pending work is part of a graph capture: " + to_string(consumer.stream) +
                                             " can be ordered after it only within the same capture");
    }
    if (!consumer.is_own(uses.ready)) consumer.wait_for(uses.ready, false);
}

// -- recording --

/// A record that neither works nor can be replaced by waiting.
void record_in_doubt(StreamUses& uses, StreamRef stream, const Result& failed) {
    const StreamOperations& operations = *stream.operations();
    if (operations.synchronize_stream(native(stream)).ok()) return;  // the work is over: nothing to remember
    uses.doubt_device(operations, stream.device().id);
    check(operations, failed, [&] { return "a use on " + to_string(stream) + " could not be recorded: the memory goes into quarantine when its lease ends"; });
}

Result record_event(StreamUses& uses, RecordedUse& use, NativeStream stream) {
    Result result = use.operations->record(use.event, stream);
    if (result.outcome != Outcome::failed) return result;
    void* fresh = nullptr;  // the old one may be no event any more: its device was reset
    uses.retired.reserve(uses.retired.size() + 1);
    if (!take_event(*use.operations, use.device, &fresh).ok()) return result;
    result = use.operations->record(fresh, stream);
    if (!result.ok()) {
        give_event(*use.operations, use.device, fresh);
        return result;
    }
    uses.retired.push_back(use);
    use.event = fresh;
    return result;
}

Result record_first(StreamUses& uses, NativeStream stream, const StreamOperations& operations, std::uint64_t id, bool wrote) {
    uses.uses.reserve(uses.uses.size() + 1);
    RecordedUse use{&operations, id, nullptr, stream.device, wrote, false};
    const Result taken = take_event(operations, stream.device, &use.event);
    if (!taken.ok()) return taken;
    const Result result = record_event(uses, use, stream);
    if (result.ok()) {
        uses.uses.push_back(use);
    } else {
        discard_event(operations, stream.device, use.event);
    }
    return result;
}

}  // namespace

StreamUses& detail::uses_of(ControlBlock& block) {
    StreamUses* uses = block.uses.load(std::memory_order_acquire);
    if (uses != nullptr) return *uses;
    (void)start_reaper();  // a release may need it, and must not allocate then
    uses = &kept_uses(block);
    block.uses.store(uses, std::memory_order_release);  // others who get here at the same time store the same
    return *uses;
}

void Lease::order_after(StreamRef stream, Use use) const {
    if (token_.slot == nullptr) return;
    StreamUses* const known = live_block(token_).uses.load(std::memory_order_acquire);
    if (known == nullptr) return;
    StreamUses& uses = *known;
    std::unique_lock lock(uses.mutex);
    const auto matters = [use](const RecordedUse& other) { return use == Use::write || other.wrote; };
    if (stream.is_host()) {
        if (uses.ready_capture_id != 0) throw Error(errc::not_supported, "the memory's pending work is part of a graph capture: the host cannot wait for it");
        // The events outlive this share, and a newer record of one only means a longer wait; nobody is kept from recording meanwhile.
        std::vector<RecordedUse> waited_for;
        if (uses.ready.event != nullptr) waited_for.push_back(uses.ready);
        std::copy_if(uses.uses.begin(), uses.uses.end(), std::back_inserter(waited_for), matters);
        lock.unlock();
        for (const RecordedUse& other : waited_for) wait_on_host(other);
        return;
    }
    if (uses.ready.event == nullptr && uses.uses.empty()) return;
    const Consumer consumer(stream);
    bool external = false;
    if (uses.ready_capture_id != 0) {
        order_after_captured_producer(consumer, uses);
    } else if (uses.ready.event != nullptr && (consumer.capture.active || !consumer.is_own(uses.ready))) {
        external = consumer.capture.active;
        if (external) keep_in_graph(uses, consumer.capture.id, stream, token_);
        consumer.wait_for(uses.ready, external);
    }
    for (const RecordedUse& other : uses.uses) {
        if (!matters(other) || (!consumer.capture.active && consumer.is_own(other))) continue;
        external = consumer.capture.active;
        if (external) keep_in_graph(uses, consumer.capture.id, stream, token_);
        consumer.wait_for(other, external);
    }
}

void Lease::used_on(StreamRef stream, Use use) const {
    if (token_.slot == nullptr || stream.is_host()) return;
    StreamUses& uses = uses_of(live_block(token_));
    const StreamOperations& operations = *stream.operations();
    const std::lock_guard lock(uses.mutex);
    StreamIdentity identity;
    Result result = operations.identify_stream(native(stream), &identity);
    if (identity.capture.active) {
        keep_in_graph(uses, identity.capture.id, stream, token_);
        return;
    }
    if (result.ok()) {
        RecordedUse* const known = uses.find(&operations, identity.id);
        result = known != nullptr ? record_event(uses, *known, native(stream)) : record_first(uses, native(stream), operations, identity.id, use == Use::write);
        if (known != nullptr) known->wrote = known->wrote || use == Use::write;
    }
    if (!result.ok()) record_in_doubt(uses, stream, result);
}

}  // namespace ndlease
