// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <ndlease/device.hpp>
#include <ndlease/error.hpp>
#include <ndlease/interop/arrow.hpp>

#include "interop/arrow_device.hpp"
#include "interop/arrow_leaves.hpp"
#include "interop/arrow_release.hpp"
#include "interop/imported_policy.hpp"

namespace ndlease::arrow {
namespace {

/// The array in its new place. Until everything else has worked out it is the caller's still, and its release is not called.
struct Owned {
    ArrowArray array;
    Device device;
    bool is_ours = false;

    void give_back(const ReleaseInfo& info) noexcept {
        if (!is_ours || array.release == nullptr) return;
        // The producer's release may call the device. Where no such call may be made the memory goes with the process.
        const bool no_device_calls = info.status == ReleaseStatus::exiting || info.status == ReleaseStatus::forked;
        if (no_device_calls && device.type != DeviceType::cpu) return;
        call_release(array);
    }
};

struct Source {
    ArrowArray& array;
    Device device;
    Event event;
};

View make_view(Leaf&& leaf, Device device, const Lease& lease) {
    return View::on_lease(leaf.data, device, std::move(leaf.format), std::move(leaf.layout), true, leaf.allocation, lease);
}

std::vector<Column> import_leaves(const ArrowSchema& schema, Source&& source, bool structs, const ImportOptions& options) {
    const bool is_pending = source.event.cuda() != nullptr;
    std::vector<Leaf> leaves = read_leaves(schema, source.array, {source.device, is_pending, structs, options.as_storage});
    // What can be refused comes before the lease; a View on none is checked in the same way.
    for (const Leaf& leaf : leaves) {
        Leaf copy = leaf;
        (void)make_view(std::move(copy), source.device, Lease());
        if (options.check_device && leaf.data != nullptr && leaf.allocation.bytes > 0) check_device_tag(leaf.data, source.device);
    }
    auto owned = std::make_unique<Owned>(Owned{source.array, source.device});
    Owned* const owner = owned.get();
    LeaseOptions lease_options{ndlease::detail::imported_policy(options.policy, source.device), nullptr, source.device, std::move(source.event)};
    const Lease lease = Lease::make([owned = std::move(owned)](const ReleaseInfo& info) noexcept { owned->give_back(info); }, std::move(lease_options));
    std::vector<Column> columns;
    columns.reserve(leaves.size());
    for (Leaf& leaf : leaves) {
        std::string name = std::move(leaf.name);
        columns.push_back({std::move(name), make_view(std::move(leaf), source.device, lease)});
    }
    owner->is_ours = true;
    source.array.release = nullptr;
    return columns;
}

Source host_source(ArrowArray& array) { return {array, Device::cpu(), {}}; }
Source device_source(ArrowDeviceArray& array) {
    const Device device = read_device(array);
    return {array.array, device, read_event(array)};
}

}  // namespace

View import_array(const ArrowSchema& schema, ArrowArray& array, const ImportOptions& options) {
    return std::move(import_leaves(schema, host_source(array), false, options).front().view);
}
View import_array(const ArrowSchema& schema, ArrowDeviceArray& array, const ImportOptions& options) {
    return std::move(import_leaves(schema, device_source(array), false, options).front().view);
}
std::vector<Column> import_columns(const ArrowSchema& schema, ArrowArray& array, const ImportOptions& options) {
    return import_leaves(schema, host_source(array), true, options);
}
std::vector<Column> import_columns(const ArrowSchema& schema, ArrowDeviceArray& array, const ImportOptions& options) {
    return import_leaves(schema, device_source(array), true, options);
}

}  // namespace ndlease::arrow
