// SPDX-License-Identifier: Apache-2.0
// NumPy's .npy files, versions 1 to 3: read by mapping as an exporter, written whole or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include <ndlease/export.hpp>
#include <ndlease/format.hpp>
#include <ndlease/layout.hpp>
#include <ndlease/view.hpp>

namespace ndlease::npy {

struct Header {
    int major = 1;
    int minor = 0;
    Format format;
    bool fortran_order = false;
    Dims shape;
    std::int64_t data_offset = 0;  ///< bytes from the start of the file to element (0,...,0)
};

/// Reads the header at the start of a file's bytes; the bytes behind it are not looked at.
/// Throws Error{errc::bad_file} with the byte position: bad magic, unknown version, truncated or huge header (limit 1 MiB), anything
/// but the literal of a dict with descr, fortran_order and shape; Error{errc::not_supported} for object arrays.
[[nodiscard]] NDLEASE_API Header parse_header(std::span<const std::byte> file);

/// The header bytes of a file that holds `format` items of `shape`, padded so that the data starts at a multiple of 64: those that
/// NumPy writes. The version is the lowest that can say it: 1.0, 2.0 when it is long, 3.0 for names outside Latin-1. A sub-array format
/// joins the shape, in C order only. Throws Error{errc::not_expressible} for what NumPy has no dtype for: kinds that typestr or
/// descr cannot say, addresses, bit fields, unnamed fields.
[[nodiscard]] NDLEASE_API std::string make_header(const Format& format, std::span<const std::int64_t> shape, bool fortran_order);

/// Maps the file and lends its items, read-only; the file is unmapped when the last View goes. Bytes behind the items are left alone, a
/// sub-array dtype becomes axes, and the format promises no alignment that the items do not have.
/// Throws what parse_header and map_file throw, and Error{errc::bad_file} when the file is shorter than its header says.
[[nodiscard]] NDLEASE_API View open(const std::filesystem::path& path);

/// Writes the View as .npy: Fortran order when it is contiguous only that way, else C order. The file appears under its name when it is
/// complete (a temporary file beside it, renamed), so that a failure leaves what was there before. Symbolic links are followed and the
/// permissions of a file that is replaced are kept. A strided or indirect View needs no memory for a copy.
/// Throws Error{errc::io} with the path and the system's reason, also where the path is no regular file; before any file is made:
/// Error{errc::not_expressible} as make_header does, and Error{errc::device} for memory that the host cannot reach.
NDLEASE_API void write(const std::filesystem::path& path, const View& view);

}  // namespace ndlease::npy
