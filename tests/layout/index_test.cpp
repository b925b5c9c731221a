// SPDX-License-Identifier: Apache-2.0
#include <ndlease/index.hpp>

#include <cstdint>
#include <limits>
#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ndlease/error.hpp>

namespace ndlease {
namespace {

using ::testing::HasSubstr;

constexpr std::optional<std::int64_t> none;

struct Read {
    const char* text;
    IndexExpression terms;
};

TEST(ParseIndex, reads_every_form) {
    const IndexSlice all{};
    const Read cases[] = {
        {"3", {3}},
        {"-1", {-1}},
        {"+7", {7}},
        {"0", {0}},
        {"-0", {0}},
        {"[3]", {3}},
        {"(3)", {3}},
        {"3,", {3}},
        {"[3,]", {3}},
        {"[1, 2]", {1, 2}},
        {"1,2", {1, 2}},
        {"(1, 2)", {1, 2}},
        {"[(1, 2)]", {1, 2}},
        {"[( 1, 2, )  ]", {1, 2}},
        {"[]", {}},
        {"()", {}},
        {"[()]", {}},
        {" [ ( ) ] ", {}},
        {":", {all}},
        {"::", {all}},
        {"[:, ::]", {all, all}},
        {"1:", {IndexSlice{1, none, none}}},
        {":2", {IndexSlice{none, 2, none}}},
        {"::3", {IndexSlice{none, none, 3}}},
        {"1:2", {IndexSlice{1, 2, none}}},
        {"1::3", {IndexSlice{1, none, 3}}},
        {":2:3", {IndexSlice{none, 2, 3}}},
        {"1:2:3", {IndexSlice{1, 2, 3}}},
        {"1:2:", {IndexSlice{1, 2, none}}},
        {"-5:-1:-2", {IndexSlice{-5, -1, -2}}},
        {" 1 : 2 : 3 ", {IndexSlice{1, 2, 3}}},
        {"None:None:None", {all}},
        {"None:2", {IndexSlice{none, 2, none}}},
        {"1:None", {IndexSlice{1, none, none}}},
        {"...", {IndexEllipsis{}}},
        {"[..., 0]", {IndexEllipsis{}, 0}},
        {"None", {IndexNewAxis{}}},
        {"np.newaxis, newaxis", {IndexNewAxis{}, IndexNewAxis{}}},
        {"[::2, ::-1, None, ..., 3]", {IndexSlice{none, none, 2}, IndexSlice{none, none, -1}, IndexNewAxis{}, IndexEllipsis{}, 3}},
        {"\t[\n1\r]\n", {1}},
        {"9223372036854775807", {std::numeric_limits<std::int64_t>::max()}},
        {"-9223372036854775808", {std::numeric_limits<std::int64_t>::min()}},
    };
    for (const Read& read : cases) {
        try {
            EXPECT_EQ(parse_index(read.text), read.terms) << read.text;
        } catch (const Error& error) {
            ADD_FAILURE() << read.text << ": " << error.what();
        }
    }
}

struct Refusal {
    std::string text;
    std::int64_t position;
    const char* why;
};

TEST(ParseIndex, names_the_byte_and_what_was_expected) {
    const Refusal cases[] = {
        {"", 0, "expected a number, ':', '...' or None, found the end"},
        {"   ", 3, "found the end"},
        {"[", 1, "expected a number, ':', '...' or None, found the end"},
        {"[1", 2, "expected ',' or ']', found the end"},
        {"1]", 1, "expected ',' or the end, found ']'"},
        {"[1]]", 3, "expected nothing more, found ']'"},
        {"[1)", 2, "expected ',' or ']', found ')'"},
        {"(1]", 2, "expected ',' or ')', found ']'"},
        {"[(1]", 3, "expected ',' or ')', found ']'"},
        {"[(1), 2]", 4, "expected ']', found ','"},
        {"[()", 3, "expected ']', found the end"},
        {"[[1]]", 1, "expected a number"},
        {"((1))", 1, "expected a number"},
        {"[[[[[[[[[[", 1, "found '['"},
        {",", 0, "found ','"},
        {"[,]", 1, "found ','"},
        {"1,,2", 2, "found ','"},
        {"1 2", 2, "expected ',' or the end, found '2'"},
        {"1.5", 1, "expected ',' or the end, found '.'"},
        {".5", 0, "found '.'"},
        {"..", 0, "found '.'"},
        {"....", 3, "expected ',' or the end, found '.'"},
        {"1...", 1, "found '.'"},
        {"..., 1, ...", 8, "a second '...'"},
        {"...:2", 3, "expected ',' or the end, found ':'"},
        {"::0", 2, "a step of 0"},
        {"1:2: 0", 5, "a step of 0"},
        {"::-0", 2, "a step of 0"},
        {":::", 2, "found ':'"},
        {"1:2:3:4", 5, "expected ',' or the end, found ':'"},
        {"--1", 1, "expected a digit, found '-'"},
        {"-", 1, "expected a digit, found the end"},
        {"- 1", 1, "expected a digit, found byte 0x20"},
        {"1:x", 2, "expected a number, None, ':' or ',', found 'x'"},
        {"007", 0, "a leading 0"},
        {"0x10", 1, "found 'x'"},
        {"1_000", 1, "found '_'"},
        {"1e3", 1, "found 'e'"},
        {"9223372036854775808", 0, "does not fit in 63 bits"},
        {"0, -9223372036854775809", 3, "does not fit in 63 bits"},
        {std::string(5000, '9'), 0, "does not fit in 63 bits"},
        {"None1", 4, "found '1'"},
        {"none", 0, "found 'n'"},
        {"True", 0, "found 'T'"},
        {"np.newaxi", 0, "found 'n'"},
        {"'a'", 0, "found '''"},
        {"\xe2\x80\xa6", 0, "found byte 0xe2"},
        {"\xef\xbc\x91", 0, "found byte 0xef"},
        {std::string("1\0", 2), 1, "found byte 0x00"},
        {std::string("[\0]", 3), 1, "found byte 0x00"},
        {std::string("1:\0", 3), 2, "found byte 0x00"},
    };
    for (const Refusal& refusal : cases) {
        try {
            (void)parse_index(refusal.text);
            ADD_FAILURE() << '"' << refusal.text << "\" was read";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), errc::bad_format) << refusal.text;
            EXPECT_EQ(error.index(), refusal.position) << refusal.text << ": " << error.what();
            EXPECT_THAT(error.what(), HasSubstr("byte " + std::to_string(refusal.position))) << refusal.text;
            EXPECT_THAT(error.what(), HasSubstr(refusal.why)) << refusal.text;
        }
    }
}

TEST(ParseIndex, random_text_is_read_or_refused_inside_it) {
    constexpr unsigned seed = 20;  // change it here to try others
    std::mt19937 random(seed);
    const std::string alphabet = "[]():,.-+ 0123Nonewaxis";
    int read = 0;
    for (int round = 0; round < 50'000; ++round) {
        std::string text;
        for (unsigned length = random() % 8; length > 0; --length) text += alphabet[random() % alphabet.size()];
        try {
            (void)parse_index(text);
            ++read;
        } catch (const Error& error) {
            ASSERT_EQ(error.code(), errc::bad_format) << text << ", seed " << seed;
            ASSERT_GE(error.index(), 0) << text;
            ASSERT_LE(error.index(), static_cast<std::int64_t>(text.size())) << text;
        }
    }
    EXPECT_GT(read, 500);
}

TEST(ParseIndex, long_text_takes_linear_time) {
    std::string text = "[";
    for (int i = 0; i < 100'000; ++i) text += "1:2:3,";
    text += ']';
    EXPECT_EQ(parse_index(text).size(), 100'000u);
    EXPECT_THROW((void)parse_index(std::string(1'000'000, '(')), Error);
}

}  // namespace
}  // namespace ndlease
