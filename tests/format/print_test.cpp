// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include <ndlease/format_text.hpp>

#include "format/expect_error.hpp"
#include "format/random_format.hpp"

namespace {

using ndlease::Abi;
using ndlease::ByteOrder;
using ndlease::errc;
using ndlease::FieldSpec;
using ndlease::Format;
using ndlease::Kind;
using ndlease::parse_format;
using ndlease::print_format;
using ndlease::testing::RandomFormat;

Format parse(std::string_view text) { return parse_format(text, {.abi = &Abi::lp64(), .itemsize = {}}); }
Format record(std::vector<FieldSpec> fields, std::int64_t itemsize = -1) { return Format::record(fields, itemsize); }

TEST(Print, spells_everything_out) {
    const std::pair<const char*, const char*> rows[] = {
        {"i", "<i"},
        {"l", "<q"},
        {"L", "<Q"},
        {"<l", "<i"},
        {"n", "<q"},
        {"!h", ">h"},
        {"B", "B"},
        {"?", "?"},
        {"c", "c"},
        {"4c", "(4)c"},
        {"4s", "4s"},
        {"s", "1s"},
        {">3w", ">3w"},
        {"(2)3u", "(2)<3u"},
        {"3p", "3p"},
        {"Zf", "<Zf"},
        {"Ze", "<Ze"},
        {"e", "<e"},
        {"g", "^g"},
        {"Zg", "^Zg"},
        {"O", "^O"},
        {"P", "^P"},
        {"&<i", "^&<i"},
        {"&B", "^&B"},
        {"&(2)&h", "^&(2)^&<h"},
        {"X{i->d}", "^X{}"},
        {"5x", "T{5x}"},
        {"&5x", "^&5x"},
        {"(2,3)f", "(2,3)<f"},
        {"(2)3i", "(2,3)<i"},
        {"(0)I", "(0)<I"},
        {"bi", "T{b3x<i}"},
        {"ix", "T{<i4x}"},
        {"i:a:", "T{<i:a:}"},
        {"T{}", "T{}"},
        {"2T{bi}", "(2)T{b3x<i}"},
        {"T{ib}b", "T{T{<ib3x}b3x}"},
        {"T{b:a:=i:b:}", "T{b:a:<i:b:}"},
        {"T{(2)3x:a:}", "T{(2)3x:a:}"},
        {"T{b:x:xxxxxxxT{d:a:b:b:}:s:xxxxxxxb:y:}", "T{b:x:7xT{<d:a:b:b:7x}:s:7xb:y:}"},
        {"i:ival:T{H:sval:B:bval:B:cval:}:sub:", "T{<i:ival:T{<H:sval:B:bval:B:cval:}:sub:}"},
    };
    for (const auto& [text, expected] : rows) {
        EXPECT_EQ(print_format(parse(text)), expected) << text;
        EXPECT_EQ(parse(text).to_string(), expected) << text;
        EXPECT_EQ(parse(expected), parse(text)) << text;
    }
    EXPECT_EQ(print_format(Format::opaque(5)), "5x") << "as a whole item; it reads back as a record without fields";
    EXPECT_EQ(print_format(Format::bit_field(12)), "12t");
}

TEST(Print, refuses_what_pep_3118_cannot_say) {
    const std::pair<Format, const char*> rows[] = {
        {Format::number(Kind::bfloat, 16), "bfloat"},
        {Format::number(Kind::complex_bfloat, 32), "complex_bfloat"},
        {Format::number(Kind::integer, 128), "integer (128 bits)"},
        {Format::number(Kind::unsigned_integer, 4), "unsigned_integer (4 bits)"},
        {Format::number(Kind::float8_e4m3fn, 8), "float8_e4m3fn"},
        {Format::number(Kind::float6_e2m3fn, 6), "float6_e2m3fn"},
        {Format::number(Kind::float4_e2m1fn, 4), "float4_e2m1fn"},
        {Format::time(Kind::datetime, "ns"), "datetime"},
        {Format::time(Kind::timedelta, "s"), "timedelta"},
        {Format::number(Kind::x87, 80).with_itemsize(12), "x87"},
        {Format::number(Kind::x87, 80, ByteOrder::big), "x87"},
        {record({{"a", parse("i"), 0}, {"b", parse("f"), 0}}), "overlapping or unordered fields: field 'b' begins at byte 0, before byte 4"},
        {record({{"a", parse("i"), 4}, {"b", parse("f"), 0}}), "unordered"},
        {record({{"a:b", parse("i")}}), "a name with ':': field 'a:b'"},
        {record({{"a\xFF", parse("i")}}), "UTF-8"},
        {record({{std::string("a\0", 2), parse("i")}}), "NUL"},
        {record({{"", Format::opaque(3)}}), "unnamed field of opaque bytes"},
        {Format::subarray(Format::opaque(3), std::vector<std::int64_t>{2}), "opaque"},
        {record({{"a", Format::bit_field(3)}, {"b", Format::bit_field(3)}}), "neighbouring bit fields"},
        {Format::subarray(Format::bit_field(3), std::vector<std::int64_t>{2}), "bit fields"},
        {Format::pointer(Format::number(Kind::bfloat, 16)), "bfloat"},
        {parse_format("P", {.abi = &Abi::i386(), .itemsize = {}}), "pointer of 4 bytes"},
        {record({{"a", Format::subarray(Format::number(Kind::bfloat, 16), std::vector<std::int64_t>{2})}}), "bfloat"},
    };
    for (const auto& [format, part] : rows) {
        SCOPED_TRACE(format.to_string());
        expect_error(errc::not_expressible, part, [format = format] { (void)print_format(format); });
        EXPECT_FALSE(format.to_string().empty());
    }
    EXPECT_EQ(Format::number(Kind::bfloat, 16).to_string(), "<bfloat>");
    EXPECT_EQ(record({{"a", Format::number(Kind::bfloat, 16)}}).to_string(), "T{<bfloat>:a:}");
    const std::string colon = record({{"c:d", parse("<i")}, {"e", parse("b")}}).to_string();
    EXPECT_EQ(colon, "T{<i<name 'c:d'>b:e:}");
    EXPECT_THROW((void)parse_format(colon), ndlease::Error);
    EXPECT_EQ(Format::time(Kind::datetime, "25ns", ByteOrder::big).to_string(), "<big-endian datetime[25ns]>");
    EXPECT_EQ(Format::time(Kind::timedelta, "", ByteOrder::little).to_string(), "<timedelta>");
    EXPECT_THROW((void)parse_format("<bfloat>"), ndlease::Error);
}

TEST(Print, is_read_back_as_the_same_format) {
    const char* const given = std::getenv("NDLEASE_TEST_SEED");
    const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 20260701;
    SCOPED_TRACE("repeat with NDLEASE_TEST_SEED=" + std::to_string(seed));
    RandomFormat random(seed);
    constexpr int wanted = 20000;
    int records = 0;
    for (int i = 0; i < wanted; ++i) {
        const Format format = random.below(4) == 0 ? random.make(4, true) : random.record(4, true);
        const bool bare_opaque = format.element().kind() == Kind::opaque;
        if (bare_opaque) continue;
        const std::string text = print_format(format);
        ASSERT_EQ(parse_format(text, {.abi = &Abi::host(), .itemsize = format.itemsize()}), format) << text;
        records += format.is_record() ? 1 : 0;
        if (text.find('t') == std::string::npos) {
            ASSERT_EQ(parse_format(text), format) << text;
        }
    }
    EXPECT_GT(records, wanted / 2);
}

}  // namespace
