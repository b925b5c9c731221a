// SPDX-License-Identifier: Apache-2.0
// An ndl_view as a View: on its own lease where it came from here, else on a new one that tells the owner what was done with the memory.
#include <ndlease/interop/c_abi.hpp>

#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "interop/c_abi_guard.hpp"
#include "interop/c_abi_owner.hpp"

namespace ndlease::c_abi {
namespace {

std::uint32_t use_of(const ndl_view& view) noexcept { return (view.flags & NDL_VIEW_READ_ONLY) != 0 ? NDL_USE_READ : NDL_USE_WRITE; }

void acquire(const ndl_view& view, const ndl_stream& consumer) {
    ndl_error error = {};
    throw_unless_ok(view.ops->acquire(&view, &consumer, use_of(view), &error), error, "acquiring the memory");
}

/// A share of another owner's that was taken over.
struct Taken {
    ndl_view view;
    std::optional<Stream> stream;  // the policy's: it lives until the callback has run
};

/// The callback of the new lease.
struct GiveBack {
    std::shared_ptr<Taken> taken;

    void operator()(const ReleaseInfo& info) noexcept {
        ndl_view& view = taken->view;
        if (view.ops != nullptr && info.status == ReleaseStatus::ok && !info.stream.is_host()) {
            const ndl_stream ordered = export_stream(info.stream);
            // Where this fails the owner counts the use all the same, and keeps the memory as long as it must.
            static_cast<void>(view.ops->used_on(&view, &ordered, use_of(view), nullptr));
        }
        ndl_view_release(&view);
    }
};

/// Takes nothing where it throws.
Lease lease_over(const std::shared_ptr<Taken>& taken, Device memory) {
    const ndl_view& view = taken->view;
    LeaseOptions options;
    options.memory = memory;
    if (memory.type == DeviceType::cuda) {
        const Stream& stream = taken->stream.emplace(Stream::make(memory));
        acquire(view, export_stream(stream));
        options.ready = Event::record(stream);
        options.policy = ReleasePolicy::in_order_of(stream);
    } else {
        acquire(view, export_stream(StreamRef::host()));
        if (memory.type == DeviceType::cuda_host || memory.type == DeviceType::cuda_managed) options.policy = ReleasePolicy::deferred();
    }
    return Lease::make(ReleaseCallback(GiveBack{taken}), std::move(options));
}

}  // namespace

View import_view(ndl_view& view, const ImportOptions& options) {
    Borrowed borrowed = borrow(view);
    if (options.check_device) check_device_tag(borrowed.view.data(), borrowed.view.device());
    if (borrowed.foreign == nullptr) {
        ndl_view_release(&view);  // the View has a share of its own
        return std::move(borrowed.view);
    }
    const View& read = borrowed.view;
    const auto taken = std::make_shared<Taken>(Taken{view, std::nullopt});
    const Lease lease = lease_over(taken, read.device());
    try {
        View result = View::on_lease(view.data, read.device(), read.format(), read.layout(), read.is_read_only(), read.allocation(), lease);
        std::memset(&view, 0, sizeof view);
        return result;
    } catch (...) {
        taken->view = {};  // the share is the caller's still
        throw;
    }
}

}  // namespace ndlease::c_abi
