// SPDX-License-Identifier: Apache-2.0
// A stated itemsize decides between readings: natural padding, none at the ends, none at all; two that fit are refused.
#include <gtest/gtest.h>

#include <ndlease/format_text.hpp>

#include "format/expect_error.hpp"

namespace {

using ndlease::Abi;
using ndlease::errc;
using ndlease::Format;

Format parse(std::string_view text, std::int64_t itemsize) { return ndlease::parse_format(text, {.abi = &Abi::lp64(), .itemsize = itemsize}); }
std::int64_t offset(const Format& format, std::size_t field) { return format.fields()[field].offset(); }

TEST(Itemsize, natural_padding_comes_first) {
    EXPECT_EQ(parse("bi", 8).itemsize(), 8);
    EXPECT_EQ(offset(parse("bi", 8), 1), 4);
    EXPECT_EQ(parse("T{b:a:xxxi:b:}", 8).find("b")->offset(), 4);
    EXPECT_EQ(parse("i", 4).alignment(), 4);
}

TEST(Itemsize, then_no_padding_at_the_ends) {
    const Format format = parse("ib", 5);
    EXPECT_EQ(format.itemsize(), 5);
    EXPECT_EQ(offset(format, 1), 4);
    EXPECT_EQ(format.alignment(), 1) << "an array of 5-byte items keeps nothing aligned";
    EXPECT_EQ(parse("T{i:f0:h:f1:}", 6).itemsize(), 6);
    EXPECT_EQ(parse("T{O:a:i:b:}", 12).find("b")->offset(), 8);
    EXPECT_EQ(parse("ix", 5).itemsize(), 5);
    EXPECT_EQ(parse("bih", 10).fields()[1].offset(), 4);
}

TEST(Itemsize, then_no_padding_but_a_tail) {
    const Format tail = parse("T{B:x:}", 4);
    EXPECT_EQ(tail.itemsize(), 4);
    EXPECT_EQ(tail.find("x")->offset(), 0);
    EXPECT_EQ(offset(parse("bi", 5), 1), 1);
    EXPECT_EQ(offset(parse("bi", 7), 1), 1);
    EXPECT_EQ(parse("xxxxf:x:", 16).find("x")->offset(), 4);
    EXPECT_EQ(parse("T{xxxxf:x:}", 16).find("x")->offset(), 4);
    EXPECT_EQ(parse("T{xxxxf:x:}", 16).itemsize(), 16);
    const Format wrapped = parse("(1)T{bi}", 12);
    EXPECT_EQ(wrapped.itemsize(), 12);
    EXPECT_TRUE(wrapped.is_record());
    expect_error(errc::bad_format, "in each of its repeated records", [] { (void)parse("2T{bi}", 12); });
}

TEST(Itemsize, that_no_reading_has_is_refused) {
    expect_error(errc::bad_format, "the itemsize stated is 7 bytes, but the string means 16 bytes, 9 without padding",
                 [] { (void)parse("T{b:a:d:b:}:s:", 7); });
}

TEST(Itemsize, of_a_lone_scalar_must_be_its_own) {
    for (const auto& [text, itemsize] : {std::pair<const char*, std::int64_t>{"B", 2}, {"<u", 4}, {"B", 8}, {"2B", 4}, {"3s", 4}, {"5x", 8}, {"&T{ib}", 16}}) {
        expect_error(errc::bad_format, "itemsize stated", [text = text, itemsize = itemsize] { (void)parse(text, itemsize); });
    }
    expect_error(errc::invalid_argument, "-1", [] { (void)parse("B", -1); });
}

TEST(Ambiguity, of_spelt_out_padding_is_refused) {
    // NumPy means y at 24 and forgot the tail of s; natural padding has it at 31; both are 32 bytes.
    expect_error(errc::bad_format, "two ways", [] { (void)parse("T{b:x:xxxxxxxT{d:a:b:b:}:s:xxxxxxxb:y:}", 32); });
    // Offsets agree, whichever way it is read.
    EXPECT_EQ(parse("T{b:a:xxxi:b:}", 8).itemsize(), 8);
    EXPECT_EQ(parse("T{b:q:7x(2)T{d:a:b:b:}:s:}", 40).find("s")->format().element().itemsize(), 16);
    // Not natural, and the elements may be 5 or 8 bytes wide.
    expect_error(errc::bad_format, "repeated records", [] { (void)parse("T{i:a:(2)T{i:b:b:c:}:d:x}", 15); });
    EXPECT_EQ(parse("T{i:a:(1)T{i:b:b:c:}:d:x}", 10).itemsize(), 10);
}

TEST(Ambiguity, of_gaps_behind_repeated_records_is_refused) {
    // NumPy writes this for elements of 56 bytes: the 4 bytes at the end of each come out behind the last.
    expect_error(errc::bad_format, "gap behind a repeated record", [] { (void)parse("T{h:a:xxxxxx(2)T{(2,3)O:b:>1w:c:}:d:xxxxxxxx@L:e:}", 128); });
    EXPECT_EQ(parse("T{h:a:6x(2)T{(2,3)O:b:>1w:c:}:d:8x@L:e:}", 128).itemsize(), 128) << "counted padding is no work of NumPy";
    EXPECT_EQ(parse("T{(3)T{b:x:}:a:xi:b:}", 8).itemsize(), 8) << "bytes need no padding";
}

TEST(Ambiguity, needs_padding_that_is_spelt_out) { EXPECT_EQ(offset(parse("bi", 8), 1), 4) << "1 would fit as well, with a tail of 3"; }

TEST(Itemsize, explicit_strings_have_one_reading) {
    const char* text = "^T{b:x:7xT{d:d:b:c:7x}:s:b:y:7x}";
    EXPECT_EQ(parse(text, 32).find("y")->offset(), 24);
    EXPECT_EQ(parse(text, 40).itemsize(), 40) << "a longer tail";
    expect_error(errc::bad_format, "itemsize stated is 31", [&] { (void)parse(text, 31); });
}

}  // namespace
