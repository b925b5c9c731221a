// SPDX-License-Identifier: Apache-2.0
// Records by field name, sub-arrays, texts, times and what is refused.
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ndlease/error.hpp>

#include "copy/conversion.hpp"

namespace ndlease {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const Format u8 = Format::number(Kind::unsigned_integer, 8);
const Format i16 = Format::number(Kind::integer, 16);
const Format i32 = Format::number(Kind::integer, 32);
const Format f32 = Format::number(Kind::floating, 32);
const Format f64 = Format::number(Kind::floating, 64);
constexpr ByteOrder other_order = ByteOrder::native == ByteOrder::little ? ByteOrder::big : ByteOrder::little;

Format record(std::vector<FieldSpec> fields, std::int64_t itemsize = -1) { return Format::record(fields, itemsize); }
Format subarray(const Format& element, std::vector<std::int64_t> shape) { return Format::subarray(element, shape); }
Format text(Kind kind, std::int64_t length, ByteOrder order = ByteOrder::native) { return Format::text(kind, length, order); }

template <class T>
const std::byte* bytes_of(const T& value) {
    return reinterpret_cast<const std::byte*>(&value);
}
template <class T>
std::byte* bytes_of(T& value) {
    return reinterpret_cast<std::byte*>(&value);
}

/// The message of the refusal; "" when there is none.
std::string refusal(const Format& to, const Format& from, Conversion mode = Conversion::cpp) {
    try {
        static_cast<void>(ConversionProgram::make(to, from, mode));
        return "";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), errc::not_expressible) << error.what();
        return error.what();
    }
}

std::string converted_text(const Format& to, const Format& from, std::string source, Conversion mode = Conversion::cpp) {
    std::string result(static_cast<std::size_t>(to.itemsize()), '#');
    ConversionProgram::make(to, from, mode).run(reinterpret_cast<std::byte*>(result.data()), 0, reinterpret_cast<const std::byte*>(source.data()), 0, 1);
    return result;
}

struct From {
    std::int32_t count;
    double weight;
    std::uint8_t mask;
    std::int16_t sizes[2][3];
};
struct To {
    std::uint8_t mask;
    std::int16_t hole;
    float sizes[2][3];
    float weight;
};
const Format from_record = record({{"count", i32}, {"weight", f64}, {"mask", u8}, {"sizes", subarray(i16, {2, 3})}});
const Format to_record = record({{"mask", u8}, {"sizes", subarray(f32, {2, 3})}, {"weight", f32}});

TEST(ConversionRecord, takes_fields_by_name_and_leaves_padding_alone) {
    ASSERT_EQ(from_record.itemsize(), static_cast<std::int64_t>(sizeof(From)));
    ASSERT_EQ(to_record.itemsize(), static_cast<std::int64_t>(sizeof(To)));
    constexpr int count = 1'000;  // more than one block
    std::vector<From> src(count);
    std::vector<To> dst(count);
    std::memset(static_cast<void*>(dst.data()), 0x5A, sizeof(To) * count);
    for (int i = 0; i < count; ++i) {
        From& item = src[static_cast<std::size_t>(i)];
        item.count = i;
        item.weight = i * 0.25;
        item.mask = static_cast<std::uint8_t>(i);
        for (int k = 0; k < 6; ++k) item.sizes[k / 3][k % 3] = static_cast<std::int16_t>(i - 7 * k);
    }
    const ConversionProgram program = ConversionProgram::make(to_record, from_record, Conversion::cpp);
    EXPECT_FALSE(program.is_plain());
    EXPECT_FALSE(program.is_byte_swap());
    program.run(bytes_of(dst[0]), sizeof(To), bytes_of(src[0]), sizeof(From), count);
    for (int i = 0; i < count; ++i) {
        const To& item = dst[static_cast<std::size_t>(i)];
        ASSERT_EQ(item.mask, static_cast<std::uint8_t>(i));
        ASSERT_EQ(item.hole, 0x5A5A);
        ASSERT_EQ(item.weight, static_cast<float>(i) * 0.25F);
        for (int k = 0; k < 6; ++k) ASSERT_EQ(item.sizes[k / 3][k % 3], static_cast<float>(i - 7 * k));
    }
    EXPECT_THAT(program.describe(), AllOf(HasSubstr("mask: uint8 -> uint8"), HasSubstr("sizes: int16 -> float32"), HasSubstr("weight: float64 -> float32")));
}

TEST(ConversionRecord, checked_mode_drops_no_field_and_names_what_is_lost) {
    EXPECT_EQ(refusal(to_record, from_record, Conversion::checked).rfind("field count of the source is not in the destination", 0), 0U);
    const Format small = record({{"x", u8}, {"in", record({{"y", subarray(i16, {2})}, {"z", f32}})}});
    const Format large = record({{"x", i32}, {"in", record({{"y", subarray(i32, {2})}, {"z", f64}})}});
    const ConversionProgram program = ConversionProgram::make(small, large, Conversion::checked);
    struct Large {
        std::int32_t x;
        struct {
            std::int32_t y[2];
            double z;
        } in;
    };
    ASSERT_EQ(large.itemsize(), static_cast<std::int64_t>(sizeof(Large)));
    Large items[] = {{1, {{2, 3}, 4}}, {255, {{-32768, 32767}, 0.5}}, {300, {{0, 0}, 0}}, {0, {{0, 32768}, 0}}, {0, {{0, 0}, 0.1}}};
    EXPECT_EQ(program.first_loss(bytes_of(items[0]), sizeof(Large), 5), 2);
    EXPECT_EQ(program.first_loss(bytes_of(items[3]), sizeof(Large), 2), 0);
    EXPECT_EQ(program.first_loss(bytes_of(items[0]), sizeof(Large), 2), -1);
    EXPECT_EQ(program.describe_loss(bytes_of(items[0])), "");
    EXPECT_EQ(program.describe_loss(bytes_of(items[2])), "value 300 does not fit in uint8 (it would become 44), field x");
    EXPECT_EQ(program.describe_loss(bytes_of(items[3])), "value 32768 does not fit in int16 (it would become -32768), field in.y");
    EXPECT_EQ(program.describe_loss(bytes_of(items[4])), "value 0.1 does not fit in float32 (it would become 0.1), field in.z");
    EXPECT_FALSE(ConversionProgram::make(large, small, Conversion::checked).can_lose());
}

TEST(ConversionRecord, finds_the_first_of_many_whatever_field_it_is_in) {
    const Format small = record({{"a", u8}, {"b", u8}});
    const Format large = record({{"a", i32}, {"b", i32}});
    std::vector<std::int32_t> items(2 * 20'000, 7);
    const ConversionProgram program = ConversionProgram::make(small, large, Conversion::checked);
    EXPECT_EQ(program.first_loss(bytes_of(items[0]), 8, 20'000), -1);
    items[2 * 19'999] = 256;
    EXPECT_EQ(program.first_loss(bytes_of(items[0]), 8, 20'000), 19'999);
    items[2 * 19'998 + 1] = -1;
    EXPECT_EQ(program.first_loss(bytes_of(items[0]), 8, 20'000), 19'998);
}

TEST(ConversionRecord, sub_arrays_of_records_convert_element_by_element) {
    const Format dst_format = record({{"n", i32}, {"r", subarray(record({{"a", f32}, {"b", subarray(i32, {3})}}), {2, 2})}});
    const Format src_format = record({{"r", subarray(record({{"b", subarray(i16, {3})}, {"a", i16}}), {2, 2})}, {"n", i32}});
    struct Src {
        struct {
            std::int16_t b[3], a;
        } r[4];
        std::int32_t n;
    };
    struct Dst {
        std::int32_t n;
        struct {
            float a;
            std::int32_t b[3];
        } r[4];
    };
    ASSERT_EQ(src_format.itemsize(), static_cast<std::int64_t>(sizeof(Src)));
    ASSERT_EQ(dst_format.itemsize(), static_cast<std::int64_t>(sizeof(Dst)));
    for (const std::size_t count : {1U, 3U, 50U}) {  // few: the sub-array is the longer loop; many: the items are
        std::vector<Src> src(count);
        std::vector<Dst> dst(count);
        for (std::size_t i = 0; i < count; ++i) {
            src[i].n = static_cast<int>(i);
            for (int k = 0; k < 16; ++k) (k % 4 == 3 ? src[i].r[k / 4].a : src[i].r[k / 4].b[k % 4]) = static_cast<std::int16_t>(100 * static_cast<int>(i) + k);
        }
        ConversionProgram::make(dst_format, src_format, Conversion::cpp)
            .run(bytes_of(dst[0]), sizeof(Dst), bytes_of(src[0]), sizeof(Src), static_cast<std::int64_t>(count));
        for (std::size_t i = 0; i < count; ++i) {
            ASSERT_EQ(dst[i].n, static_cast<int>(i));
            for (int k = 0; k < 16; ++k) {
                const int expected = 100 * static_cast<int>(i) + k;
                ASSERT_EQ(k % 4 == 3 ? static_cast<int>(dst[i].r[k / 4].a) : dst[i].r[k / 4].b[k % 4], expected) << count << ' ' << i << ' ' << k;
            }
        }
    }
}

TEST(ConversionRecord, unnamed_fields_match_by_position_among_themselves) {
    const Format dst_format = record({{"", f32}, {"x", i32}, {"", i32}});
    const Format src_format = record({{"x", i16}, {"", i16}, {"", i16}, {"", i16}});
    const std::int16_t src[4] = {1, 2, 3, 4};
    struct {
        float first;
        std::int32_t x, second;
    } dst{};
    ConversionProgram::make(dst_format, src_format, Conversion::cpp).run(bytes_of(dst), 0, bytes_of(src), 0, 1);
    EXPECT_EQ(dst.first, 2.0F);
    EXPECT_EQ(dst.x, 1);
    EXPECT_EQ(dst.second, 3);
    EXPECT_THAT(refusal(dst_format, src_format, Conversion::checked), HasSubstr("(unnamed 2)"));
    EXPECT_THAT(refusal(src_format, dst_format), HasSubstr("(unnamed 2) of the destination is not in the source"));
}

TEST(ConversionRecord, refusals_name_the_field_and_both_formats) {
    const Format a = record({{"p", record({{"q", f32}})}});
    EXPECT_THAT(refusal(a, record({{"p", record({{"r", f32}})}})), HasSubstr("field p.q of the destination is not in the source"));
    EXPECT_THAT(refusal(a, record({{"p", f32}})),
                AllOf(HasSubstr("field p"), HasSubstr("float32 does not convert to"), HasSubstr("a record and a single value")));
    EXPECT_EQ(refusal(record({{"s", subarray(f32, {2, 3})}}), record({{"s", subarray(i16, {3, 2})}})).rfind("field s: ", 0), 0U);
    EXPECT_THAT(refusal(subarray(f32, {2, 3}), subarray(i16, {3, 2})), HasSubstr("shapes (3,2) and (2,3)"));
    EXPECT_THAT(refusal(subarray(f32, {1}), f32), HasSubstr("shapes () and (1)"));
    EXPECT_EQ(refusal(subarray(f32, {2, 3}), subarray(subarray(i16, {3}), {2})), "");
    EXPECT_THAT(refusal(f32, text(Kind::bytes, 4)), AllOf(HasSubstr("float32"), HasSubstr("no rule between these kinds")));
    EXPECT_THAT(refusal(text(Kind::bytes, 4), text(Kind::ucs4, 4)), HasSubstr("no rule between these kinds"));
    EXPECT_THAT(refusal(Format::opaque(4), Format::opaque(5)), HasSubstr("different sizes"));
    EXPECT_THAT(refusal(Format::opaque(4), f32), HasSubstr("no rule"));
    EXPECT_THAT(refusal(Format::time(Kind::datetime, "ns"), Format::time(Kind::datetime, "us")), HasSubstr("different units"));
    EXPECT_THAT(refusal(Format::time(Kind::datetime, "ns"), Format::time(Kind::timedelta, "ns")), HasSubstr("no rule"));
    EXPECT_THAT(refusal(Format::time(Kind::datetime, "ns"), Format::number(Kind::integer, 64)), HasSubstr("no rule"));
    EXPECT_THAT(refusal(Format::pointer(f32), Format::pointer(f64)), HasSubstr("addresses"));
    EXPECT_THAT(refusal(Format::pointer(), Format::number(Kind::unsigned_integer, 64)), HasSubstr("addresses"));
    EXPECT_EQ(refusal(Format::py_object(), Format::py_object()), "");
    EXPECT_THAT(refusal(u8, Format::number(Kind::integer, 4)), HasSubstr("less than a byte"));
}

TEST(ConversionRecord, fields_that_share_bytes_convert_only_as_the_same_bytes) {
    const std::vector<FieldSpec> both = {{"i", i32, 0}, {"f", f32, 0}, {"n", i16, 4}};
    const std::vector<FieldSpec> wide = {{"i", i32, 0}, {"f", f32, 0}, {"n", i32, 4}};
    const std::vector<FieldSpec> apart = {{"i", i32, 0}, {"f", f32, 4}, {"n", i16, 8}};
    EXPECT_EQ(refusal(Format::record(wide), Format::record(both)), "");
    EXPECT_EQ(refusal(Format::record(apart), Format::record(both)), "");
    EXPECT_THAT(refusal(Format::record(both), Format::record(apart)), HasSubstr("fields i and f of the destination share bytes"));
    EXPECT_THAT(refusal(Format::record(both).with_byte_order(other_order), Format::record(both)), HasSubstr("share bytes"));
}

TEST(ConversionRecord, without_conversion_only_byte_orders_may_differ) {
    const Format swapped = to_record.with_byte_order(other_order);
    EXPECT_EQ(refusal(swapped, to_record, Conversion::none), "");
    EXPECT_THAT(refusal(f64, f32, Conversion::none), AllOf(HasSubstr("float32"), HasSubstr("float64"), HasSubstr("none was asked for")));
    EXPECT_THAT(refusal(record({{"a", f32}, {"b", f32}}), record({{"b", f32}, {"a", f32}}), Conversion::none), HasSubstr("none was asked for"));
    EXPECT_THAT(refusal(text(Kind::bytes, 4), text(Kind::bytes, 3), Conversion::none), HasSubstr("none was asked for"));
    To item{};
    item.mask = 9;
    item.weight = 1.5F;
    item.sizes[1][2] = -2.0F;
    To there{};
    To back{};
    ConversionProgram::make(swapped, to_record, Conversion::none).run(bytes_of(there), 0, bytes_of(item), 0, 1);
    ConversionProgram::make(to_record, swapped, Conversion::none).run(bytes_of(back), 0, bytes_of(there), 0, 1);
    EXPECT_NE(there.weight, 1.5F);
    EXPECT_EQ(back.weight, 1.5F);
    EXPECT_EQ(back.sizes[1][2], -2.0F);
    EXPECT_EQ(back.mask, 9);
}

TEST(ConversionRecord, plain_and_swap_programs_say_so) {
    const auto make = [](const Format& to, const Format& from) { return ConversionProgram::make(to, from, Conversion::none); };
    EXPECT_TRUE(make(from_record, from_record).is_plain());
    EXPECT_TRUE(make(f32, f32).is_plain());
    EXPECT_EQ(make(f64.with_byte_order(other_order), f64).swap_bytes(), 8);
    const Format z = Format::number(Kind::complex, 64);
    EXPECT_EQ(make(z.with_byte_order(other_order), z).swap_bytes(), 4);
    EXPECT_EQ(make(subarray(i16, {2, 3}).with_byte_order(other_order), subarray(i16, {2, 3})).swap_bytes(), 2);
    EXPECT_EQ(make(text(Kind::ucs4, 5, other_order), text(Kind::ucs4, 5)).swap_bytes(), 4);
    EXPECT_EQ(make(Format::time(Kind::datetime, "ns", other_order), Format::time(Kind::datetime, "ns")).swap_bytes(), 8);
    EXPECT_EQ(make(record({{"a", f32}, {"b", i32}}).with_byte_order(other_order), record({{"a", f32}, {"b", i32}})).swap_bytes(), 4);
    EXPECT_FALSE(make(to_record.with_byte_order(other_order), to_record).is_byte_swap());
    EXPECT_FALSE(make(to_record.with_byte_order(other_order), to_record).is_plain());
    EXPECT_EQ(ConversionProgram::make(u8, f32, Conversion::cpp).swap_bytes(), 0);
    EXPECT_EQ(ConversionProgram::make(u8, f32, Conversion::cpp).describe(), "float32 -> uint8");
}

TEST(ConversionRecord, byte_swaps_run_in_place) {
    std::uint32_t items[] = {0x01020304, 0x05060708, 0x090a0b0c};
    ConversionProgram::make(f32.with_byte_order(other_order), f32, Conversion::none).run(bytes_of(items), 4, bytes_of(items), 4, 3);
    EXPECT_EQ(items[0], 0x04030201U);
    EXPECT_EQ(items[2], 0x0c0b0a09U);
}

TEST(ConversionText, is_padded_with_zeros_and_cut) {
    using std::string_literals::operator""s;
    const auto s = [](std::int64_t n) { return text(Kind::bytes, n); };
    EXPECT_EQ(converted_text(s(5), s(3), "abc"), "abc\0\0"s);
    EXPECT_EQ(converted_text(s(2), s(3), "abc"), "ab");
    EXPECT_EQ(converted_text(s(1), Format::text(Kind::character, 1), "x"), "x");
    EXPECT_EQ(converted_text(s(2), s(0), ""), "\0\0"s);
    EXPECT_EQ(converted_text(s(0), s(2), "ab"), "");
    const Format u2 = text(Kind::ucs4, 2, ByteOrder::little);
    EXPECT_EQ(converted_text(text(Kind::ucs4, 1, ByteOrder::big), u2, "a\0\0\0b\0\0\0"s), "\0\0\0a"s);
    EXPECT_EQ(converted_text(text(Kind::ucs4, 3, ByteOrder::big), u2, "a\0\0\0b\0\0\0"s), "\0\0\0a\0\0\0b\0\0\0\0"s);
    EXPECT_EQ(converted_text(text(Kind::ucs2, 1, ByteOrder::big), text(Kind::ucs2, 2, ByteOrder::little), "a\0b\0"s), "\0a"s);
    EXPECT_EQ(converted_text(text(Kind::pascal, 3), text(Kind::pascal, 5), "\4abcd"), "\2ab");
    EXPECT_EQ(converted_text(text(Kind::pascal, 6), text(Kind::pascal, 3), "\377ab"), "\2ab\0\0\0"s);
    EXPECT_EQ(converted_text(text(Kind::pascal, 1), text(Kind::pascal, 3), "\2ab"), "\0"s);
}

TEST(ConversionText, checked_mode_refuses_to_cut_anything_but_zeros) {
    using std::string_literals::operator""s;
    const auto loss = [](const Format& to, const Format& from, const std::string& items) {
        return ConversionProgram::make(to, from, Conversion::checked)
            .first_loss(reinterpret_cast<const std::byte*>(items.data()), from.itemsize(), static_cast<std::int64_t>(items.size()) / from.itemsize());
    };
    EXPECT_EQ(loss(text(Kind::bytes, 2), text(Kind::bytes, 3), "ab\0cd\0efg"s), 2);
    EXPECT_EQ(loss(text(Kind::bytes, 2), text(Kind::bytes, 3), "ab\0cd\0"s), -1);
    EXPECT_EQ(loss(text(Kind::bytes, 4), text(Kind::bytes, 3), "abc"), -1);
    EXPECT_EQ(loss(text(Kind::ucs4, 1, ByteOrder::big), text(Kind::ucs4, 2, ByteOrder::little), "a\0\0\0\0\0\0\0a\0\0\0\0\1\0\0"s), 1);
    EXPECT_EQ(loss(text(Kind::pascal, 3), text(Kind::pascal, 5), "\2ab\0\0\3abc\0"s), 1);
    const std::string item = "abc";
    EXPECT_THAT(
        ConversionProgram::make(text(Kind::bytes, 2), text(Kind::bytes, 3), Conversion::checked).describe_loss(reinterpret_cast<const std::byte*>(item.data())),
        HasSubstr("does not fit in"));
}

}  // namespace
}  // namespace ndlease
