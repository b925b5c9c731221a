// SPDX-License-Identifier: Apache-2.0
// Copies between Views of any two layouts, converting the items where that is asked for.
#pragma once

#include <ndlease/copy_plan.hpp>
#include <ndlease/export.hpp>
#include <ndlease/layout.hpp>
#include <ndlease/memory.hpp>
#include <ndlease/stream.hpp>
#include <ndlease/view.hpp>

namespace ndlease {

/// Copies src to dst, element by element of the same index; src is broadcast to dst's shape by NumPy's rules.
/// Overlap is safe: dst gets what src held before. Formats must be equal, differ in byte order only, or be convertible under
/// options.conversion (records field by field, by name). Returns when the bytes are there; src may be reused at once.
/// Throws Error, before the first byte is written: errc::read_only, errc::bad_layout (shapes; index() is the axis),
/// errc::overlap (elements of dst share memory), errc::not_expressible (no conversion between the formats), errc::lossy,
/// errc::device (memory that the host cannot reach: pass a stream), errc::not_supported (items that hold PyObject references), errc::overflow
/// (more bytes to read and write than fit in 63 bits), errc::out_of_memory (a temporary for overlapping views).
NDLEASE_API void copy(const View& dst, const View& src, const CopyOptions& options = {});

/// The same View where it is contiguous already (Order::any: in either order), else a copy in that order.
[[nodiscard]] NDLEASE_API View contiguous(const View& view, Order order = Order::c, MemoryResource& resource = host_memory(), const CopyOptions& options = {});

/// A new array of these elements as `format`, in `order` (any: C).
[[nodiscard]] NDLEASE_API View convert(const View& view, const Format& format, Conversion conversion = Conversion::cpp, Order order = Order::c,
                                       MemoryResource& resource = host_memory(), const CopyOptions& options = {});

// -- with a stream --

/// The same for any memory, on a stream. Formats, overlap and the checks before the first byte are as above; then, by the memory of each side:
///   device, pinned, managed: read and written in the order of `stream`. Does not wait on the host; the source may be reused in *stream* order.
///   pageable (Device::cpu()): the source may be reused when the call returns, and a destination is complete by then: a copy to it waits on the host.
///     Between two pageable sides `stream` plays no part; between a pageable and a pinned or managed one the CPU copies, after waiting for it.
///   host as stream: everything is done when the call returns; the CPU may then move pinned memory too.
/// Of a source in pinned memory the bytes between its elements may be read as well; what they hold plays no part. Of a destination nothing but its elements
/// is written. So a source's elements lie in one allocation.
/// Orders `stream` (the host, for pageable memory) after the pending work and the uses recorded in both Views' leases, and records this use there.
/// What runs: kernels on the stream's device where it reaches both sides, peers included. Between the host and a device the way that link_costs.hpp makes the
/// shortest (docs/performance-link.md; CopyPlan::describe says which): the copy engine, kernels on pinned memory, both with memory of the device's pool between
/// them, at most LinkCosts::scratch_bytes a copy and none in a capture; for pageable memory pinned slots of ndlease's own as well, at most 3 of 4 MiB a copy.
/// Memory of the pools also for overlapping sides, and between devices without peer access. Sides that another device reaches are copied there, on a stream of
/// ndlease's own that is ordered after and before `stream`. Kernels change byte orders and numbers on the way, where the stream's device reaches both sides:
/// boolean, integers of 8 to 64 bits, float16, bfloat16, float32, float64, complex numbers and sub-arrays of these. Other changes (Conversion::checked where a
/// value can be lost, records, text, numbers of more than 64 bits or less than 8, float8), changes on other routes, and host sides with suboffsets go through
/// host memory and wait on the host when device memory is involved. Capture-safe where the stream's device reaches both sides and nothing goes through host
/// memory; between devices without peer access when both sides are contiguous. Else a stream that is being captured is refused with errc::not_supported, before
/// anything is enqueued. Throws Error as above, and: errc::out_of_memory (temporary or staging memory, before anything is enqueued), errc::device (the runtime
/// refuses; the message says how far a copy in several parts got), errc::not_supported (device memory with suboffsets; no CUDA backend in this build),
/// errc::invalid_argument (what NDLEASE_LINK_COSTS says, before anything is enqueued). Any thread.
NDLEASE_API void copy(const View& dst, const View& src, StreamRef stream, const CopyOptions& options = {});

/// The same View where it is contiguous already (Order::any: in either order), else a copy in that order, in new memory of `resource` (NULL: memory_of the
/// View's device), which goes back in the order of `stream`. Stream order and errors as for copy with a stream.
[[nodiscard]] NDLEASE_API View contiguous(const View& view, Order order, StreamRef stream, MemoryResource* resource = nullptr, const CopyOptions& options = {});

/// These elements in memory of `device`: the same View where it lies there already and has the order asked for (Order::any: whatever it has), else a
/// contiguous copy in memory_of(device). Device::cpu(), cuda(n), cuda_host() and cuda_managed() will do. Stream order and errors as for copy with a stream.
[[nodiscard]] NDLEASE_API View to(const View& view, Device device, StreamRef stream, Order order = Order::any, const CopyOptions& options = {});

/// As convert above, in new memory of `resource` (NULL: memory_of the View's device). Stream order and errors as for copy with a stream.
[[nodiscard]] NDLEASE_API View convert(const View& view, const Format& format, Conversion conversion, Order order, StreamRef stream,
                                       MemoryResource* resource = nullptr, const CopyOptions& options = {});

}  // namespace ndlease
