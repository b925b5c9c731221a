// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <ndlease/format_codes.hpp>

#include "format/expect_error.hpp"

namespace {

using ndlease::ByteOrder;
using ndlease::errc;
using ndlease::Format;
using ndlease::Kind;
using ndlease::parse_typestr;
using ndlease::print_typestr;

TEST(Typestr, every_kind_both_ways) {
    struct Case {
        const char* text;
        Format format;
    };
    const auto number = [](Kind kind, int bits, ByteOrder order = ByteOrder::little) { return Format::number(kind, bits, order); };
    const Case cases[] = {
        {"|b1", number(Kind::boolean, 8)},
        {"|i1", number(Kind::integer, 8)},
        {"<i2", number(Kind::integer, 16)},
        {">i4", number(Kind::integer, 32, ByteOrder::big)},
        {"<i8", number(Kind::integer, 64)},
        {"|u1", number(Kind::unsigned_integer, 8)},
        {">u2", number(Kind::unsigned_integer, 16, ByteOrder::big)},
        {"<u4", number(Kind::unsigned_integer, 32)},
        {"<u8", number(Kind::unsigned_integer, 64)},
        {"<f2", number(Kind::floating, 16)},
        {">f4", number(Kind::floating, 32, ByteOrder::big)},
        {"<f8", number(Kind::floating, 64)},
        {"<c8", number(Kind::complex, 64)},
        {">c16", number(Kind::complex, 128, ByteOrder::big)},
#if defined(__x86_64__)
        {"<f16", number(Kind::x87, 80)},
        {">f16", number(Kind::x87, 80, ByteOrder::big)},
        {"<c32", number(Kind::complex_x87, 160)},
#endif
        {"|S3", Format::text(Kind::bytes, 3)},
        {"|S0", Format::text(Kind::bytes, 0)},
        {"<U3", Format::text(Kind::ucs4, 3, ByteOrder::little)},
        {">U0", Format::text(Kind::ucs4, 0, ByteOrder::big)},
        {"|V12", Format::opaque(12)},
        {"|t4", Format::bit_field(4)},
        {"|O", Format::py_object()},
        {"<M8", Format::time(Kind::datetime, "", ByteOrder::little)},
        {">M8[ns]", Format::time(Kind::datetime, "ns", ByteOrder::big)},
        {"<m8[25s]", Format::time(Kind::timedelta, "25s", ByteOrder::little)},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ(parse_typestr(c.text), c.format);
        EXPECT_EQ(print_typestr(c.format), c.text);
    }
}

TEST(Typestr, other_spellings) {
    EXPECT_EQ(parse_typestr("=i8"), Format::number(Kind::integer, 64));
    EXPECT_EQ(parse_typestr("f4"), Format::number(Kind::floating, 32));
    EXPECT_EQ(parse_typestr("<i1"), Format::number(Kind::integer, 8));
    EXPECT_EQ(parse_typestr(">S3"), Format::text(Kind::bytes, 3));
    EXPECT_EQ(parse_typestr("|O8"), Format::py_object());
    EXPECT_EQ(parse_typestr("<M8[generic]"), parse_typestr("<M8"));
    EXPECT_EQ(print_typestr(Format::text(Kind::character, 1)), "|S1");
}

TEST(Typestr, refusals_say_where) {
    struct Case {
        const char* text;
        std::int64_t position;
        const char* part;
    };
    const Case cases[] = {
        {"", 0, "empty"},
        {"<", 1, "kind letter"},
        {"<q8", 1, "unknown kind letter"},
        {"<i", 2, "count was expected"},
        {"<i-4", 2, "count was expected"},
        {"<i3", 2, "no such size"},
        {"<i16", 2, "no such size"},
        {"<f1", 2, "no such size"},
        {"<i4x", 3, "nothing more"},
        {"|i4", 3, "byte order"},
        {"|U3", 3, "byte order"},
        {"<i99999999999999999999", 2, "63 bits"},
        {"|S", 2, "count was expected"},
        {"<M4", 2, "'8' was expected"},
        {"<M8ns", 3, "unit in brackets"},
        {"<M8[", 3, "unit in brackets"},
        {"<M8[]", 3, "unit was expected"},
        {"|O4", 3, "size of a pointer"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.text);
        expect_error(
            errc::bad_format, c.part, [&] { (void)parse_typestr(c.text); }, c.position);
    }
    expect_error(errc::bad_format, "unit of time", [] { (void)parse_typestr("<M8[parsec]"); });
    expect_error(errc::overflow, "", [] { (void)parse_typestr("<U9223372036854775807"); });
}

TEST(Typestr, what_it_cannot_say_is_named) {
    expect_error(errc::not_expressible, "bfloat: typestr cannot say it", [] { (void)print_typestr(Format::number(Kind::bfloat, 16)); });
    expect_error(errc::not_expressible, "integer (128 bits): typestr", [] { (void)print_typestr(Format::number(Kind::integer, 128)); });
    expect_error(errc::not_expressible, "complex (32 bits): typestr", [] { (void)print_typestr(Format::number(Kind::complex, 32)); });
    expect_error(errc::not_expressible, "pointer: typestr", [] { (void)print_typestr(Format::pointer()); });
#if defined(__x86_64__)
    expect_error(errc::not_expressible, "floating (128 bits): typestr", [] { (void)print_typestr(Format::number(Kind::floating, 128)); });
    expect_error(errc::not_expressible, "x87: typestr", [] { (void)print_typestr(Format::number(Kind::x87, 80).with_itemsize(12)); });
#endif
}

}  // namespace
