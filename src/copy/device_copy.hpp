// SPDX-License-Identifier: Apache-2.0
// Runs one planned copy on a stream, by its route.
#pragma once

#include <cstddef>

#include "backend/copy_job.hpp"

#include <ndlease/device.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::copying {

struct ItemConversion;

/// A job without suboffsets, and where its sides lie.
struct DeviceJob {
    const backend::CopyJob& job;
    Device dst, src;
    bool overlaps = false;                       ///< the sides share bytes, or may: the source is read first
    const ItemConversion* conversion = nullptr;  ///< of a task that converts; then the route is DeviceRoute::kernels
};

/// The contract of ndlease::copy with a stream. The route is neither DeviceRoute::host nor host_after.
/// Throws Error, before anything is enqueued: errc::not_supported (a route that cannot be captured, while the stream is), errc::out_of_memory; and
/// errc::device.
void run_device_copy(const DeviceJob& job, StreamRef stream);

/// After a failure: waits on the host for `stream`, and tells nobody when that fails as well.
void wait_quietly(StreamRef stream) noexcept;

/// Throws Error{errc::not_supported} that says `what` cannot be part of a graph while `stream` is being captured.
void refuse_capture(StreamRef stream, const char* what);

}  // namespace ndlease::copying
