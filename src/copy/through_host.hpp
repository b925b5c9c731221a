// SPDX-License-Identifier: Apache-2.0
// Copies with device memory that convert items as devices do not, or whose host side has suboffsets: the CPU does that, on host memory.
#pragma once

#include <memory>

#include <ndlease/copy_plan.hpp>
#include <ndlease/stream.hpp>
#include <ndlease/view.hpp>

namespace ndlease::copying {

/// Null where the host reaches both sides and no stream has to be waited for.
[[nodiscard]] std::shared_ptr<const detail::ThroughHost> make_through_host(const View& dst, const View& src, const CopyOptions& options);

/// Waits on the host; the destination is complete when it returns, or in the order of `stream` where it is device memory.
/// Throws Error: errc::not_supported (the stream is being captured), errc::lossy and errc::out_of_memory before the first byte, errc::device.
void run_through_host(const detail::ThroughHost& how, void* dst, const void* src, StreamRef stream);

}  // namespace ndlease::copying
