// SPDX-License-Identifier: Apache-2.0
// Access: the scope in which a stream uses a View.
#pragma once

#include <ndlease/export.hpp>
#include <ndlease/lease.hpp>
#include <ndlease/stream.hpp>
#include <ndlease/view.hpp>

namespace ndlease {

/// Entering orders the stream after the producer's pending work (and after the uses that `use` names); leaving records the work enqueued meanwhile
/// in the View's lease. Nobody waits on the host, unless the stream is the host: then entering waits, and there is nothing to record.
///
///     Access use(view, StreamRef(stream));
///     kernel<<<grid, block, 0, stream>>>(...);
class NDLEASE_API Access {
public:
    /// Use::write where the View may be written, else Use::read.
    Access(const View& view, StreamRef stream) : Access(view, stream, view.is_read_only() ? Use::read : Use::write) {}
    /// Throws what Lease::order_after throws, and Error{errc::read_only} for Use::write on a read-only View; then nothing is recorded later.
    Access(const View& view, StreamRef stream, Use use);
    Access(const Access&) = delete;
    Access& operator=(const Access&) = delete;
    /// Calls `leave` unless that was done; what it would throw is swallowed: the use counts as recorded all the same.
    ~Access();

    /// Records the use now and ends the scope. Throws what Lease::used_on throws. A second call does nothing.
    void leave();

private:
    Lease lease_;
    StreamRef stream_;
    Use use_;
};

}  // namespace ndlease
