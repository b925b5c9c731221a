// SPDX-License-Identifier: Apache-2.0
// Copies between Views of any two layouts, converting the items where that is asked for.
#pragma once

#include <ndlease/copy_plan.hpp>
#include <ndlease/export.hpp>
#include <ndlease/layout.hpp>
#include <ndlease/memory.hpp>
#include <ndlease/view.hpp>

namespace ndlease {

/// Copies src to dst, element by element of the same index; src is broadcast to dst's shape by NumPy's rules.
/// Overlap is safe: dst gets what src held before. Formats must be equal, differ in byte order only, or be convertible under
/// options.conversion (records field by field, by name). Returns when the bytes are there; src may be reused at once.
/// Throws Error, before the first byte is written: errc::read_only, errc::bad_layout (shapes; index() is the axis),
/// errc::overlap (elements of dst share memory), errc::not_expressible (no conversion between the formats), errc::lossy,
/// errc::device (memory that the host cannot reach), errc::not_supported (items that hold PyObject references), errc::overflow
/// (more bytes to read and write than fit in 63 bits), errc::out_of_memory (a temporary for overlapping views).
NDLEASE_API void copy(const View& dst, const View& src, const CopyOptions& options = {});

/// The same View where it is contiguous already (Order::any: in either order), else a copy in that order.
[[nodiscard]] NDLEASE_API View contiguous(const View& view, Order order = Order::c, MemoryResource& resource = host_memory(), const CopyOptions& options = {});

/// A new array of these elements as `format`, in `order` (any: C).
[[nodiscard]] NDLEASE_API View convert(const View& view, const Format& format, Conversion conversion = Conversion::cpp, Order order = Order::c,
                                       MemoryResource& resource = host_memory(), const CopyOptions& options = {});

}  // namespace ndlease
