// SPDX-License-Identifier: Apache-2.0
#include <ndlease/access.hpp>
#include <ndlease/error.hpp>

namespace ndlease {

Access::Access(const View& view, StreamRef stream, Use use) : lease_(view.lease()), stream_(stream), use_(use) {
    if (use == Use::write && view.is_read_only()) throw Error(errc::read_only, "access for writing: the view is read-only: " + to_string(view));
    lease_.order_after(stream, use);
}

void Access::leave() {
    const Lease lease = std::move(lease_);
    lease.used_on(stream_, use_);
}

Access::~Access() {
    try {
        leave();
    } catch (...) {  // the lease counts the use all the same
    }
}

}  // namespace ndlease
