// SPDX-License-Identifier: Apache-2.0
#include "byte_drawing.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace ndlease::tool {
namespace {

const Format f32 = Format::number(Kind::floating, 32);
const Format f64 = Format::number(Kind::floating, 64);
const Format u8 = Format::number(Kind::unsigned_integer, 8);

TEST(ByteDrawing, shows_items_padding_and_elements) {
    const std::vector<FieldSpec> fields{{"flag", u8}, {"xy", Format::subarray(f32, Dims{2})}, {"t", f64}};
    EXPECT_EQ(draw_bytes(Format::record(fields)),
              "          0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15\n"
              "       0  a  .  .  .  b  -  -  -  b  -  -  -  .  .  .  .\n"
              "      16  c  -  -  -  -  -  -  -\n");
}

TEST(ByteDrawing, shows_fields_that_share_bytes) {
    const std::vector<FieldSpec> fields{{"whole", f32, 0}, {"low", u8, 0}};
    EXPECT_EQ(draw_bytes(Format::record(fields)),
              "          0  1  2  3\n"
              "       0  *  -  -  -\n");
}

TEST(ByteDrawing, repeats_the_keys_in_arrays_of_records) {
    const std::vector<FieldSpec> pair{{"a", u8}, {"b", u8}};
    const std::vector<FieldSpec> fields{{"pairs", Format::subarray(Format::record(pair), Dims{2})}, {"last", u8}};
    EXPECT_EQ(draw_bytes(Format::record(fields)),
              "          0  1  2  3  4\n"
              "       0  a  b  a  b  c\n");
}

TEST(ByteDrawing, folds_rows_that_repeat_and_cuts_what_is_too_long) {
    const std::string folded = draw_bytes(Format::subarray(f32, Dims{1000}));
    EXPECT_NE(folded.find("..."), std::string::npos);
    EXPECT_LT(std::count(folded.begin(), folded.end(), '\n'), 8);
    const std::string long_item = draw_bytes(Format::subarray(f32, Dims{std::int64_t{1} << 40}));
    EXPECT_NE(long_item.find("more bytes"), std::string::npos);
    EXPECT_LT(std::count(long_item.begin(), long_item.end(), '\n'), 8);
}

TEST(ByteDrawing, of_nothing_says_so) { EXPECT_EQ(draw_bytes(Format::opaque(0)), "  (no bytes)\n"); }

}  // namespace
}  // namespace ndlease::tool
