// SPDX-License-Identifier: Apache-2.0
// What the C functions of all protocols share.
#pragma once

#include <optional>
#include <utility>

#include "capi/call.hpp"

namespace ndlease::capi {

/// A View that was imported, as a C structure. Where that cannot be made, the importer's owner keeps what it gave: no release runs, and the lease, which would
/// run it, is given up (its block is lost, in a process that is out of memory).
[[nodiscard]] inline ndl_view hand_out(const View& imported) {
    try {
        return c_abi::export_view(imported);
    } catch (...) {
        static_cast<void>(Lease(imported.lease()).detach());
        throw;
    }
}

/// A View of any owner's, with a share of its own: for exports.
[[nodiscard]] inline View whole_view(const ndl_view& view) {
    Borrowed borrowed = borrow(view);
    if (borrowed.foreign == nullptr) return std::move(borrowed.view);
    ndl_view share = {};
    ndl_error error = {};
    c_abi::throw_unless_ok(ndl_view_share(&view, &share, &error), error, "one share more");
    try {
        return c_abi::import_view(share);
    } catch (...) {
        ndl_view_release(&share);
        throw;
    }
}

/// The stream of an export's consumer. NULL: nobody says.
[[nodiscard]] inline std::optional<StreamRef> consumer_of(const ndl_stream* consumer) {
    if (consumer == nullptr) return std::nullopt;
    return need_stream(consumer);
}

/// A release callback of C's; none where there is none.
[[nodiscard]] inline ReleaseCallback callback_of(ndl_release_callback release, void* context) {
    if (release == nullptr) return {};
    return [release, context](const ReleaseInfo& info) {
        const ndl_stream stream = c_abi::export_stream(info.stream);
        release(context, static_cast<int>(info.status), &stream);
    };
}

}  // namespace ndlease::capi
