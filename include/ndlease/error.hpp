// SPDX-License-Identifier: Apache-2.0
// The one error type of ndlease: a code, a message that names the thing, the value and the limit, and an index.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include <ndlease/export.hpp>

namespace ndlease {

enum class errc : int {
    ok = 0,            ///< no error
    invalid_argument,  ///< an argument makes no sense by itself: NULL data with a size, a step of 0
    out_of_range,      ///< an index, axis, field or number lies outside its limit
    overflow,          ///< a size or an offset does not fit in 63 bits
    bad_format,        ///< a format string or description cannot be read; index() is the byte position
    bad_layout,        ///< shape or strides are wrong, or the wish cannot be had without a copy
    out_of_bounds,     ///< a view would reach outside the memory that its owner stated
    read_only,         ///< a write was asked of a read-only view
    not_expressible,   ///< the target protocol or type has no way to say this
    lossy,             ///< a checked conversion would change a value
    overlap,           ///< elements of a destination share memory
    released,          ///< the lease was given back before
    busy,              ///< the memory is lent and may not be moved or resized
    out_of_memory,     ///< an allocation failed
    io,                ///< the operating system refused; the message has its reason
    bad_file,          ///< a file's content is malformed; index() is the byte position where known
    device,            ///< a device call failed, or memory is not reachable from where it is needed
    not_supported,     ///< a valid wish that this build or machine cannot serve
};

/// The enumerator's name, e.g. "out_of_bounds"; "unknown" for a number that is none.
[[nodiscard]] NDLEASE_API const char* to_string(errc code) noexcept;

/// Thrown by every function of ndlease that can fail. The text is for people and may change; the code and the index may not.
/// Beside it, std::bad_alloc can come from the small allocations inside (names, messages, ranks above 8) when memory runs out.
class NDLEASE_API Error : public std::runtime_error {
public:
    /// `index`: the position the message speaks of (a byte of a string or file, an axis, an element); -1 when there is none.
    Error(errc code, const std::string& message, std::int64_t index = -1);
    ~Error() override;
    Error(const Error&) noexcept = default;
    Error& operator=(const Error&) noexcept = default;

    [[nodiscard]] errc code() const noexcept { return code_; }
    [[nodiscard]] std::int64_t index() const noexcept { return index_; }

private:
    errc code_;
    std::int64_t index_;
};

}  // namespace ndlease
