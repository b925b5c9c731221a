// SPDX-License-Identifier: Apache-2.0
// How a View begins and ends.
#include <ndlease/error.hpp>
#include <ndlease/view.hpp>

#include "lease/start_lease.hpp"
#include "view/bounds.hpp"

namespace ndlease {

View::View() noexcept : layout_({0}, {1}) {}

View View::on_lease(void* data, Device device, Format format, Layout layout, bool read_only, Allocation allocation, Lease lease) {
    detail::check_bounds(data, layout, format.itemsize(), allocation);
    return View(data, device, std::move(format), std::move(layout), read_only, allocation, std::move(lease));
}

View View::lend(void* data, Device device, Format format, Layout layout, LendOptions&& options) {
    detail::check_bounds(data, layout, format.itemsize(), options.allocation);
    Lease lease;
    if (options.release || options.lock != nullptr || !options.ready.is_none()) {
        lease = Lease::adopt(detail::start_lease(std::move(options.release), options.policy, options.lock, device, std::move(options.ready)));
    }
    return View(data, device, std::move(format), std::move(layout), options.read_only, options.allocation, std::move(lease));
}

View View::lend(const void* data, Device device, Format format, Layout layout, LendOptions&& options) {
    options.read_only = true;
    return lend(const_cast<void*>(data), device, std::move(format), std::move(layout), std::move(options));
}

void* View::mutable_data() const {
    if (read_only_) throw Error(errc::read_only, "the view is read-only: " + to_string(*this));
    return data_;
}

View View::read_only() const {
    View result = *this;
    result.read_only_ = true;
    return result;
}

bool View::release() noexcept {
    const LeaseToken share = lease_.detach();
    *this = View();
    return Lease::release_token(share);
}

}  // namespace ndlease
