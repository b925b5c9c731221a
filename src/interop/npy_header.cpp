// SPDX-License-Identifier: Apache-2.0
// The header of .npy files: magic, version, length, and a Python dict literal with descr, fortran_order and shape.
// Format description: NumPy's numpy/lib/format.py (NEP 1).
#include <array>
#include <cstring>
#include <optional>
#include <string>

#include <ndlease/error.hpp>
#include <ndlease/format_codes.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/npy.hpp>

#include "format/descr.hpp"
#include "format/python_literal.hpp"
#include "format/refusal.hpp"
#include "format/utf8.hpp"

namespace ndlease::npy {
namespace {

using detail::PythonLiteral;
using Type = PythonLiteral::Type;

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t data_alignment = 64;
constexpr std::int64_t max_header_bytes = detail::max_literal_bytes;

[[noreturn]] void fail(std::int64_t position, const std::string& why) {
    throw Error(errc::bad_file, ".npy header, byte " + std::to_string(position) + ": " + why, position);
}

struct Preamble {
    int major = 0;
    int minor = 0;
    std::size_t literal_at = 0;
    std::size_t literal_bytes = 0;
};

Preamble read_preamble(std::string_view file) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(file[i])); };
    for (std::size_t i = 0; i < magic.size(); ++i) {
        if (i == file.size() || file[i] != magic[i]) fail(static_cast<std::int64_t>(i), "this is no .npy file: it does not start with \\x93NUMPY");
    }
    if (file.size() < 8) fail(static_cast<std::int64_t>(file.size()), "the file ends before its version");
    Preamble preamble;
    preamble.major = static_cast<int>(byte(6));
    preamble.minor = static_cast<int>(byte(7));
    if (preamble.major < 1 || preamble.major > 3 || preamble.minor != 0) {
        fail(6, "unknown version " + std::to_string(preamble.major) + '.' + std::to_string(preamble.minor) + "; known are 1.0, 2.0 and 3.0");
    }
    const std::size_t length_bytes = preamble.major == 1 ? 2 : 4;
    preamble.literal_at = 8 + length_bytes;
    if (file.size() < preamble.literal_at) fail(static_cast<std::int64_t>(file.size()), "the file ends before the length of its header");
    for (std::size_t i = 0; i < length_bytes; ++i) preamble.literal_bytes |= static_cast<std::size_t>(byte(8 + i)) << (8 * i);
    if (preamble.literal_bytes > static_cast<std::size_t>(max_header_bytes)) {
        fail(8, "a header of " + std::to_string(preamble.literal_bytes) + " bytes; at most " + std::to_string(max_header_bytes) + " are read");
    }
    if (file.size() - preamble.literal_at < preamble.literal_bytes) {
        fail(8, "a header of " + std::to_string(preamble.literal_bytes) + " bytes, but only " + std::to_string(file.size() - preamble.literal_at) + " follow");
    }
    return preamble;
}

struct Entries {
    const PythonLiteral* descr = nullptr;
    const PythonLiteral* fortran_order = nullptr;
    const PythonLiteral* shape = nullptr;
};

// Errors here and below count bytes in the literal, as the parser of literals does; parse_header turns them into the file's.
[[noreturn]] void fail_at(const PythonLiteral& at, const std::string& why) { throw Error(errc::bad_format, why, at.position); }

Entries read_entries(const PythonLiteral& dict) {
    if (!dict.is(Type::dict)) fail_at(dict, std::string("a dict was expected, not ") + to_string(dict.type));
    Entries entries;
    for (std::size_t i = 0; i < dict.items.size(); i += 2) {
        const PythonLiteral& key = dict.items[i];
        if (!key.is(Type::text)) fail_at(key, std::string("a key must be a string, not ") + to_string(key.type));
        const PythonLiteral** const entry = key.text == "descr"           ? &entries.descr
                                            : key.text == "fortran_order" ? &entries.fortran_order
                                            : key.text == "shape"         ? &entries.shape
                                                                          : nullptr;
        if (entry == nullptr) fail_at(key, "unknown key " + detail::python_repr(key.text.substr(0, 80)));
        if (*entry != nullptr) fail_at(key, "the key '" + key.text + "' appears twice");
        *entry = &dict.items[i + 1];
    }
    return entries;
}

const PythonLiteral& required(const PythonLiteral* entry, const PythonLiteral& dict, const char* key) {
    if (entry == nullptr) fail_at(dict, std::string("the key '") + key + "' is missing");
    return *entry;
}

bool read_fortran_order(const PythonLiteral& literal) {
    if (!literal.is(Type::boolean)) fail_at(literal, std::string("fortran_order must be True or False, not ") + to_string(literal.type));
    return literal.boolean;
}

void check_size(const Header& header, const PythonLiteral& shape) {
    std::int64_t bytes = header.format.itemsize();
    for (const std::int64_t extent : header.shape) {
        if (extent == 0) return;
    }
    for (const std::int64_t extent : header.shape) {
        if (!mul_fits(bytes, extent, &bytes)) fail_at(shape, "items of shape " + to_string(header.shape) + " do not fit in 63 bits of bytes");
    }
}

/// What NumPy's own reader cannot make a dtype of, though descr can say it.
void check_expressible(const Format& format) {
    const Kind kind = format.kind();
    if (kind == Kind::bit_field || kind == Kind::py_object) detail::refuse(format, ".npy");
    if (format.is_subarray()) check_expressible(format.element());
    for (const Field& field : format.fields()) {
        if (field.name().empty()) detail::refuse(format, ".npy", "the field at byte " + std::to_string(field.offset()) + " has no name");
        check_expressible(field.format());
    }
}

std::optional<std::string> to_latin1(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const detail::CodePoint point = detail::decode_utf8(text);
        if (point.bytes == 0 || point.value > 0xff) return std::nullopt;
        out += static_cast<char>(static_cast<unsigned char>(point.value));
        text.remove_prefix(static_cast<std::size_t>(point.bytes));
    }
    return out;
}

std::string frame(int major, const std::string& literal) {
    const std::size_t length_bytes = major == 1 ? 2 : 4;
    const std::size_t unpadded = magic.size() + 2 + length_bytes + literal.size() + 1;
    const std::size_t padding = data_alignment - unpadded % data_alignment;  // NumPy pads by 64 rather than by 0, and so do we
    const std::size_t length = literal.size() + padding + 1;
    std::string out(magic);
    out += static_cast<char>(major);
    out += '\0';
    for (std::size_t i = 0; i < length_bytes; ++i) out += static_cast<char>(static_cast<unsigned char>(length >> (8 * i) & 0xffU));
    return out + literal + std::string(padding, ' ') + '\n';
}

}  // namespace

Header parse_header(std::span<const std::byte> file) {
    const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
    const Preamble preamble = read_preamble(text);
    Header header;
    header.major = preamble.major;
    header.minor = preamble.minor;
    header.data_offset = static_cast<std::int64_t>(preamble.literal_at + preamble.literal_bytes);
    try {
        const bool old = preamble.major < 3;
        const PythonLiteral dict =
            detail::parse_python_literal(text.substr(preamble.literal_at, preamble.literal_bytes), {.latin1 = old, .python2_longs = old});
        const Entries entries = read_entries(dict);
        const PythonLiteral& descr = required(entries.descr, dict, "descr");
        const PythonLiteral& fortran_order = required(entries.fortran_order, dict, "fortran_order");
        const PythonLiteral& shape = required(entries.shape, dict, "shape");
        header.fortran_order = read_fortran_order(fortran_order);
        header.shape = detail::extents_from(shape);
        header.format = detail::format_from_descr(descr);
        check_size(header, shape);
        if (header.format.has_addresses()) {
            throw Error(errc::not_supported, ".npy header: arrays of Python objects are pickles, which are never read", descr.position);
        }
    } catch (const Error& error) {
        const std::int64_t position = static_cast<std::int64_t>(preamble.literal_at) + std::max<std::int64_t>(error.index(), 0);
        if (error.code() == errc::not_supported) throw Error(errc::not_supported, error.what(), position);
        const std::string why = error.what();
        const std::string in_literal = "byte " + std::to_string(error.index()) + ": ";
        fail(position, why.compare(0, in_literal.size(), in_literal) == 0 ? why.substr(in_literal.size()) : why);
    }
    // A promise that the place of the data cannot hold is not made.
    header.format = detail::limit_alignment(header.format, detail::power_of_two_in(header.data_offset));
    return header;
}

std::string make_header(const Format& format, std::span<const std::int64_t> shape, bool fortran_order) {
    Dims extents(shape);
    if (format.is_subarray()) {
        if (fortran_order) detail::refuse(format, ".npy in Fortran order", "its own dimensions are in C order");
        for (const std::int64_t extent : format.shape()) extents.push_back(extent);
    }
    const Format& item = format.element();
    check_expressible(item);
    std::string literal =
        "{'descr': " + print_descr(item) + ", 'fortran_order': " + (fortran_order ? "True" : "False") + ", 'shape': " + detail::python_tuple(extents) + ", }";
    // Room for the growing extent to be rewritten in place, as NumPy leaves it: 21 digits.
    if (!extents.empty()) {
        const std::size_t digits = std::to_string(extents[fortran_order ? extents.size() - 1 : 0]).size();
        if (digits < 21) literal.append(21 - digits, ' ');
    }
    const std::optional<std::string> latin1 = to_latin1(literal);
    constexpr std::size_t longest_version_1 = 65535 - data_alignment - 1;
    std::string header = latin1 ? frame(latin1->size() <= longest_version_1 ? 1 : 2, *latin1) : frame(3, literal);
    if (header.size() > static_cast<std::size_t>(max_header_bytes)) {
        throw Error(errc::not_expressible,
                    ".npy: a header of " + std::to_string(header.size()) + " bytes; at most " + std::to_string(max_header_bytes) + " are supported");
    }
    return header;
}

}  // namespace ndlease::npy
