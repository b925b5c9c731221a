// SPDX-License-Identifier: Apache-2.0
// What protocols for host memory share: what an imported pointer is, when its owner gets it back, and when memory may be shown to the host.
#pragma once

#include <optional>

#include <ndlease/device.hpp>
#include <ndlease/lease.hpp>
#include <ndlease/view.hpp>

namespace ndlease::detail {

/// The device of an imported pointer: pinned or managed memory where CUDA knows it as such, else the host. `ask` false: the host, unasked.
/// Throws Error{errc::device} for memory that the host cannot reach.
[[nodiscard]] Device imported_host_device(const void* data, bool ask, const char* protocol);

/// The policy for an owner that knows no streams: `wish`, else deferred() for memory that CUDA knows, so that nobody blocks for what streams do with it. For
/// other host memory wait(), which runs the callback at once unless the caller recorded a use: a resize right after the last View is then no surprise.
[[nodiscard]] ReleasePolicy imported_policy(const std::optional<ReleasePolicy>& wish, Device device);

/// Before the host is shown the memory: throws Error{errc::device} where it cannot reach it, Error{errc::not_expressible} for suboffsets unless
/// `indirect`, then waits for pending work.
void ready_for_host(const View& view, const char* protocol, bool indirect = false);

}  // namespace ndlease::detail
