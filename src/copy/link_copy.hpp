// SPDX-License-Identifier: Apache-2.0
// Copies between pinned and device memory on a stream, by the way that link_way.hpp finds shortest.
#pragma once

#include <cstdint>

#include "backend/copy_job.hpp"
#include "copy/link_way.hpp"

#include <ndlease/memory.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::copying {

/// Moves one job after the other, or the parts of one. Scratch memory is one piece of the device's pool, in the order of the stream: a part that comes
/// later overwrites it when the one before is through. One stream does it all: the kernel of a part takes a twentieth of its transfer's time, which is all
/// that a second stream could hide.
class LinkMover {
public:
    LinkMover(bool to_device, StreamRef stream, const LinkCosts& costs) noexcept : to_device_(to_device), stream_(stream), costs_(costs) {}

    /// The way of a task, and scratch memory where it wants some. None is taken while the stream is being captured, on the per-thread default stream and
    /// where the device has no pool or no memory left: then another way is found. Throws Error{errc::device}. Enqueues no copy.
    [[nodiscard]] LinkChoice prepare(const detail::CopyTask& task);

    /// Enqueues the copy; the host's side is pinned. Bytes of the packed parts that are enqueued whole are added to *done. Throws Error{errc::device}.
    void run(const backend::CopyJob& job, const LinkChoice& choice, std::int64_t* done) const;
    /// The same, by the way that is shortest with what `prepare` has taken.
    void run(const backend::CopyJob& job, std::int64_t* done) const;

private:
    [[nodiscard]] bool takes_scratch(std::int64_t bytes);
    void run_boxes(const backend::CopyJob& job, const LinkChoice& choice, std::int64_t* done) const;

    bool to_device_;
    StreamRef stream_;
    LinkCosts costs_;
    Buffer scratch_;
};

/// One side is pinned, the other device memory that the stream's device reaches. Enqueues on `stream` and does not wait; capture-safe. `cpu_may_move`: the
/// caller waits for the stream anyway, and nothing else uses the pinned side until then. Throws Error: errc::device with how far the copy got,
/// errc::invalid_argument (NDLEASE_LINK_COSTS).
void copy_over_link(const backend::CopyJob& job, bool to_device, StreamRef stream, bool cpu_may_move);

}  // namespace ndlease::copying
