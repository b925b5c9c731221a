// SPDX-License-Identifier: Apache-2.0
#include "format/python_literal.hpp"

#include <string>

#include "format/expect_error.hpp"

namespace {

using ndlease::errc;
using ndlease::detail::parse_python_literal;
using ndlease::detail::python_repr;
using ndlease::detail::PythonLiteral;
using Type = PythonLiteral::Type;

std::string text_of(const std::string& literal) {
    const PythonLiteral parsed = parse_python_literal(literal);
    EXPECT_TRUE(parsed.is(Type::text)) << literal;
    return parsed.text;
}

TEST(PythonLiteral, every_type) {
    EXPECT_TRUE(parse_python_literal(" None\n").is(Type::none));
    EXPECT_TRUE(parse_python_literal("True").boolean);
    EXPECT_FALSE(parse_python_literal("False").boolean);
    EXPECT_EQ(parse_python_literal("-9223372036854775808").integer, INT64_MIN);
    EXPECT_EQ(parse_python_literal("+7").integer, 7);
    EXPECT_EQ(parse_python_literal("0").integer, 0);
    EXPECT_EQ(parse_python_literal("[1, 'a', ()]").items.size(), 3U);
    EXPECT_EQ(parse_python_literal("{'a': 1, 'b': [],}").items.size(), 4U);
    EXPECT_TRUE(parse_python_literal("{}").is(Type::dict));
}

TEST(PythonLiteral, brackets_make_a_tuple_only_with_a_comma) {
    EXPECT_TRUE(parse_python_literal("(3)").is(Type::integer));
    EXPECT_TRUE(parse_python_literal("(3,)").is(Type::tuple));
    EXPECT_TRUE(parse_python_literal("()").is(Type::tuple));
    EXPECT_TRUE(parse_python_literal("[3]").is(Type::list));
    EXPECT_EQ(parse_python_literal("((1, 2), 3)").items[1].position, 9);
}

TEST(PythonLiteral, strings_and_escapes) {
    EXPECT_EQ(text_of("'<f4'"), "<f4");
    EXPECT_EQ(text_of("u\"it's\""), "it's");
    EXPECT_EQ(text_of("b'x'"), "x");
    EXPECT_EQ(text_of(R"('\\\'\"\n\t\x41\u4e2d\U0001f600\101')"),
              "\\'\"\n\tA\xe4\xb8\xad\xf0\x9f\x98\x80"
              "A");
    EXPECT_EQ(text_of("'\xc3\xa9'"), "\xc3\xa9");
    EXPECT_EQ(parse_python_literal("'\xe9'", {.latin1 = true}).text, "\xc3\xa9");
}

TEST(PythonLiteral, python_2_longs_only_where_allowed) {
    EXPECT_EQ(parse_python_literal("(3L, 4L)", {.python2_longs = true}).items[1].integer, 4);
    expect_error(
        errc::bad_format, "decimal integer", [] { (void)parse_python_literal("3L"); }, 1);
}

TEST(PythonLiteral, refusals_say_where) {
    struct Case {
        const char* literal;
        std::int64_t position;
        const char* part;
    };
    const Case cases[] = {
        {"", 0, "expected a literal, found the end"},
        {"[1, 2", 5, "',' or ']', found the end"},
        {"[1,", 3, "expected a literal"},
        {"(1 2)", 3, "',' or ')', found '2'"},
        {"(,)", 1, "expected a literal, found ','"},
        {"{1}", 2, "expected ':'"},
        {"{'a': 1 'b': 2}", 8, "',' or '}'"},
        {"1 1", 2, "expected nothing more, found '1'"},
        {"1.5", 1, "decimal integer"},
        {"1e5", 1, "decimal integer"},
        {"1_0", 1, "decimal integer"},
        {"0x10", 1, "decimal integer"},
        {"007", 0, "must not start with 0"},
        {"9223372036854775808", 0, "63 bits"},
        {"-", 1, "expected a digit"},
        {"--1", 1, "expected a digit"},
        {"__import__('os')", 0, "names are never evaluated"},
        {"[x for x in ()]", 1, "names are never evaluated"},
        {"(1).__class__", 3, "expected nothing more, found '.'"},
        {"[1]*9", 3, "expected nothing more, found '*'"},
        {"lambda: 0", 0, "the name 'lambda'"},
        {"'a' 'b'", 4, "expected nothing more"},
        {"r'a'", 0, "the name 'r'"},
        {"'abc", 0, "does not end"},
        {"'a\nb'", 0, "does not end"},
        {"'\\N{DASH}'", 1, "unknown escape"},
        {"'\\", 1, "unknown escape"},
        {"'\\x4'", 1, "2 hexadecimal digits"},
        {"'\\ud800'", 1, "no Unicode character"},
        {"'\\U00110000'", 1, "no Unicode character"},
        {"'\xff'", 1, "no UTF-8"},
        {"'\xc0\x80'", 1, "no UTF-8"},
        {"b'\xc3\xa9'", 2, "ASCII only"},
        {"\x01", 0, "found byte 1"},
        {"# comment", 0, "found '#'"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.literal);
        expect_error(
            errc::bad_format, c.part, [&] { (void)parse_python_literal(c.literal); }, c.position);
    }
}

TEST(PythonLiteral, depth_and_size_are_limited) {
    using ndlease::detail::max_literal_depth;
    const auto nested = [](int depth) { return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']'); };
    EXPECT_NO_THROW((void)parse_python_literal(nested(max_literal_depth)));
    expect_error(
        errc::bad_format, "nested deeper than 200", [&] { (void)parse_python_literal(nested(max_literal_depth + 1)); }, 200);
    expect_error(errc::bad_format, "nested deeper", [&] { (void)parse_python_literal(std::string(100'000, '(')); });
    expect_error(errc::bad_format, "at most 1048576", [&] { (void)parse_python_literal(std::string((1 << 20) + 1, ' ')); });
}

TEST(PythonRepr, is_pythons) {
    // As repr() of Python 3.11 prints these.
    EXPECT_EQ(python_repr("a b"), "'a b'");
    EXPECT_EQ(python_repr("it's"), "\"it's\"");
    EXPECT_EQ(python_repr("q\""), "'q\"'");
    EXPECT_EQ(python_repr("a'\"b"), "'a\\'\"b'");
    EXPECT_EQ(python_repr("\\\n\r\t"), "'\\\\\\n\\r\\t'");
    EXPECT_EQ(python_repr(std::string_view("\0\x7f", 2)), "'\\x00\\x7f'");
    EXPECT_EQ(python_repr("\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80"), "'\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80'");
    EXPECT_EQ(python_repr("\xc2\x80\xc2\xa0\xe2\x80\x8b"), "'\\x80\\xa0\\u200b'");
    EXPECT_EQ(python_repr("\xf3\xa0\x80\x81"), "'\\U000e0001'");
    expect_error(errc::not_expressible, "no UTF-8", [] { (void)python_repr("\xff"); });
}

}  // namespace
