// SPDX-License-Identifier: Apache-2.0
// The part of PEP 3118 that needs no Python: which request for a buffer gets which answer, and what the fields of a buffer mean. py_buffer.hpp puts it
// to work on Py_buffer. Source: PEP 3118 and CPython's Doc/c-api/buffer.rst; where they are silent, what memoryview does.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <ndlease/export.hpp>
#include <ndlease/lease.hpp>
#include <ndlease/view.hpp>

namespace ndlease::py_buffer {

/// What a consumer asks for: the values of Python's PyBUF_*. Some hold others, so a flag F is asked for when (flags & F) == F.
enum Request : int {
    simple = 0,
    writable = 0x1,
    with_format = 0x4,
    with_shape = 0x8,  // PyBUF_ND
    with_strides = 0x10 | with_shape,
    c_contiguous = 0x20 | with_strides,
    f_contiguous = 0x40 | with_strides,
    any_contiguous = 0x80 | with_strides,
    indirect = 0x100 | with_strides,
    full_read_only = indirect | with_format,
    full = full_read_only | writable,
};

/// The fields of a Py_buffer but for its owner: bytes, and arrays of ndim numbers that belong to whoever filled it.
struct BufferFields {
    void* buf = nullptr;                        ///< element (0,...,0)
    std::intptr_t len = 0;                      ///< bytes of all elements
    std::intptr_t itemsize = 1;                 ///< bytes
    bool readonly = true;                       ///< may not be written
    int ndim = 1;                               ///< dimensions
    const char* format = nullptr;               ///< NULL: "B"
    const std::intptr_t* shape = nullptr;       ///< elements; NULL: one dimension of len bytes
    const std::intptr_t* strides = nullptr;     ///< bytes; NULL: C order
    const std::intptr_t* suboffsets = nullptr;  ///< NULL: no dimension is indirect
};

/// A View that is shown as a buffer: it keeps a share of the lease, the text of the format and the arrays that the fields point to.
class NDLEASE_API BufferExport {
public:
    /// Throws Error{errc::device} for memory that the host cannot reach.
    explicit BufferExport(View view);
    BufferExport(BufferExport&& other) noexcept;
    BufferExport& operator=(BufferExport&& other) = delete;
    ~BufferExport();

    /// Waits on the host for pending work on the memory. Call it before a consumer gets the fields. Throws Error{errc::device}.
    void wait_until_ready() const;
    /// The answer to a request; what it points to lives as long as this object. Strides of dimensions with extent 1 and of empty buffers do not count for
    /// contiguity. format is asked for only with a shape; a format that PEP 3118 cannot say is a reason to refuse only where it is asked for.
    /// Throws Error: errc::read_only (writable), errc::bad_layout (a contiguity that it does not have, C order where no strides are asked for, suboffsets
    /// that are not asked for), errc::invalid_argument (a format without a shape; PyBUF_READ or PyBUF_WRITE, which are no requests),
    /// errc::not_expressible (the format).
    [[nodiscard]] BufferFields answer(int flags) const;
    [[nodiscard]] const View& view() const noexcept;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// The format's text in a buffer at this place: the plain code of one native, aligned number ("d"), which memoryview and others know alone; else
/// print_format's. Throws Error{errc::not_expressible}.
[[nodiscard]] NDLEASE_API std::string buffer_format(const View& view);

struct FieldsImportOptions {
    /// When `release` runs; nothing: by deferred() for pinned and managed memory, which streams use, else by wait(), which then has nothing to wait for unless
    /// a use was recorded.
    std::optional<ReleasePolicy> policy = {};
    /// Asks the CUDA runtime what the pointer is: device memory is refused, pinned and managed memory is tagged as such. Else it is host memory.
    bool check_device = true;
};

/// A View on the memory of a buffer. The arrays and the format are read during the call alone; the memory is used until `release` has run, exactly once. On
/// failure nothing is taken. Missing strides mean C order, a missing shape one dimension of items, or of bytes where the format is missing too. The
/// format must have the stated itemsize (format_text.hpp says how a text is read); it promises no more alignment than the address has.
/// Throws Error: errc::out_of_range (ndim), errc::bad_format (the format, or its itemsize), errc::bad_layout (a negative extent, len that is not the
/// elements' bytes), errc::invalid_argument (NULL), errc::overflow, errc::out_of_bounds, errc::device (memory that the host cannot reach).
[[nodiscard]] NDLEASE_API View import_fields(const BufferFields& fields, ReleaseCallback release = {}, const FieldsImportOptions& options = {});

/// Imported buffers that were not given back, since their interpreter was gone or ending.
[[nodiscard]] NDLEASE_API std::int64_t lost_buffers() noexcept;

}  // namespace ndlease::py_buffer

namespace ndlease::detail {
NDLEASE_API void count_lost_buffer() noexcept;
}
