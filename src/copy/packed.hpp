// SPDX-License-Identifier: Apache-2.0
// A copy in two halves, with memory between them that holds each different byte of the source once and without gaps.
#pragma once

#include <cstdint>

#include "copy/axes.hpp"

#include <ndlease/copy_plan.hpp>

namespace ndlease::copying {

/// What both halves move whole at each position, and what the second makes of it.
struct Unit {
    std::int64_t bytes;         ///< of the packed memory and the source
    std::int64_t dst_itemsize;  ///< bytes, or of the destination's items when they are converted
    bool converting = false;    ///< by the second half
    const Dims* dst_suboffsets = nullptr;
    const Dims* src_suboffsets = nullptr;
};

struct PackedHalves {
    detail::CopyTask away;   ///< source to packed memory
    detail::CopyTask back;   ///< packed memory to destination
    std::int64_t bytes = 0;  ///< of the packed memory
};

/// `axes` are a task's, or a part of them. Throws Error{errc::overflow}.
[[nodiscard]] PackedHalves split_by_packed(const AxisList& axes, const Unit& unit);

/// The same for a whole task.
[[nodiscard]] PackedHalves split_by_packed(const detail::CopyTask& task);

[[nodiscard]] AxisList axes_of(const detail::CopyTask& task) noexcept;

}  // namespace ndlease::copying
