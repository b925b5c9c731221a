// SPDX-License-Identifier: Apache-2.0
// Puts the planning steps together: from matched axes to a task that a backend can run.
#pragma once

#include <cstdint>

#include "copy/axes.hpp"

#include <ndlease/copy_plan.hpp>

namespace ndlease::copying {

/// What the axes leave open.
struct Items {
    std::int64_t dst_itemsize;
    std::int64_t src_itemsize;
    bool converting;  ///< bytes may not simply be copied
    Dims dst_suboffsets = {};
    Dims src_suboffsets = {};
};

/// Simplifies and classifies. `axes` is used up: it holds the simplified axes afterwards.
[[nodiscard]] detail::CopyTask build_task(AxisList* axes, const Items& items);
/// The same into a task that was just made, which is several moves of Dims cheaper.
void build_task(AxisList* axes, const Items& items, detail::CopyTask* task);

}  // namespace ndlease::copying
