// SPDX-License-Identifier: Apache-2.0
// Strings that must be refused, with the byte where reading ended.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include <ndlease/format_text.hpp>

#include "format/expect_error.hpp"

namespace {

using ndlease::Abi;
using ndlease::errc;
using ndlease::Format;
using ndlease::parse_format;

std::string repeated(const std::string& part, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += part;
    return text;
}

struct Row {
    std::string text;
    std::int64_t position;
    const char* message;
    errc code = errc::bad_format;
};

TEST(Rejects, with_position_and_reason) {
    const std::vector<Row> rows = {
        {"T{i", 3, "expected an item or '}' that closes the brace of byte 0, found the end of the string"},
        {"i}", 1, "expected an item, found '}'"},
        {"()i", 1, "expected an extent, found ')'"},
        {"(1" + repeated(",1", 63) + ")2i", 0, "expected at most 64 extents"},
        {"i:a", 3, "expected ':' that ends the name begun at byte 1, found the end of the string"},
        {"3 i", 1, "expected a type after its prefix, found a space"},
        {"Zi", 1, "expected e, f, d or g after 'Z', found 'i'"},
        {"Z?", 1, "expected e, f, d or g after 'Z', found '?'"},
        {"Z", 1, "expected e, f, d or g after 'Z', found the end of the string"},
        {"=g", 1, "expected a code with a standard size under '=', found 'g'"},
        {"<P", 1, "expected a code with a standard size under '<', found 'P'"},
        {">n", 1, "standard size"},
        {"!Zg", 2, "standard size under '!', found 'g'"},
        {"-1i", 0, "expected a type code, found '-'"},
        {"T{b:a:b:a:}", 7, "expected a name of its own, found 'a' once more in the same record"},
        {"b:a:b:a:", 5, "once more"},
        {"(2147483648,2147483648)d", 0, "does not fit in 63 bits", errc::overflow},
        {"(-1)i", 1, "expected an extent, found '-'"},
        {"(2,)i", 3, "expected an extent, found ')'"},
        {"(2", 2, "expected ',' or ')' after an extent, found the end of the string"},
        {"(2 3)i", 3, "expected ',' or ')' after an extent, found '3'"},
        {"(", 1, "expected an extent, found the end of the string"},
        {"i<", 2, "expected a type after its prefix, found the end of the string"},
        {"3", 1, "expected a type after its prefix"},
        {"(2)", 3, "expected a type after its prefix"},
        {"&", 1, "expected a type after its prefix"},
        {"T{<}", 3, "expected a type after its prefix, found '}'"},
        {"T", 0, "expected a type code, found 'T'"},
        {"T i", 0, "expected a type code, found 'T'"},
        {"X", 0, "expected a type code, found 'X'"},
        {"F", 0, "expected a type code, found 'F'"},
        {"z", 0, "expected a type code, found 'z'"},
        {"i\x01", 1, "found byte 0x01"},
        {"2<3i", 2, "expected one count for an item, found '3'"},
        {"i :a:", 2, "expected a type code, found ':'"},
        {"i:a::b:", 4, "expected a type code, found ':'"},
        {"i:\xFF:", 2, "expected UTF-8 without NUL in a name, found byte 0xff"},
        {std::string("i:a\0b:", 6), 3, "found byte 0x00"},
        {"i:a\xC0\x80:", 3, "UTF-8"},
        {"i:\xED\xA0\x80:", 2, "UTF-8"},
        {"i:a\xE2\x82:", 3, "UTF-8"},
        {"99999999999999999999i", 0, "found a larger one", errc::overflow},
        {"9223372036854775807d", 0, "does not fit", errc::overflow},
        {"9223372036854775807w", 0, "does not fit", errc::overflow},
        {"9223372036854775807xx", 20, "does not fit", errc::overflow},
        {"b9223372036854775800x d", 22, "does not fit", errc::overflow},
        {"(9223372036854775807,9223372036854775807,0)b", 0, "does not fit", errc::overflow},
        {"T{i:a:9223372036854775802x}", 0, "does not fit", errc::overflow},
        {"(" + repeated("1,", 64) + "1)i", 129, "at most 64 extents"},
        {repeated("T{", 100000), 128, "at most 64 levels of nesting"},
        {repeated("X{", 100000), 128, "at most 64 levels of nesting"},
        {repeated("&", 100000), 64, "at most 64 levels of nesting"},
        {repeated("T{", 64) + "i" + repeated("}", 64), 0, "nested deeper than 64"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.text.substr(0, 60));
        expect_error(
            row.code, row.message, [&] { (void)parse_format(row.text, {.abi = &Abi::lp64(), .itemsize = {}}); }, row.position);
        expect_error(
            row.code, row.message, [&] { (void)parse_format(row.text, {.abi = &Abi::lp64(), .itemsize = 8}); }, row.position);
    }
}

TEST(Depth, reaches_the_limit_exactly) {
    EXPECT_EQ(parse_format(repeated("T{", 64) + repeated("}", 64)).depth(), 64);
    EXPECT_EQ(parse_format(repeated("T{", 63) + "i" + repeated("}", 63)).depth(), 64);
    EXPECT_EQ(parse_format(repeated("&", 63) + "i").depth(), 64);
    EXPECT_THROW((void)parse_format(repeated("&", 64) + "i"), ndlease::Error);
    EXPECT_THROW((void)parse_format(repeated("(2)&", 32) + "i"), ndlease::Error);  // a sub-array and a pointer each
    EXPECT_THROW((void)parse_format(repeated("(2)T{", 33) + repeated("}", 33)), ndlease::Error);
}

TEST(Time, is_linear_in_the_string) {
    const auto seconds = [](const std::string& text) {
        const auto start = std::chrono::steady_clock::now();
        (void)parse_format(text);
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    const auto records = [](int count) {
        std::string text;
        for (int i = 0; i < count; ++i) text += "T{i:a:2xd:b:}:name" + std::to_string(i) + ":";
        return text;
    };
    (void)seconds(records(1000));
    const double small = seconds(records(500));
    const double large = seconds(records(16000));
    EXPECT_LT(large, 32 * small * 8 + 0.05) << "32 times the length took " << large / small << " times as long";
}

TEST(Time, of_a_stated_itemsize_does_not_depend_on_the_nesting) {
    const auto seconds = [](int depth) {
        const std::string text = repeated("(2)T{", depth) + "h" + repeated("b", 100'000) + repeated("}", depth) + "x";
        const std::int64_t size = parse_format(text).itemsize();
        const auto start = std::chrono::steady_clock::now();
        (void)parse_format(text, {.itemsize = size});
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    (void)seconds(1);
    const double flat = seconds(1);
    const double deep = seconds(24);
    EXPECT_LT(deep, 4 * flat + 0.05) << "24 levels took " << deep / flat << " times as long as one";
}

TEST(Size, of_a_long_string_is_right) {
    const Format format = parse_format(repeated("bi", 100000));
    EXPECT_EQ(format.itemsize(), 800000);
    EXPECT_EQ(format.fields().size(), 200000U);
}

}  // namespace
