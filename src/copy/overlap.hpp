// SPDX-License-Identifier: Apache-2.0
// Planning questions about shared bytes: quick answers for ordinary layouts, the Layout's exact search for the rest.
#pragma once

#include <cstdint>

#include "copy/axes.hpp"

#include <ndlease/copy_plan.hpp>
#include <ndlease/layout.hpp>

namespace ndlease::copying {

/// [lower, upper)
struct ByteRange {
    std::uintptr_t lower, upper;
};

/// The bytes from the lowest to the highest that the elements touch, each of `run_bytes`; false when that leaves the address space. No extent is 0.
[[nodiscard]] bool byte_range(const Dims& shape, const Dims& strides, std::int64_t run_bytes, std::uintptr_t address, ByteRange* range) noexcept;

/// Whether two elements of the destination share memory. `axes` is simplified, `run_bytes` its contiguous run.
[[nodiscard]] Overlap destination_overlap(const AxisList& axes, std::int64_t run_bytes, std::int64_t max_work);

/// Whether the two sides of `task` share memory when its first elements lie at these addresses (its offsets included).
[[nodiscard]] Overlap sides_overlap(const detail::CopyTask& task, std::uintptr_t dst, std::uintptr_t src, std::int64_t max_work);

/// Whether every element of the destination is its own source at these addresses.
[[nodiscard]] bool is_same(const detail::CopyTask& task, std::uintptr_t dst, std::uintptr_t src) noexcept;

}  // namespace ndlease::copying
