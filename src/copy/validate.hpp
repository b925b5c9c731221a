// SPDX-License-Identifier: Apache-2.0
// First step of planning: refuses what cannot be copied, and matches the shapes of both sides.
#pragma once

#include "copy/axes.hpp"

#include <ndlease/layout.hpp>
#include <ndlease/view.hpp>

namespace ndlease::copying {

/// Throws Error: errc::read_only, errc::device (a side on a device that there is no backend for), errc::not_supported (items that hold references, device
/// memory with suboffsets).
void check_access(const View& dst, const View& src);

/// Throws Error{errc::device} for a side that the host cannot reach.
void check_host_reach(Device dst, Device src);

/// The axes of dst, with src broadcast to them by NumPy's rules: axes are matched from the last, missing ones and extents of 1
/// repeat. Leading axes that dst lacks must have extent 1, and come first in the list. Throws Error{errc::bad_layout}; index() is the axis of dst, or -1.
void match_axes(const Layout& dst, const Layout& src, AxisList* axes);

/// The suboffsets of `layout` for `rank` matched axes, at least as many as it has; empty when no axis is indirect.
[[nodiscard]] Dims match_suboffsets(const Layout& layout, int rank);

}  // namespace ndlease::copying
