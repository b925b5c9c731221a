// SPDX-License-Identifier: Apache-2.0
// Every type code under every order character, and prefixes, names, pointers and functions.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include <ndlease/format_text.hpp>

#include "format/expect_error.hpp"

namespace {

using ndlease::Abi;
using ndlease::ByteOrder;
using ndlease::Dims;
using ndlease::errc;
using ndlease::Format;
using ndlease::Kind;

Format parse(std::string_view text, const Abi& abi = Abi::lp64()) { return ndlease::parse_format(text, {.abi = &abi, .itemsize = {}}); }
Format parse_sized(std::string_view text, std::int64_t itemsize) { return ndlease::parse_format(text, {.abi = &Abi::lp64(), .itemsize = itemsize}); }

struct Code {
    const char* text;
    Kind kind;
    std::int64_t bits;
    std::int64_t native_size;
    std::int64_t alignment;
    std::int64_t standard_size;  // 0: there is none
};

constexpr Code codes[] = {
    {"?", Kind::boolean, 8, 1, 1, 1},      {"c", Kind::character, 8, 1, 1, 1},
    {"b", Kind::integer, 8, 1, 1, 1},      {"B", Kind::unsigned_integer, 8, 1, 1, 1},
    {"h", Kind::integer, 16, 2, 2, 2},     {"H", Kind::unsigned_integer, 16, 2, 2, 2},
    {"i", Kind::integer, 32, 4, 4, 4},     {"I", Kind::unsigned_integer, 32, 4, 4, 4},
    {"l", Kind::integer, 64, 8, 8, 4},     {"L", Kind::unsigned_integer, 64, 8, 8, 4},
    {"q", Kind::integer, 64, 8, 8, 8},     {"Q", Kind::unsigned_integer, 64, 8, 8, 8},
    {"n", Kind::integer, 64, 8, 8, 0},     {"N", Kind::unsigned_integer, 64, 8, 8, 0},
    {"e", Kind::floating, 16, 2, 2, 2},    {"f", Kind::floating, 32, 4, 4, 4},
    {"d", Kind::floating, 64, 8, 8, 8},    {"g", Kind::x87, 80, 16, 16, 0},
    {"Ze", Kind::complex, 32, 4, 2, 4},    {"Zf", Kind::complex, 64, 8, 4, 8},
    {"Zd", Kind::complex, 128, 16, 8, 16}, {"Zg", Kind::complex_x87, 160, 32, 16, 0},
    {"s", Kind::bytes, 8, 1, 1, 1},        {"p", Kind::pascal, 8, 1, 1, 1},
    {"w", Kind::ucs4, 32, 4, 4, 4},        {"u", Kind::ucs2, 16, 2, 2, 2},
    {"O", Kind::py_object, 64, 8, 8, 8},   {"P", Kind::pointer, 64, 8, 8, 0},
};

TEST(Codes, have_their_native_size_and_alignment) {
    for (const Code& code : codes) {
        SCOPED_TRACE(code.text);
        for (const std::string prefix : {"", "@", "^"}) {
            const Format format = parse(prefix + code.text);
            EXPECT_EQ(format.kind(), code.kind);
            EXPECT_EQ(format.bits(), code.bits);
            EXPECT_EQ(format.itemsize(), code.native_size);
            EXPECT_EQ(format.alignment(), prefix == "^" ? 1 : code.alignment);
            EXPECT_EQ(format.byte_order(), code.native_size == 1 ? ByteOrder::none : ByteOrder::little);
        }
    }
}

TEST(Codes, have_their_standard_size_or_are_refused) {
    for (const Code& code : codes) {
        for (const std::string prefix : {"=", "<", ">", "!"}) {
            const std::string text = prefix + code.text;
            SCOPED_TRACE(text);
            if (code.standard_size == 0) {
                const std::int64_t position = static_cast<std::int64_t>(text.size()) - 1;
                expect_error(
                    errc::bad_format, "expected a code with a standard size under '" + prefix, [&] { (void)parse(text); }, position);
                continue;
            }
            const Format format = parse(text);
            EXPECT_EQ(format.kind(), code.kind);
            EXPECT_EQ(format.itemsize(), code.standard_size);
            EXPECT_EQ(format.alignment(), 1);
            const bool big = (prefix == ">" || prefix == "!") && code.kind != Kind::py_object;
            if (code.standard_size > 1) {
                EXPECT_EQ(format.byte_order(), big ? ByteOrder::big : ByteOrder::little);
            }
        }
    }
}

TEST(Codes, no_other_character_is_one) {
    const std::string known = "?cbBhHiIlLqQnNefdgspwuOPx";
    for (int c = 1; c < 256; ++c) {
        const char character = static_cast<char>(c);
        const bool space = c == ' ' || (c >= '\t' && c <= '\r');
        if (known.find(character) != std::string::npos || space) continue;
        EXPECT_THROW((void)parse(std::string(1, character)), ndlease::Error) << "byte " << c;
    }
    EXPECT_THROW((void)parse(std::string_view("\0", 1)), ndlease::Error);
}

TEST(Codes, long_double_is_the_platforms) {
    EXPECT_EQ(parse("g", Abi::llp64()), parse("d"));
    EXPECT_EQ(parse("g", Abi::lp64_arm()), Format::number(Kind::floating, 128, ByteOrder::little));
    EXPECT_EQ(parse("g", Abi::i386()).itemsize(), 12);
    EXPECT_EQ(parse("Zg", Abi::llp64()), parse("Zd"));
    EXPECT_EQ(parse("Zg", Abi::lp64_arm()), Format::number(Kind::complex, 256, ByteOrder::little));
}

TEST(Counts, are_lengths_of_text_and_repetitions_of_the_rest) {
    EXPECT_EQ(parse("3s"), Format::text(Kind::bytes, 3));
    EXPECT_EQ(parse("0s").itemsize(), 0);
    EXPECT_EQ(parse("5p").length(), 5);
    EXPECT_EQ(parse("3u").itemsize(), 6);
    EXPECT_EQ(parse(">3w").length(), 3);
    EXPECT_EQ(parse("3c").shape(), (Dims{3}));
    EXPECT_EQ(parse("1i"), parse("i"));
    EXPECT_EQ(parse("(1)i").shape(), (Dims{1}));
    EXPECT_EQ(parse("0i").shape(), (Dims{0}));
    EXPECT_EQ(parse("(2)3i").shape(), (Dims{2, 3}));
    EXPECT_EQ(parse("(2)3s").shape(), (Dims{2}));
    EXPECT_EQ(parse("(2)3s").element().length(), 3);
    EXPECT_EQ(parse("(2)3T{}").shape(), (Dims{2, 3}));
}

TEST(Prefixes, come_in_any_order) {
    const Format expected = parse("(2)>3i");
    for (const char* text : {"(2)>3i", "(2)3>i", ">(2)3i", ">3(2)i", "3>(2)i", "3(2)>i", "<>(2)3i", "( 2 )>3i", "> (2) 3i"}) {
        EXPECT_EQ(parse(text), expected) << text;
    }
    EXPECT_EQ(expected.shape(), (Dims{2, 3}));
    EXPECT_EQ(parse("(4, 2)f").shape(), (Dims{4, 2}));
    EXPECT_EQ(parse("(2)(3)i").shape(), (Dims{2, 3}));
}

TEST(OrderCharacters, last_until_changed_and_leak_out_of_braces) {
    const Format format = parse("T{>h:a:h:b:<h:c:}:r:h:d:@h:e:");
    const Format& inner = format.find("r")->format();
    EXPECT_EQ(inner.find("a")->format().byte_order(), ByteOrder::big);
    EXPECT_EQ(inner.find("b")->format().byte_order(), ByteOrder::big);
    EXPECT_EQ(inner.find("c")->format().byte_order(), ByteOrder::little);
    EXPECT_EQ(format.find("d")->format().alignment(), 1);
    EXPECT_EQ(format.find("e")->format().alignment(), 2);
}

TEST(Names, may_have_any_character_but_a_colon) {
    EXPECT_NE(parse("i:a}:").find("a}"), nullptr);
    EXPECT_NE(parse("i:a b:").find("a b"), nullptr);
    EXPECT_NE(parse("i:\xC3\xA9:").find("\xC3\xA9"), nullptr);
    EXPECT_NE(parse("i:a\nb:").find("a\nb"), nullptr);
    EXPECT_EQ(parse("i::"), parse("i"));
    EXPECT_EQ(parse("T{i::i::}").fields().size(), 2U);
}

TEST(Padding, is_a_field_only_with_a_name) {
    const Format format = parse("T{b:a:3xi:b:2x:rest:}");
    ASSERT_EQ(format.fields().size(), 3U);
    EXPECT_EQ(format.find("b")->offset(), 4);
    EXPECT_EQ(format.find("rest")->format(), Format::opaque(2));
    EXPECT_EQ(parse("(2)3xb").fields()[0].offset(), 6);
    EXPECT_EQ(parse("T{(2)3x:a:}").find("a")->format().shape(), (Dims{2}));
}

TEST(Pointers, keep_shapes_on_their_side) {
    EXPECT_EQ(*parse("&<i").target(), parse("<i"));
    EXPECT_EQ(parse("&(2)<h").target()->shape(), (Dims{2}));
    EXPECT_EQ(parse("(2)&<h").shape(), (Dims{2}));
    EXPECT_EQ(*parse("(2)&<h").element().target(), parse("<h"));
    EXPECT_EQ(parse("2&(3)4i").shape(), (Dims{2}));
    EXPECT_EQ(parse("2&(3)4i").element().target()->shape(), (Dims{3, 4}));
    EXPECT_EQ(parse("&&i").depth(), 3);
    EXPECT_EQ(*parse("&5x").target(), Format::opaque(5));
    EXPECT_EQ(*parse("&T{ib}").target(), parse("ib"));
    EXPECT_EQ(parse("P").target(), nullptr);
    EXPECT_TRUE(parse("T{i:a:&B:b:}").has_addresses());
}

TEST(Functions, have_a_signature_that_is_checked_and_dropped) {
    for (const char* text : {"X{}", "X{i}", "X{i->d}", "X{->d}", "X{T{ib}:a:(2)f&b->X{i->P}}", "X{ i d -> q }", "X{i:x:i:x:}"}) {
        EXPECT_EQ(parse(text), Format::function()) << text;
    }
    EXPECT_EQ(parse("T{X{i->d}:f:b:g:}").itemsize(), 16);
    EXPECT_EQ(parse("3X{}").shape(), (Dims{3}));
    expect_error(
        errc::bad_format, "one '->'", [] { (void)parse("X{i->d->f}"); }, 6);
    expect_error(
        errc::bad_format, "'}' after a function's result", [] { (void)parse("X{i->df}"); }, 6);
    expect_error(
        errc::bad_format, "result after '->'", [] { (void)parse("X{i->}"); }, 5);
    expect_error(
        errc::bad_format, "closes the brace of byte 0", [] { (void)parse("X{i"); }, 3);
    expect_error(
        errc::bad_format, "a type code", [] { (void)parse("T{i->d}"); }, 3);
}

TEST(Bits, need_a_stated_itemsize) {
    expect_error(
        errc::bad_format, "no itemsize is stated", [] { (void)parse("3t"); }, 1);
    EXPECT_EQ(parse_sized("t", 1), Format::bit_field(1));
    EXPECT_EQ(parse_sized("12t", 2), Format::bit_field(12));
    EXPECT_EQ(parse_sized("T{3t:a:i:b:5t:c:}", 12).find("b")->offset(), 4);
    EXPECT_EQ(parse_sized("(2)16t", 4).shape(), (Dims{2}));
    expect_error(errc::bad_format, "the itemsize stated is 2 bytes, but the string means 1 byte", [] { (void)parse_sized("3t", 2); });
    expect_error(
        errc::bad_format, "neighbouring bit fields", [] { (void)parse_sized("3t5t", 1); }, 3);
    expect_error(
        errc::bad_format, "array of bit fields", [] { (void)parse_sized("(2)4t", 1); }, 4);
    expect_error(
        errc::bad_format, "at least 1 bit", [] { (void)parse_sized("0t", 0); }, 1);
}

}  // namespace
