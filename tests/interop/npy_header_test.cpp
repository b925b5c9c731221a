// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <string>
#include <vector>

#include <ndlease/format_codes.hpp>
#include <ndlease/interop/npy.hpp>

#include "format/expect_error.hpp"

namespace {

using namespace std::string_literals;
using ndlease::Dims;
using ndlease::errc;
using ndlease::FieldSpec;
using ndlease::Format;
using ndlease::Kind;
using ndlease::npy::Header;
using ndlease::npy::make_header;

Header parse(const std::string& file) { return ndlease::npy::parse_header(std::as_bytes(std::span(file.data(), file.size()))); }

/// A version 1.0 file up to its data, the literal unpadded: it starts at byte 10.
std::string file_with(const std::string& literal, int major = 1) {
    std::string file = "\x93NUMPY"s + static_cast<char>(major) + '\0';
    for (int i = 0; i < (major == 1 ? 2 : 4); ++i) file += static_cast<char>(literal.size() >> (8 * i) & 0xffU);
    return file + literal;
}

const Format f8 = Format::number(Kind::floating, 64, ndlease::ByteOrder::little);

TEST(NpyHeader, is_numpys_byte_for_byte) {
    // np.save of NumPy 1.24.
    const auto padded = [](std::string literal, std::size_t data_offset) {
        literal.append(data_offset - 11 - literal.size(), ' ');
        return "\x93NUMPY\x01\0"s + static_cast<char>(data_offset - 10) + '\0' + literal + '\n';
    };
    EXPECT_EQ(make_header(f8, Dims{2, 3}.span(), false), padded("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }", 128));
    EXPECT_EQ(make_header(f8, Dims{2, 3}.span(), true), padded("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }", 128));
    EXPECT_EQ(make_header(f8, Dims{}.span(), false), padded("{'descr': '<f8', 'fortran_order': False, 'shape': (), }", 128));
    EXPECT_EQ(make_header(f8, Dims{0}.span(), false), padded("{'descr': '<f8', 'fortran_order': False, 'shape': (0,), }", 128));
    const Format record = ndlease::parse_descr("[('\xc3\xa9', '<i4')]");
    EXPECT_EQ(make_header(record, Dims{2, 2}.span(), false), padded("{'descr': [('\xe9', '<i4')], 'fortran_order': False, 'shape': (2, 2), }", 128));
    const std::string version3 = make_header(ndlease::parse_descr("[('\xe4\xb8\xad', '<i4')]"), Dims{2, 2}.span(), false);
    EXPECT_EQ(version3.substr(0, 64), "\x93NUMPY\x03\0t\0\0\0{'descr': [('\xe4\xb8\xad', '<i4')], 'fortran_order': False, "s);
    EXPECT_EQ(version3.size(), 128U);
}

TEST(NpyHeader, long_headers_need_version_2) {
    const Format record = Format::record(std::vector<FieldSpec>{{std::string(70'000, 'a'), f8}});
    const std::string file = make_header(record, Dims{3}.span(), false);
    EXPECT_EQ(file[6], 2);
    const Header header = parse(file);
    EXPECT_EQ(header.major, 2);
    EXPECT_EQ(header.format, record);
    EXPECT_EQ(header.data_offset, static_cast<std::int64_t>(file.size()));
    EXPECT_EQ(header.data_offset % 64, 0);
    // On both sides of the longest header of version 1.0.
    for (std::size_t length = 65'380; length < 65'520; length += 3) {
        const std::string near = make_header(Format::record(std::vector<FieldSpec>{{std::string(length, 'a'), f8}}), Dims{3}.span(), false);
        ASSERT_EQ(near.size() % 64, 0U);
        ASSERT_EQ(parse(near).data_offset, static_cast<std::int64_t>(near.size()));
    }
}

TEST(NpyHeader, subarrays_join_the_shape) {
    const Format pair = Format::subarray(f8, Dims{2}.span());
    EXPECT_EQ(make_header(pair, Dims{3}.span(), false), make_header(f8, Dims{3, 2}.span(), false));
    expect_error(errc::not_expressible, "subarray: .npy in Fortran order", [&] { (void)make_header(pair, Dims{3}.span(), true); });
}

TEST(NpyHeader, keys_in_any_order_and_old_spellings) {
    const Header header = parse(file_with("{'shape': (3L, 4L), \"fortran_order\": True, u'descr': '>i4'}\n"));
    EXPECT_EQ(header.shape, (Dims{3, 4}));
    EXPECT_TRUE(header.fortran_order);
    EXPECT_EQ(header.format, Format::number(Kind::integer, 32, ndlease::ByteOrder::big));
    EXPECT_EQ(header.data_offset % 4, 2);
    EXPECT_EQ(header.format.alignment(), 2);
    expect_error(errc::bad_file, "decimal integer", [] { (void)parse(file_with("{'shape': (3L,), 'fortran_order': True, 'descr': '>i4'}", 3)); });
}

TEST(NpyHeader, versions_differ_in_their_encoding) {
    const std::string tail = "', '<i4')], 'fortran_order': False, 'shape': ()}";
    EXPECT_EQ(parse(file_with("{'descr': [('\xc3\xa9" + tail, 1)).format.fields()[0].name(), "\xc3\x83\xc2\xa9");
    EXPECT_EQ(parse(file_with("{'descr': [('\xc3\xa9" + tail, 2)).format.fields()[0].name(), "\xc3\x83\xc2\xa9");
    EXPECT_EQ(parse(file_with("{'descr': [('\xc3\xa9" + tail, 3)).format.fields()[0].name(), "\xc3\xa9");
    expect_error(
        errc::bad_file, "no UTF-8", [&] { (void)parse(file_with("{'descr': [('\xe9" + tail, 3)); }, 12 + 13);
}

TEST(NpyHeader, an_error_names_one_place_the_one_in_the_file) {
    try {
        (void)parse(file_with("{'descr': '<i4', 'fortran_order': False, 'shape': (-3,)}"));
        FAIL() << "a negative extent was read";
    } catch (const ndlease::Error& error) {
        EXPECT_STREQ(error.what(), ".npy header, byte 61: an extent must not be negative, this is -3");
    }
}

TEST(NpyHeader, malformed_preambles_are_refused) {
    const std::string good = make_header(f8, Dims{2, 3}.span(), false);
    for (std::size_t length = 0; length < good.size(); ++length) {
        SCOPED_TRACE(length);
        expect_error(errc::bad_file, "byte", [&] { (void)parse(good.substr(0, length)); });
    }
    const auto with = [&](std::size_t at, int value) {
        std::string bad = good;
        bad[at] = static_cast<char>(value);
        return bad;
    };
    expect_error(
        errc::bad_file, "no .npy file", [&] { (void)parse(with(3, 'X')); }, 3);
    expect_error(
        errc::bad_file, "no .npy file", [&] { (void)parse("PK\x03\x04"); }, 0);
    expect_error(
        errc::bad_file, "unknown version 9.0", [&] { (void)parse(with(6, 9)); }, 6);
    expect_error(
        errc::bad_file, "unknown version 0.0", [&] { (void)parse(with(6, 0)); }, 6);
    expect_error(
        errc::bad_file, "unknown version 1.1", [&] { (void)parse(with(7, 1)); }, 6);
    expect_error(
        errc::bad_file, "only 118 follow", [&] { (void)parse(with(9, 100)); }, 8);
    expect_error(
        errc::bad_file, "at most 1048576", [&] { (void)parse("\x93NUMPY\x02\0\xff\xff\xff\xff{}"s); }, 8);
    expect_error(
        errc::bad_file, "at most 1048576", [&] { (void)parse("\x93NUMPY\x02\0\x01\x00\x10\x00{}"s); }, 8);
}

TEST(NpyHeader, malformed_literals_are_refused) {
    struct Case {
        const char* literal;
        std::int64_t position;  // in the literal
        const char* part;
    };
    const Case cases[] = {
        {"", 0, "expected a literal"},
        {"[]", 0, "a dict was expected, not a list"},
        {"{}", 0, "'descr' is missing"},
        {"{'descr': '<f8', 'fortran_order': False}", 0, "'shape' is missing"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2,)} + {}", 56, "expected nothing more"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2,)", 54, "',' or '}'"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2,), 'shape': (3,)}", 56, "appears twice"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2,), 'extra': 1}", 56, "unknown key 'extra'"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2,), 1: 1}", 56, "must be a string"},
        {"{'descr': '<f8', 'fortran_order': 0, 'shape': (2,)}", 34, "True or False, not an integer"},
        {"{'descr': '<f8', 'fortran_order': 'False', 'shape': (2,)}", 34, "True or False, not a string"},
        {"{'descr': '<f8', 'fortran_order': None, 'shape': (2,)}", 34, "True or False, not None"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': 2}", 50, "tuple of extents"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2)}", 51, "tuple of extents"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': [2]}", 50, "tuple of extents"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2, -1)}", 54, "must not be negative, this is -1"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (True,)}", 51, "must be an integer, not a boolean"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2.0,)}", 52, "decimal integer"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}", 51, "63 bits"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1099511627776, 1099511627776)}", 50, "63 bits"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,)}", 50, "63 bits"},
        {"{'descr': 'f3', 'fortran_order': False, 'shape': (2,)}", 10, "no such size"},
        {"{'descr': 8, 'fortran_order': False, 'shape': (2,)}", 10, "not an integer"},
        {"{'descr': [('a', '<f8'), ('a', '<f8')], 'fortran_order': False, 'shape': (2,)}", 26, "appears twice"},
        {"{'descr': __import__('os').system('true'), 'fortran_order': False, 'shape': (2,)}", 10, "names are never evaluated"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1 + 1,)}", 53, "expected ',' or ')'"},
        {"{'descr': '<f8', 'fortran_order': not True, 'shape': (1,)}", 34, "names are never evaluated"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (len('a'),)}", 51, "names are never evaluated"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.literal);
        expect_error(
            errc::bad_file, c.part, [&] { (void)parse(file_with(c.literal, 1)); }, 10 + c.position);
        expect_error(
            errc::bad_file, c.part, [&] { (void)parse(file_with(c.literal, 3)); }, 12 + c.position);
    }
    std::string shape;
    for (int i = 0; i < 65; ++i) shape += "1, ";
    expect_error(errc::bad_file, "65 dimensions; at most 64",
                 [&] { (void)parse(file_with("{'descr': '<f8', 'fortran_order': False, 'shape': (" + shape + ")}")); });
    expect_error(errc::bad_file, "nested deeper", [] { (void)parse(file_with("{'descr': " + std::string(50'000, '['))); });
}

TEST(NpyHeader, arrays_of_objects_are_refused) {
    for (const char* descr : {"'|O'", "[('a', '|O')]", "[('a', '<i4'), ('b', [('c', '|O', (2,))])]"}) {
        SCOPED_TRACE(descr);
        const std::string literal = std::string("{'descr': ") + descr + ", 'fortran_order': False, 'shape': (2,)}";
        expect_error(
            errc::not_supported, "Python objects", [&] { (void)parse(file_with(literal)); }, 20);
    }
}

TEST(NpyHeader, formats_that_a_file_cannot_hold_are_named) {
    const auto refuse = [](const Format& format, const char* part) {
        expect_error(errc::not_expressible, part, [&] { (void)make_header(format, Dims{1}.span(), false); });
    };
    const Format i4 = Format::number(Kind::integer, 32);
    refuse(Format::py_object(), "py_object: .npy cannot say it");
    refuse(Format::pointer(), "pointer: typestr cannot say it");
    refuse(Format::number(Kind::bfloat, 16), "bfloat: typestr cannot say it");
    refuse(Format::bit_field(4), "bit_field (4 bits): .npy cannot say it");
    refuse(Format::record(std::vector<FieldSpec>{{"a", i4}, {"", i4}}), "field at byte 4 has no name");
    refuse(Format::record(std::vector<FieldSpec>{{"a", Format::record(std::vector<FieldSpec>{{"b", Format::py_object()}})}}), "py_object");
    refuse(Format::record(std::vector<FieldSpec>{{"a", i4, 0}, {"b", i4, 0}}), "starts before the end");
    refuse(Format::record(std::vector<FieldSpec>{{std::string(1 << 20, 'a'), i4}}), "at most 1048576");
}

}  // namespace
