// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <utility>

#include <ndlease/device.hpp>
#include <ndlease/error.hpp>
#include <ndlease/interop/arrow.hpp>

#include "interop/arrow_plan.hpp"
#include "interop/arrow_release.hpp"
#include "interop/exported_share.hpp"
#include "lease/control_block.hpp"
#include "lease/stream_uses.hpp"

namespace ndlease::arrow {
namespace {

using ndlease::detail::ExportedShare;
using ndlease::detail::PendingOrder;

/// What all arrays of one export hold together: any of them may outlive the others, as children may be moved out.
struct Shared {
    Shared(const View& view, std::optional<StreamRef> consumer, PendingOrder order) : share(view, consumer, order) {}
    ExportedShare share;
    Event event;
    CUevent_st* native_event = nullptr;  // what sync_event points to
};

/// What one array points to.
struct ArrayParts {
    std::shared_ptr<Shared> shared;
    const void* buffers[2] = {nullptr, nullptr};
    ArrowArray child = {};
    ArrowArray* children[1] = {nullptr};
};

NDLEASE_CALLED_BY_PEERS void release_array(ArrowArray* self) noexcept {
    const std::unique_ptr<ArrayParts> parts(static_cast<ArrayParts*>(self->private_data));
    self->release = nullptr;
    if (parts->child.release != nullptr) parts->child.release(&parts->child);
}

/// `child` is taken over, also on failure; without one it is the array of the items.
ArrowArray make_array(const std::shared_ptr<Shared>& shared, std::int64_t length, const void* items, ArrowArray child = {}) {
    const bool has_child = child.release != nullptr;
    std::unique_ptr<ArrayParts> parts;
    try {
        parts = std::make_unique<ArrayParts>();
    } catch (...) {
        if (has_child) child.release(&child);
        throw;
    }
    parts->shared = shared;
    parts->buffers[1] = items;
    parts->child = child;
    parts->children[0] = &parts->child;
    ArrowArray array = {};
    array.length = length;
    array.n_buffers = has_child ? 1 : 2;
    array.n_children = has_child ? 1 : 0;
    array.buffers = parts->buffers;
    array.children = has_child ? parts->children : nullptr;
    array.release = release_array;
    array.private_data = parts.release();
    return array;
}

ArrowArray make_arrays(const std::shared_ptr<Shared>& shared, const ExportPlan& plan, const View& view) {
    // Of an empty View the lengths may be large, but their product is not needed: the first extent of 0 makes all inner ones 0.
    std::vector<std::int64_t> lengths{plan.length};
    for (const std::int64_t size : plan.list_sizes) lengths.push_back(checked_mul(lengths.back(), size, "elements of an Arrow array"));
    ArrowArray array = make_array(shared, lengths.back(), view.data());
    for (std::size_t depth = plan.list_sizes.size(); depth-- > 0;) array = make_array(shared, lengths[depth], nullptr, array);
    return array;
}

/// Whether anything was recorded that a consumer may have to be ordered after.
bool has_recorded_work(const Lease& lease) {
    if (!lease) return false;
    const LeaseToken token = Lease(lease).detach();
    auto& block = *static_cast<ndlease::detail::ControlBlock*>(token.slot);
    (void)Lease::release_token(token);  // `lease` holds a share still
    ndlease::detail::StreamUses* const uses = block.uses.load(std::memory_order_acquire);
    if (uses == nullptr) return false;
    const std::lock_guard lock(uses->mutex);
    return uses->ready.event != nullptr || !uses->uses.empty();
}

/// An event after the producer's pending work and all recorded writes. No consumer's stream is known: a stream of our own waits for them.
Event record_pending(const View& view) {
    if (!has_recorded_work(view.lease())) return {};
    const Stream stream = Stream::make(Device::cuda(view.device().type == DeviceType::cuda ? view.device().id : 0));
    view.lease().order_after(stream.ref(), Use::read);
    return Event::record(stream.ref());
}

std::int64_t device_id(Device device) noexcept { return device.type == DeviceType::cpu ? -1 : device.id; }

bool is_cuda(Device device) noexcept {
    return device.type == DeviceType::cuda || device.type == DeviceType::cuda_host || device.type == DeviceType::cuda_managed;
}

}  // namespace

ArrowArray export_array(const View& view, const ExportOptions& options) {
    const ExportPlan plan = plan_export(view, options);
    if (!view.reachable_from(Device::cpu())) {
        throw Error(errc::device, "ArrowArray: memory of " + to_string(view.device()) + ", which the host cannot reach; export_device_array says where it is");
    }
    return make_arrays(std::make_shared<Shared>(view.read_only(), StreamRef::host(), PendingOrder::ordered), plan, view);
}

ArrowDeviceArray export_device_array(const View& view, const ExportOptions& options) {
    const ExportPlan plan = plan_export(view, options);
    const View shown = view.read_only();
    std::shared_ptr<Shared> shared;
    if (!is_cuda(view.device())) {
        shared = std::make_shared<Shared>(shown, StreamRef::host(), PendingOrder::ordered);
    } else if (options.consumer) {
        shared = std::make_shared<Shared>(shown, options.consumer, PendingOrder::ordered);
        const StreamRef consumer = *options.consumer;
        if (view.lease() && !consumer.is_host() && !consumer.is_capturing()) shared->event = Event::record(consumer);
    } else {
        Event event = record_pending(view);
        shared = std::make_shared<Shared>(shown, std::nullopt, PendingOrder::unordered);
        shared->event = std::move(event);
    }
    shared->native_event = shared->event.cuda();
    ArrowDeviceArray result = {};
    result.array = make_arrays(shared, plan, view);
    result.device_id = device_id(view.device());
    result.device_type = static_cast<std::int32_t>(view.device().type);
    result.sync_event = shared->native_event == nullptr ? nullptr : &shared->native_event;
    return result;
}

}  // namespace ndlease::arrow
