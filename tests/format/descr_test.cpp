// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <ndlease/format_codes.hpp>

#include "format/expect_error.hpp"

namespace {

using ndlease::Dims;
using ndlease::errc;
using ndlease::Field;
using ndlease::FieldSpec;
using ndlease::Format;
using ndlease::Kind;
using ndlease::parse_descr;
using ndlease::print_descr;

// Names and offsets of all depths: "a@0 s@8{x@0}".
std::string outline(const Format& format) {
    std::string text;
    for (const Field& field : format.fields()) {
        if (!text.empty()) text += ' ';
        text += field.name() + '@' + std::to_string(field.offset());
        if (field.format().element().is_record()) text += '{' + outline(field.format().element()) + '}';
    }
    return text;
}

TEST(Descr, as_numpy_writes_it_both_ways) {
    struct Case {
        const char* descr;  // repr(dtype.descr) of NumPy 1.24, or repr(dtype.str)
        std::int64_t itemsize;
        const char* outline;
    };
    const Case cases[] = {
        {"'<f4'", 4, ""},
        {"[('a', '|i1'), ('b', '<i4')]", 5, "a@0 b@1"},
        {"[('a', '|i1'), ('', '|V3'), ('b', '<i4')]", 8, "a@0 b@4"},
        {"[('ival', '<i4'), ('data', '<f8', (16, 4))]", 516, "ival@0 data@4"},
        {"[('s', '|S3'), ('u', '<U2'), ('v', '|V4')]", 15, "s@0 u@3 v@11"},
        {"[('', '|V4'), ('x', '<f4'), ('', '|V8')]", 16, "x@4"},
        {"[('a', '<i4', (2, 3)), ('b', '<i4', (3,))]", 36, "a@0 b@24"},
        {"[('a', [('b', '<i4', (2,)), ('c', '|S2')], (2,))]", 20, "a@0{b@0 c@8}"},
        {"[('s', [('a', '<i8'), ('b', '|i1'), ('', '|V7')]), ('y', '|i1')]", 17, "s@0{a@0 b@8} y@16"},
        {"[('', '|V4')]", 4, ""},
        {"[]", 0, ""},
        {"[('a', '|V0'), ('b', '|S0'), ('c', '<U0')]", 0, "a@0 b@0 c@0"},
        {"[('x', '<M8[ns]'), ('y', '>m8[2D]')]", 16, "x@0 y@8"},
        {"[(\"it's\", '<i4'), ('q\"', '<i4'), ('a\\nb', '<i4'), ('\xc3\xa9', '<i4')]", 16, "it's@0 q\"@4 a\nb@8 \xc3\xa9@12"},
        {"('<i4', (2, 3))", 24, ""},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.descr);
        const Format format = parse_descr(c.descr);
        EXPECT_EQ(format.itemsize(), c.itemsize);
        EXPECT_EQ(outline(format), c.outline);
        EXPECT_EQ(print_descr(format), c.descr);
    }
}

TEST(Descr, other_spellings) {
    EXPECT_EQ(parse_descr("[(('a title', 'a'), '<i4')]"), parse_descr("[('a', '<i4')]"));
    EXPECT_EQ(parse_descr("[((None, 'a'), b'<i4')]"), parse_descr("[('a', '<i4')]"));
    EXPECT_EQ(parse_descr("[('', '<f4')]"), parse_descr("'<f4'"));
    EXPECT_EQ(parse_descr("[('a', '<i4', 3)]"), parse_descr("[('a', '<i4', (3,))]"));
    EXPECT_EQ(parse_descr("[('a', ('<i4', (2,)), (3,))]"), parse_descr("[('a', '<i4', (3, 2))]"));
    EXPECT_EQ(parse_descr("[('a', '<i4', ())]"), parse_descr("[('a', '<i4')]"));
    EXPECT_EQ(parse_descr("[('', '<i4'), ('', '<i2')]").fields().size(), 2U);
}

TEST(Descr, promises_only_alignments_that_hold) {
    EXPECT_EQ(parse_descr("[('a', '<i4'), ('b', '<f8')]").alignment(), 4);
    EXPECT_EQ(parse_descr("[('a', '<i4'), ('b', '<f8')]").find("b")->format().alignment(), 4);
    EXPECT_EQ(parse_descr("[('a', '<i8'), ('b', '<f8')]").alignment(), 8);
    const Format nested = parse_descr("[('a', '|i1'), ('s', [('b', '<f8'), ('c', '<i4')])]");
    EXPECT_EQ(nested.alignment(), 1);
    EXPECT_EQ(nested.find("s")->format().find("b")->format().alignment(), 1);
    EXPECT_EQ(parse_descr("[('a', '<f8'), ('b', '|i1')]").find("a")->format().alignment(), 1);
}

TEST(Descr, refusals_say_where) {
    struct Case {
        const char* descr;
        std::int64_t position;
        const char* part;
    };
    const Case cases[] = {
        {"None", 0, "not None"},
        {"3", 0, "not an integer"},
        {"{}", 0, "not a dict"},
        {"('<i4',)", 0, "not a tuple"},
        {"[3]", 1, "field tuple"},
        {"['<i4']", 1, "field tuple"},
        {"[('a',)]", 1, "field tuple"},
        {"[('a', '<i4', (2,), 1)]", 1, "field tuple"},
        {"[(3, '<i4')]", 2, "field name"},
        {"[((1, 2), '<i4')]", 2, "field name"},
        {"[('a', 4)]", 7, "not an integer"},
        {"[('a', '<z4')]", 7, "unknown kind letter"},
        {"[('a', '<i4', (-2,))]", 15, "must not be negative"},
        {"[('a', '<i4', -2)]", 14, "must not be negative"},
        {"[('a', '<i4', ('x',))]", 15, "must be an integer"},
        {"[('a', '<i4', 'x')]", 14, "tuple of extents"},
        {"[('a', '<i4'), ('a', '<i4')]", 16, "'a' appears twice"},
        {"[('a', '<i4', (4611686018427387904, 4611686018427387904))]", 1, "63 bits"},
        {"[('a', '|V9223372036854775807'), ('b', '|i1')]", 33, "63 bits"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.descr);
        expect_error(
            errc::bad_format, c.part, [&] { (void)parse_descr(c.descr); }, c.position);
    }
}

TEST(Descr, nesting_is_limited) {
    const auto nested = [](int depth) {
        std::string text = "'<i4'";
        for (int i = 1; i < depth; ++i) text = "[('a', " + text + ")]";
        return text;
    };
    EXPECT_EQ(parse_descr(nested(64)).depth(), 64);
    EXPECT_EQ(print_descr(parse_descr(nested(64))), nested(64));
    expect_error(errc::bad_format, "nested deeper than 64", [&] { (void)parse_descr(nested(65)); });
}

TEST(Descr, what_it_cannot_say_is_named) {
    const Format i4 = Format::number(Kind::integer, 32);
    const auto record = [&](const std::vector<FieldSpec>& fields) { return Format::record(fields); };
    expect_error(errc::not_expressible, "field 'b' starts before the end", [&] { (void)print_descr(record({{"a", i4, 0}, {"b", i4, 2}})); });
    expect_error(errc::not_expressible, "field 'b' starts before the end", [&] { (void)print_descr(record({{"a", i4, 4}, {"b", i4, 0}})); });
    expect_error(errc::not_expressible, "read as a gap", [&] { (void)print_descr(record({{"", Format::opaque(4)}, {"b", i4}})); });
    expect_error(errc::not_expressible, "lone unnamed", [&] { (void)print_descr(record({{"", i4}})); });
    expect_error(errc::not_expressible, "ucs2: typestr cannot say it", [&] { (void)print_descr(record({{"a", Format::text(Kind::ucs2, 2)}})); });
}

}  // namespace
