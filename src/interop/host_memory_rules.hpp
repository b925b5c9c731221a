// SPDX-License-Identifier: Apache-2.0
// What protocols for host memory share: what an imported pointer is, and when memory may be shown to the host.
#pragma once

#include <ndlease/device.hpp>
#include <ndlease/view.hpp>

namespace ndlease::detail {

/// The device of an imported pointer: pinned or managed memory where CUDA knows it as such, else the host. `ask` false: the host, unasked.
/// Throws Error{errc::device} for memory that the host cannot reach.
[[nodiscard]] Device imported_host_device(const void* data, bool ask, const char* protocol);

/// Before the host is shown the memory: throws Error{errc::device} where it cannot reach it, Error{errc::not_expressible} for suboffsets unless
/// `indirect`, then waits for pending work.
void ready_for_host(const View& view, const char* protocol, bool indirect = false);

}  // namespace ndlease::detail
