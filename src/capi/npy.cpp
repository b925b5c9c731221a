// SPDX-License-Identifier: Apache-2.0
#include <ndlease/interop/npy.hpp>

#include "capi/call.hpp"

using namespace ndlease;
using namespace ndlease::capi;

int ndl_npy_open(const char* path, ndl_view* out, ndl_error* error) noexcept {
    return make_into(out, error, [&] { return c_abi::export_view(npy::open(need_text(path, "path"))); });
}

int ndl_npy_write(const char* path, const ndl_view* view, ndl_error* error) noexcept {
    return guarded(error, [&] {
        const Borrowed borrowed = borrow(need(view, "view"));
        need_text(path, "path");
        if (borrowed.foreign != nullptr) {
            ndl_error refused = {};
            c_abi::throw_unless_ok(borrowed.foreign->ops->acquire(borrowed.foreign, nullptr, NDL_USE_READ, &refused), refused, "acquiring the memory");
        } else {
            borrowed.view.lease().order_after(StreamRef::host());
        }
        npy::write(path, borrowed.view);
    });
}
