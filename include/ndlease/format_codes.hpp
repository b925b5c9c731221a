// SPDX-License-Identifier: Apache-2.0
// The item codes of other protocols: NumPy's typestr and descr, DLPack's DLDataType, Arrow's format strings, cudaDataType.
// A kind that the target cannot say is refused with Error{errc::not_expressible} that names the kind and the target.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <ndlease/export.hpp>
#include <ndlease/format.hpp>

namespace ndlease {

// -- NumPy --

/// "<f4", "|S3", ">M8[ns]", "|V12" and "=i8"; a typestr of kind t counts bits. Throws Error{errc::bad_format}.
[[nodiscard]] NDLEASE_API Format parse_typestr(std::string_view text);
/// A record prints as "|Vn" (its descr has the fields); so does opaque.
[[nodiscard]] NDLEASE_API std::string print_typestr(const Format& format);

/// The text of NumPy's descr: a quoted typestr, or a list of (name | (title, name), typestr | nested list [, shape]) tuples.
/// It is read as a literal and never evaluated. Unnamed |Vn entries are gaps; titles are dropped.
[[nodiscard]] NDLEASE_API Format parse_descr(std::string_view literal);
/// As NumPy's dtype.descr prints, gaps as ('', '|Vn'); a scalar prints as its quoted typestr. Overlapping fields are refused.
[[nodiscard]] NDLEASE_API std::string print_descr(const Format& format);

// -- DLPack --

/// DLDataType's three numbers; complex bits count the pair, bool has 8.
struct DlpackType {
    std::uint8_t code;
    std::uint8_t bits;
    std::uint16_t lanes;
    friend constexpr bool operator==(DlpackType, DlpackType) noexcept = default;
};
/// lanes > 1 is a sub-array of that many. Unknown codes, widths and 0 lanes are refused with errc::bad_format.
[[nodiscard]] NDLEASE_API Format from_dlpack_type(DlpackType type);
/// Only native byte order; a one-dimensional sub-array becomes lanes.
[[nodiscard]] NDLEASE_API DlpackType to_dlpack_type(const Format& format);

// -- Arrow --

/// A primitive, fixed-width Arrow format: "c C s S i I l L e f g", "b" (bits), "w:N", "tsn:", "tDn", .... Variable-length and nested types are refused.
[[nodiscard]] NDLEASE_API Format parse_arrow_format(std::string_view text);
[[nodiscard]] NDLEASE_API std::string print_arrow_format(const Format& format);

// -- CUDA --

/// cudaDataType_t by its number (CUDA 13.0's library_types.h).
[[nodiscard]] NDLEASE_API Format from_cuda_data_type(int number);
[[nodiscard]] NDLEASE_API int to_cuda_data_type(const Format& format);

}  // namespace ndlease
