// SPDX-License-Identifier: Apache-2.0
// Size, alignment and every offset of known strings on x86-64, found once with NumPy, struct and gcc.
#include <gtest/gtest.h>

#include <string>

#include <ndlease/format_text.hpp>

namespace {

using ndlease::Abi;
using ndlease::Field;
using ndlease::Format;
using ndlease::parse_format;

const Format& innermost(const Format& format) { return format.is_subarray() ? innermost(format.element()) : format; }

/// "0 4{0 2}": the offset of each field, and in braces those of the records inside.
std::string offsets(const Format& record) {
    std::string text;
    for (const Field& field : record.fields()) {
        if (!text.empty()) text += ' ';
        text += std::to_string(field.offset());
        if (innermost(field.format()).is_record()) text += '{' + offsets(innermost(field.format())) + '}';
    }
    return text;
}

struct Row {
    const char* text;
    std::int64_t size;
    std::int64_t alignment;
    const char* offsets;  // of the items of the string
    bool one_item;        // which the Format is, without a record around it
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.text; }

class Vectors : public testing::TestWithParam<Row> {};

TEST_P(Vectors, are_read_as_peers_do) {
    const Row& row = GetParam();
    const Format format = parse_format(row.text, {.abi = &Abi::lp64(), .itemsize = {}});
    EXPECT_EQ(format.itemsize(), row.size);
    EXPECT_EQ(format.alignment(), row.alignment);
    if (!row.one_item) {
        EXPECT_TRUE(format.is_record());
        EXPECT_EQ(offsets(format), row.offsets);
    } else if (innermost(format).is_record()) {
        EXPECT_EQ("0{" + offsets(innermost(format)) + '}', row.offsets);
    } else {
        EXPECT_STREQ("0", row.offsets);
    }
    if (std::string_view(row.text).starts_with("T{b:x:xxxxxxxT{d")) return;  // ambiguous where an itemsize is stated
    const Format stated = parse_format(row.text, {.abi = &Abi::lp64(), .itemsize = row.size});
    EXPECT_EQ(stated, format) << "the size that natural padding gives must not change the reading";
}

INSTANTIATE_TEST_SUITE_P(Strings, Vectors,
                         testing::Values(Row{"<l", 4, 1, "0", true},                                                     //
                                         Row{"!h", 2, 1, "0", true},                                                     //
                                         Row{"3w", 12, 4, "0", true},                                                    //
                                         Row{"5x", 5, 1, "", false},                                                     //
                                         Row{"(2,3)f", 24, 4, "0", true},                                                //
                                         Row{"(0)I", 0, 4, "0", true},                                                   //
                                         Row{"bi", 8, 4, "0 4", false},                                                  //
                                         Row{"=bi", 5, 1, "0 1", false},                                                 //
                                         Row{"^bi", 5, 1, "0 1", false},                                                 //
                                         Row{"bZf", 12, 4, "0 4", false},                                                //
                                         Row{"ib", 8, 4, "0 4", false},                                                  //
                                         Row{"ix", 8, 4, "0", false},                                                    //
                                         Row{"ib0i", 8, 4, "0 4 8", false},                                              //
                                         Row{"4c4s", 8, 1, "0 4", false},                                                //
                                         Row{"2h3i", 16, 4, "0 4", false},                                               //
                                         Row{"T{}", 0, 1, "0{}", true},                                                  //
                                         Row{"2T{bi}", 16, 4, "0{0 4}", true},                                           //
                                         Row{"bT{ib}", 12, 4, "0 4{0 4}", false},                                        //
                                         Row{"T{ib}b", 12, 4, "0{0 4} 8", false},                                        //
                                         Row{"b(2)T{ib}b", 24, 4, "0 4{0 4} 20", false},                                 //
                                         Row{"(3)T{ix}", 24, 4, "0{0}", true},                                           //
                                         Row{"i:ival:T{H:sval:B:bval:B:cval:}:sub:", 8, 4, "0 4{0 2 3}", false},         //
                                         Row{"T{b:x:xxxxxxxT{d:a:b:b:}:s:xxxxxxxb:y:}", 32, 8, "0{0 8{0 8} 31}", true},  //
                                         Row{">i:big: <i:little:", 8, 1, "0 4", false},                                  //
                                         Row{"T{b:a:=i:b:}", 5, 1, "0{0 1}", true},                                      //
                                         Row{"T{=b:a:i:b:}i", 9, 1, "0{0 1} 5", false},                                  //
                                         Row{"T{d:a:<b:b:}", 9, 1, "0{0 8}", true},                                      //
                                         Row{"^T{b:x:7xT{d:d:b:c:7x}:s:b:y:7x}", 32, 1, "0{0 8{0 8} 24}", true},         //
                                         Row{"T{(3)<d:arr:}", 24, 1, "0{0}", true},                                      //
                                         Row{"<(3)i", 12, 1, "0", true},                                                 //
                                         Row{"2<i", 8, 1, "0", true},                                                    //
                                         Row{"T{(2)(3)i:foo:}", 24, 4, "0{0}", true},                                    //
                                         Row{"T{n:a:P:b:}", 16, 8, "0{0 8}", true},                                      //
                                         Row{"&<i", 8, 1, "0", true},                                                    //
                                         Row{"bT{<b@d}", 24, 8, "0 8{0 8}", false},                                      //
                                         Row{"bT{d:a:<b:b:}", 10, 1, "0 1{0 8}", false},                                 //
                                         Row{"", 0, 1, "", false}, Row{"i:a:", 4, 4, "0", false}, Row{"i i", 8, 4, "0 4", false}));

// Not on the wire of any peer here, but what these platforms' C compilers do.
struct AbiRow {
    const char* text;
    const Abi& (*abi)() noexcept;
    std::int64_t size;
    std::int64_t alignment;
    const char* offsets;
};

void PrintTo(const AbiRow& row, std::ostream* out) { *out << row.text << " on " << row.abi().name; }

class Platforms : public testing::TestWithParam<AbiRow> {};

TEST_P(Platforms, change_native_sizes_and_padding) {
    const AbiRow& row = GetParam();
    const Format format = parse_format(row.text, {.abi = &row.abi(), .itemsize = {}});
    EXPECT_EQ(format.itemsize(), row.size);
    EXPECT_EQ(format.alignment(), row.alignment);
    EXPECT_EQ(offsets(format), row.offsets);
}

INSTANTIATE_TEST_SUITE_P(Strings, Platforms,
                         testing::Values(AbiRow{"bl", &Abi::lp64, 16, 8, "0 8"}, AbiRow{"bl", &Abi::llp64, 8, 4, "0 4"},         //
                                         AbiRow{"bl", &Abi::i386, 8, 4, "0 4"}, AbiRow{"bq", &Abi::i386, 12, 4, "0 4"},          //
                                         AbiRow{"bd", &Abi::i386, 12, 4, "0 4"}, AbiRow{"bd", &Abi::llp64, 16, 8, "0 8"},        //
                                         AbiRow{"bg", &Abi::lp64, 32, 16, "0 16"}, AbiRow{"bg", &Abi::i386, 16, 4, "0 4"},       //
                                         AbiRow{"bg", &Abi::llp64, 16, 8, "0 8"}, AbiRow{"bg", &Abi::lp64_macos, 16, 8, "0 8"},  //
                                         AbiRow{"bg", &Abi::lp64_arm, 32, 16, "0 16"}, AbiRow{"bZg", &Abi::i386, 28, 4, "0 4"},  //
                                         AbiRow{"bP", &Abi::i386, 8, 4, "0 4"}, AbiRow{"b&i", &Abi::i386, 8, 4, "0 4"},          //
                                         AbiRow{"bX{i}", &Abi::i386, 8, 4, "0 4"}, AbiRow{"bn", &Abi::llp64, 16, 8, "0 8"},      //
                                         AbiRow{"<bl", &Abi::i386, 5, 1, "0 1"}, AbiRow{"bZd", &Abi::i386, 20, 4, "0 4"},        //
                                         AbiRow{"bO", &Abi::i386, 8, 4, "0 4"}, AbiRow{"bT{bd}b", &Abi::i386, 20, 4, "0 4{0 4} 16"}));

}  // namespace
