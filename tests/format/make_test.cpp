// SPDX-License-Identifier: Apache-2.0
// Making Formats without strings: sizes, checks, sharing, equality.
#include <gtest/gtest.h>

#include <cstdint>
#include <thread>
#include <vector>

#include <ndlease/format.hpp>

#include "format/expect_error.hpp"

namespace {

using ndlease::ByteOrder;
using ndlease::errc;
using ndlease::Field;
using ndlease::FieldSpec;
using ndlease::Format;
using ndlease::Kind;

constexpr ByteOrder other_order = ByteOrder::native == ByteOrder::little ? ByteOrder::big : ByteOrder::little;

Format int8() { return Format::number(Kind::integer, 8); }
Format int32() { return Format::number(Kind::integer, 32); }
Format float64() { return Format::number(Kind::floating, 64); }

Format record(std::vector<FieldSpec> fields, std::int64_t itemsize = -1, std::int64_t alignment = 0) { return Format::record(fields, itemsize, alignment); }
Format subarray(const Format& element, std::vector<std::int64_t> shape) { return Format::subarray(element, shape); }

TEST(MakeNumber, sizes_and_alignments_are_the_compilers) {
    EXPECT_EQ(int32().itemsize(), 4);
    EXPECT_EQ(int32().alignment(), 4);
    EXPECT_EQ(float64().bits(), 64);
    EXPECT_EQ(float64().byte_order(), ByteOrder::native);
    EXPECT_EQ(Format::number(Kind::complex, 128).itemsize(), 16);
    EXPECT_EQ(Format::number(Kind::complex, 128).alignment(), alignof(double));
    const Format x87 = Format::number(Kind::x87, 80);
    EXPECT_EQ(x87.bits(), 80);
#if defined(__x86_64__)
    EXPECT_EQ(x87.itemsize(), 16);
    EXPECT_EQ(x87.alignment(), 16);
#endif
}

TEST(MakeNumber, one_byte_has_no_byte_order) {
    EXPECT_EQ(Format::number(Kind::integer, 8, ByteOrder::big).byte_order(), ByteOrder::none);
    EXPECT_EQ(Format::number(Kind::float8_e5m2, 8, ByteOrder::big), Format::number(Kind::float8_e5m2, 8));
    EXPECT_EQ(Format::number(Kind::float6_e2m3fn, 6).bits(), 6);
    EXPECT_EQ(Format::number(Kind::unsigned_integer, 3).itemsize(), 1);
}

TEST(MakeNumber, widths_that_do_not_exist_are_refused) {
    for (const auto& [kind, bits] : std::vector<std::pair<Kind, int>>{{Kind::integer, 24},
                                                                      {Kind::integer, 0},
                                                                      {Kind::integer, -8},
                                                                      {Kind::integer, 256},
                                                                      {Kind::floating, 80},
                                                                      {Kind::boolean, 1},
                                                                      {Kind::x87, 128},
                                                                      {Kind::complex, 16},
                                                                      {Kind::bfloat, 32},
                                                                      {Kind::float4_e2m1fn, 8},
                                                                      {Kind::pointer, 64},
                                                                      {Kind::record, 8},
                                                                      {Kind::character, 8}}) {
        expect_error(errc::bad_format, "bits", [kind = kind, bits = bits] { (void)Format::number(kind, bits); });
    }
    expect_error(errc::bad_format, "byte order", [] { (void)Format::number(Kind::integer, 16, ByteOrder::none); });
}

TEST(MakeText, length_counts_units) {
    EXPECT_EQ(Format::text(Kind::ucs4, 3).itemsize(), 12);
    EXPECT_EQ(Format::text(Kind::ucs4, 3).length(), 3);
    EXPECT_EQ(Format::text(Kind::ucs2, 3).alignment(), 2);
    EXPECT_EQ(Format::text(Kind::bytes, 5).byte_order(), ByteOrder::none);
    EXPECT_EQ(Format::opaque(0).itemsize(), 0);
    EXPECT_NE(Format::text(Kind::bytes, 5), Format::opaque(5));
    expect_error(errc::bad_format, "-1", [] { (void)Format::opaque(-1); });
    expect_error(errc::bad_format, "length 1", [] { (void)Format::text(Kind::character, 2); });
    expect_error(errc::overflow, "ucs4", [] { (void)Format::text(Kind::ucs4, INT64_MAX / 2); });
}

TEST(MakeTime, unit_is_checked_and_normalised) {
    EXPECT_EQ(Format::time(Kind::datetime, "ns").unit(), "ns");
    EXPECT_EQ(Format::time(Kind::timedelta, "25s").unit(), "25s");
    EXPECT_EQ(Format::time(Kind::timedelta, "1s"), Format::time(Kind::timedelta, "s"));
    EXPECT_NE(Format::time(Kind::timedelta, "s"), Format::time(Kind::timedelta, "ms"));
    EXPECT_EQ(Format::time(Kind::datetime, "").itemsize(), 8);
    for (const char* unit : {"q", "0s", "5", "s ", "-1s", "12345678901s"}) {
        expect_error(errc::bad_format, unit, [unit] { (void)Format::time(Kind::datetime, unit); });
    }
}

TEST(MakeRecord, places_fields_as_c_does) {
    const Format made = record({{"a", int8()}, {"b", float64()}, {"c", int8()}});
    EXPECT_EQ(made.itemsize(), 24);
    EXPECT_EQ(made.alignment(), 8);
    EXPECT_EQ(made.fields()[1].offset(), 8);
    EXPECT_EQ(made.find("c")->offset(), 16);
    EXPECT_EQ(made.find("d"), nullptr);
    EXPECT_EQ(made.depth(), 2);
    EXPECT_EQ(made.byte_order(), ByteOrder::none);
}

TEST(MakeRecord, union_and_gaps_are_allowed_and_outside_is_not) {
    EXPECT_EQ(record({{"a", int32(), 0}, {"b", float64(), 0}}).itemsize(), 8);
    EXPECT_EQ(record({{"a", int32(), 4}}, 12).itemsize(), 12);
    expect_error(errc::bad_format, "field 'a' ends at byte 8 of a record of 7", [] { (void)record({{"a", int32(), 4}}, 7); });
    expect_error(errc::bad_format, "two fields are named 'a'", [] { (void)record({{"a", int32()}, {"a", int8()}}); });
    expect_error(errc::bad_format, "power of two", [] { (void)record({}, 0, 3); });
    expect_error(errc::overflow, "end of a field", [] { (void)record({{"a", int32(), INT64_MAX - 1}}); });
    EXPECT_EQ(record({{"", int32()}, {"", int8()}}).fields().size(), 2U);
}

TEST(MakeRecord, equal_names_are_found_among_many) {
    std::vector<FieldSpec> fields;
    for (int i = 0; i < 100; ++i) fields.push_back({"f" + std::to_string(i), int8()});
    EXPECT_EQ(Format::record(fields).itemsize(), 100);
    fields.push_back({"f42", int8()});
    expect_error(errc::bad_format, "'f42'", [&] { (void)Format::record(fields); });
}

TEST(MakeSubarray, dimensions_merge) {
    const Format made = subarray(subarray(int32(), {3}), {2});
    EXPECT_EQ(made.shape(), (ndlease::Dims{2, 3}));
    EXPECT_EQ(made.element(), int32());
    EXPECT_EQ(made.itemsize(), 24);
    EXPECT_EQ(made.depth(), 2);
    EXPECT_EQ(subarray(int32(), {}), int32());
    EXPECT_EQ(subarray(int32(), {0, 5}).itemsize(), 0);
}

TEST(MakeSubarray, narrow_elements_are_packed) {
    const Format nibble = Format::number(Kind::unsigned_integer, 4);
    EXPECT_EQ(subarray(nibble, {3}).itemsize(), 2);
    EXPECT_EQ(subarray(nibble, {3}).bits(), 12);
    EXPECT_EQ(subarray(subarray(nibble, {3}), {2}).itemsize(), 4);  // each row is whole bytes
    EXPECT_EQ(subarray(Format::number(Kind::float6_e3m2fn, 6), {4}).itemsize(), 3);
}

TEST(MakeSubarray, impossible_shapes_are_refused) {
    expect_error(errc::bad_format, "-1", [] { (void)subarray(int32(), {-1}); });
    expect_error(errc::overflow, "does not fit", [] { (void)subarray(int32(), {INT64_MAX / 2, 4}); });
    expect_error(errc::overflow, "does not fit", [] { (void)subarray(int32(), {INT64_MAX, INT64_MAX, 0}); });
    expect_error(errc::bad_format, "64", [] { (void)subarray(int32(), std::vector<std::int64_t>(65, 1)); });
}

TEST(Depth, is_limited) {
    Format deep = int8();
    for (int i = 1; i < ndlease::max_format_depth; ++i) deep = record({{"a", deep}});
    EXPECT_EQ(deep.depth(), ndlease::max_format_depth);
    expect_error(errc::bad_format, "64", [&] { (void)record({{"a", deep}}); });
    expect_error(errc::bad_format, "64", [&] { (void)Format::pointer(deep); });
    expect_error(errc::bad_format, "64", [&] { (void)subarray(deep, {2}); });
}

TEST(With, alignment_does_not_count_in_equality) {
    EXPECT_EQ(float64().with_alignment(1).alignment(), 1);
    EXPECT_EQ(float64().with_alignment(64).alignment(), 64);
    EXPECT_EQ(float64().with_alignment(64), float64());
    expect_error(errc::bad_format, "12", [] { (void)float64().with_alignment(12); });
}

TEST(With, itemsize_pads_records_and_x87_only) {
    const Format made = record({{"a", int32()}});
    EXPECT_EQ(made.with_itemsize(9).itemsize(), 9);
    EXPECT_NE(made.with_itemsize(9), made);
    EXPECT_EQ(Format::number(Kind::x87, 80).with_itemsize(12).itemsize(), 12);
    EXPECT_EQ(Format::number(Kind::complex_x87, 160).with_itemsize(24).itemsize(), 24);
    expect_error(errc::bad_format, "ends at 4", [&] { (void)made.with_itemsize(3); });
    expect_error(errc::bad_format, "integer of 4 bytes cannot have 8 bytes", [] { (void)int32().with_itemsize(8); });
    expect_error(errc::bad_format, "x87 cannot have 10", [] { (void)Format::number(Kind::x87, 80).with_itemsize(10); });
}

TEST(With, byte_order_reaches_every_part) {
    const Format made = record({{"a", subarray(int32(), {2})}, {"t", Format::time(Kind::datetime, "s")}, {"b", int8()}, {"p", Format::pointer()}});
    EXPECT_TRUE(made.is_native());
    const Format swapped = made.with_byte_order(other_order);
    EXPECT_FALSE(swapped.is_native());
    EXPECT_EQ(swapped.find("a")->format().byte_order(), other_order);
    EXPECT_EQ(swapped.find("t")->format().byte_order(), other_order);
    EXPECT_EQ(swapped.find("t")->format().unit(), "s");
    EXPECT_EQ(swapped.find("p")->format().byte_order(), ByteOrder::native);
    EXPECT_EQ(swapped.with_byte_order(ByteOrder::native), made);
    EXPECT_TRUE(swapped.with_byte_order(ByteOrder::native).is_native());
    EXPECT_EQ(swapped.alignment(), made.alignment());
}

TEST(Equality, sees_every_difference) {
    const Format base = record({{"a", int32()}, {"b", float64()}});
    EXPECT_EQ(base, record({{"a", int32()}, {"b", float64()}}));
    EXPECT_NE(base, record({{"a", int32()}, {"c", float64()}}));
    EXPECT_NE(base, record({{"a", Format::number(Kind::unsigned_integer, 32)}, {"b", float64()}}));
    EXPECT_NE(base, record({{"a", int32(), 4}, {"b", float64()}}));
    EXPECT_NE(base, record({{"a", int32().with_byte_order(other_order)}, {"b", float64()}}));
    EXPECT_NE(subarray(int32(), {2, 3}), subarray(int32(), {3, 2}));
    EXPECT_NE(Format::pointer(), Format::pointer(int32()));
    EXPECT_NE(Format::pointer(int8()), Format::pointer(int32()));
    EXPECT_NE(Format::bit_field(3), Format::bit_field(4));
}

TEST(Addresses, are_found_at_any_depth) {
    EXPECT_TRUE(record({{"a", int8()}, {"b", subarray(Format::py_object(), {2})}}).has_addresses());
    EXPECT_FALSE(record({{"a", int8()}}).has_addresses());
    EXPECT_EQ(*Format::pointer(int32()).target(), int32());
    EXPECT_EQ(Format::pointer().target(), nullptr);
}

TEST(Sharing, moved_from_is_a_byte_and_copies_are_one_node) {
    Format a = record({{"a", int32()}});
    const Format b = a;
    EXPECT_EQ(a.node(), b.node());
    const Format c = std::move(a);
    EXPECT_EQ(a, Format());  // NOLINT(bugprone-use-after-move): what a moved-from Format is, is promised
    EXPECT_EQ(c, b);
    EXPECT_EQ(Format(), Format::number(Kind::unsigned_integer, 8));
    EXPECT_EQ(int32().node(), int32().node());  // common scalars are interned
    EXPECT_EQ(float64().with_alignment(1).node(), float64().with_alignment(1).node());
}

TEST(Sharing, counts_across_threads) {
    const Format shared = record({{"a", subarray(int32(), {2})}});
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([shared] {
            for (int i = 0; i < 10000; ++i) {
                const Format copy = shared;
                Format moved = copy.fields()[0].format();
                moved = copy;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(shared.fields().size(), 1U);
}

TEST(KindNames, are_all_there) {
    for (int kind = 0; kind <= static_cast<int>(Kind::subarray); ++kind) EXPECT_STRNE(to_string(static_cast<Kind>(kind)), "unknown");
    EXPECT_STREQ(to_string(Kind::unsigned_integer), "unsigned_integer");
}

}  // namespace
