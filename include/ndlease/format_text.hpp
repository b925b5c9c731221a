// SPDX-License-Identifier: Apache-2.0
// PEP 3118 format strings: parse every form that peers write, print only what they all read alike.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <ndlease/abi.hpp>
#include <ndlease/export.hpp>
#include <ndlease/format.hpp>

namespace ndlease {

struct ParseOptions {
    /// What native sizes and alignments mean.
    const Abi* abi = &Abi::host();
    /// The itemsize that the exporter states, in bytes; when given, the string is read by the one rule whose size fits
    /// (natural padding, no tail, no implicit padding), and refused when none fits, when two that fit differ, and when padding that
    /// NumPy leaves out of its strings may belong into repeated records.
    std::optional<std::int64_t> itemsize;
};

/// Reads a PEP 3118 format string. Linear in its length; nesting up to max_format_depth.
/// With no stated itemsize the padding is the C compiler's under '@': before each item, and at the end of records and of the string.
/// One unnamed item is that item; several items, a named one, or an item with padding around it are a record.
/// Throws Error{errc::bad_format} whose index() is the byte position and whose message says what was expected there, and
/// Error{errc::overflow} for sizes above 63 bits.
[[nodiscard]] NDLEASE_API Format parse_format(std::string_view text, const ParseOptions& options = {});

/// Prints a string with every byte order, offset and pad spelled out, which NumPy, Cython and parse_format read to the same
/// offsets. Two things need more than the string: bit fields the itemsize, and a whole item of opaque bytes ("5x") comes back as a
/// record without fields. Throws Error{errc::not_expressible} naming the kind when PEP 3118 has no code for it (bfloat16, datetime, overlapping
/// fields, ...).
[[nodiscard]] NDLEASE_API std::string print_format(const Format& format);

}  // namespace ndlease
