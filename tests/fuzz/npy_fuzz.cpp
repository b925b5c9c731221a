// SPDX-License-Identifier: Apache-2.0
// The bytes of a file through the .npy header reader, and as text through typestr, descr and Arrow. What is accepted must print, and
// read back to the same.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include <ndlease/error.hpp>
#include <ndlease/format_codes.hpp>
#include <ndlease/interop/npy.hpp>

namespace {

using ndlease::errc;
using ndlease::Error;
using ndlease::Format;

[[noreturn]] void fail(const char* what, const std::string& text) {
    std::fprintf(stderr, "%s: %s\n", what, text.c_str());
    std::abort();
}

/// `read` may refuse the input; after that `print` may refuse the format, and nothing else may happen.
template <class Read, class Print>
void round_trip(Read read, Print print, std::string_view text) {
    Format format;
    try {
        format = read(text);
    } catch (const Error& error) {
        if (error.index() > static_cast<std::int64_t>(text.size())) fail("an error behind the end", error.what());
        return;
    }
    std::string printed;
    try {
        printed = print(format);
    } catch (const Error& error) {
        if (error.code() != errc::not_expressible) fail("printing failed", error.what());
        return;
    }
    if (!(read(printed) == format)) fail("reads back differently", printed);
}

void read_header(std::span<const std::byte> file) {
    ndlease::npy::Header header;
    try {
        header = ndlease::npy::parse_header(file);
    } catch (const Error& error) {
        if (error.code() != errc::bad_file && error.code() != errc::not_supported) fail("an error of the wrong kind", error.what());
        if (error.index() < 0 || error.index() > static_cast<std::int64_t>(file.size())) fail("an error at no byte of the file", error.what());
        return;
    }
    if (header.data_offset > static_cast<std::int64_t>(file.size())) fail("data behind the end", std::to_string(header.data_offset));
    std::string written;
    try {
        written = ndlease::npy::make_header(header.format.element(), header.shape.span(), header.fortran_order);
    } catch (const Error& error) {
        if (error.code() != errc::not_expressible) fail("writing failed", error.what());
        return;
    }
    const ndlease::npy::Header again = ndlease::npy::parse_header(std::as_bytes(std::span(written.data(), written.size())));
    if (!(again.format == header.format.element()) || again.shape != header.shape || again.fortran_order != header.fortran_order) {
        fail("reads back differently", written);
    }
    if (again.data_offset % 64 != 0 || again.data_offset != static_cast<std::int64_t>(written.size())) fail("badly padded", written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    read_header(std::as_bytes(std::span(data, size)));
    if (size < 65'536) {  // and as the literal of a header
        for (const char version : {'\1', '\3'}) {
            std::string file = {'\x93', 'N', 'U', 'M', 'P', 'Y', version, '\0', static_cast<char>(size & 0xffU), static_cast<char>(size >> 8U)};
            if (version == '\3') file.append(2, '\0');
            file += text;
            read_header(std::as_bytes(std::span(file.data(), file.size())));
        }
    }
    round_trip(ndlease::parse_typestr, ndlease::print_typestr, text);
    round_trip(ndlease::parse_descr, ndlease::print_descr, text);
    round_trip(ndlease::parse_arrow_format, ndlease::print_arrow_format, text);
    return 0;
}
