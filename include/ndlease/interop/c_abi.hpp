// SPDX-License-Identifier: Apache-2.0
// The C structures of ndl_view.h and the C++ values that they stand for, both ways. Any library may be on the other side: one that links this library, a
// copy of it, or none.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <ndlease/ndl_view.h>
#include <ndlease/error.hpp>
#include <ndlease/export.hpp>
#include <ndlease/format.hpp>
#include <ndlease/stream.hpp>
#include <ndlease/view.hpp>

namespace ndlease::c_abi {

/// The most nodes of a format tree that is read, a node counted at each place where it stands: a tree that shares nodes may be small and mean a huge one.
inline constexpr std::int64_t max_format_nodes = 1'000'000;

struct ImportOptions {
    /// Refuse a device tag that the data pointer contradicts, as far as the CUDA runtime knows; see check_device_tag.
    bool check_device = true;
};

/// Takes the share of `view` over: on success it is zeroes, on failure it is as before and still the caller's. All members are read and checked before
/// anything happens; format, shape and strides (bytes) are copied.
/// A view that export_view of this library made comes back on the lease that it was exported from. For any other owner a new lease stands before it:
///   CUDA memory: the owner's `acquire` orders what may use the View (a stream of the import's own waits, not the host). When the lease ends, that stream
///     waits for every use recorded in it, tells the owner by `used_on`, and calls `release`: no host wait.
///   other memory: `acquire` for the host waits here until the memory is ready. `release` is called when every recorded use is over: for pinned and managed
///     memory on a thread of ndlease's, else on the thread that drops the last share.
/// Uses that others record with the owner after the import order the owner's release alone. Borrowed views (ops NULL) are Views without a lease.
/// Throws Error: errc::released (zeroes), errc::invalid_argument, errc::out_of_range (rank, fields), errc::overflow, errc::bad_format, errc::bad_layout,
/// errc::out_of_bounds (outside the allocation), errc::not_supported (another major version, unknown flags or devices, CUDA without a backend),
/// errc::device (the tag, or the runtime refuses), and what the owner's `acquire` reports, with its message.
[[nodiscard]] NDLEASE_API View import_view(ndl_view& view, const ImportOptions& options = {});

/// A share of the View's lease as a C structure; give it back by ndl_view_release, once, on any thread. Its `acquire` and `used_on` are the lease's order_after
/// and used_on. One allocation. Lossless for all that a View can say, but: throws Error{errc::not_expressible} for a field whose name holds a NUL byte, a
/// device without a number, and a unit of time that is none of C's strings.
[[nodiscard]] NDLEASE_API ndl_view export_view(const View& view);

/// The tree is checked and copied. Throws Error: errc::bad_format (kinds, widths, sizes that do not agree, fields outside of their record, repeated names, more
/// than 64 levels, which a circle has), errc::invalid_argument (NULL where something must be), errc::out_of_range (more than max_format_nodes), errc::overflow.
[[nodiscard]] NDLEASE_API Format import_format(const ndl_format& format);

struct FormatDeleter {
    NDLEASE_API void operator()(const ndl_format* format) const noexcept;
};
using OwnedFormat = std::unique_ptr<const ndl_format, FormatDeleter>;
/// The tree as C structures in one block. Throws Error{errc::not_expressible} as export_view does.
[[nodiscard]] NDLEASE_API OwnedFormat export_format(const Format& format);

/// NULL and NDL_CPU are the host; no value where the handle says that no order is wanted (-1).
/// Throws Error: errc::invalid_argument (handle 0 or below -1, a handle of the host's), errc::not_supported (other devices; no CUDA backend).
[[nodiscard]] NDLEASE_API std::optional<StreamRef> import_stream(const ndl_stream* stream);
[[nodiscard]] NDLEASE_API ndl_stream export_stream(StreamRef stream);

/// The enumerator of DLPack's number. Throws Error: errc::not_supported (a type that has no name here), errc::invalid_argument (a negative id).
[[nodiscard]] NDLEASE_API Device import_device(ndl_device device);

}  // namespace ndlease::c_abi
