// SPDX-License-Identifier: Apache-2.0
// ExportedShare: what an exported object of any protocol holds of the lease behind a View.
#pragma once

#include <cstdint>
#include <optional>

#include <ndlease/lease.hpp>
#include <ndlease/stream.hpp>
#include <ndlease/view.hpp>

namespace ndlease::detail {

/// Whether an exported object's consumer is ordered after the memory's pending work.
enum class PendingOrder : std::uint8_t {
    ordered,    ///< its stream waits; where it names none, the host waits before the export returns
    unordered,  ///< the consumer wants no order (DLPack's stream -1): nothing waits
};

/// One share of a View's lease, for the consumer of an exported object; a member of the protocol's own heap block (no allocation of its own).
/// `consumer` is the stream on which the consumer works until it gives the object back:
/// - a stream: ordered after the pending work now, and recorded as a user when the object ends, with what is enqueued by then. It must live until then.
///   While it is being captured into a graph, the graph takes part as Lease::used_on says.
/// - StreamRef::host(): the host waits for the pending work now; the consumer's work is over when the object ends.
/// - none, and the memory is reachable by no CUDA device of this process: as StreamRef::host().
/// - none, and it is reachable: any stream may use the memory until the object ends. No event stands for that, so the end of the lease goes the way of
///   set_device_wait().
/// Memory without a lease is borrowed: nothing is kept, ordered or recorded.
class ExportedShare {
public:
    /// Nothing.
    ExportedShare() noexcept = default;
    /// Throws Error{errc::device, errc::not_supported (the pending work is part of another capture)}, std::bad_alloc; then nothing is kept.
    ExportedShare(const View& view, std::optional<StreamRef> consumer, PendingOrder order = PendingOrder::ordered) : lease_(view.lease()) {
        if (lease_) begin(view, consumer, order);
    }
    ExportedShare(const ExportedShare&) = delete;
    ExportedShare& operator=(const ExportedShare&) = delete;
    /// Any thread, also after exit() has begun, in a forked child, after shutdown() and during graph captures, none of which it breaks.
    /// What cannot be recorded counts as a use that only the whole device can answer for.
    ~ExportedShare() {
        if (!consumer_.is_host()) record_use();
    }

    /// The share; empty for borrowed memory.
    [[nodiscard]] const Lease& lease() const noexcept { return lease_; }

private:
    void begin(const View& view, std::optional<StreamRef> consumer, PendingOrder order);
    void record_use() noexcept;

    Lease lease_;
    StreamRef consumer_;            // the host: nothing to record
    std::uint64_t own_stream_ = 0;  // what the per-thread default stream was at the beginning; else 0
    Use use_ = Use::write;
};

}  // namespace ndlease::detail
