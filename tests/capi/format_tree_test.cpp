// SPDX-License-Identifier: Apache-2.0
// Formats as trees of C structures, and back.
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <vector>

#include <ndlease/format_text.hpp>
#include <ndlease/interop/c_abi.hpp>

#include "capi/same_view.hpp"
#include "interop/random_view.hpp"

namespace ndlease {
namespace {

using testing::Random;

TEST(CFormat, random_formats_come_back_with_every_promise) {
    testing::for_random_cases(50'000, [](Random& random) {
        const Format format = testing::random_item_format(random, 1 << 12);
        const c_abi::OwnedFormat tree = c_abi::export_format(format);
        ASSERT_EQ(tree->itemsize, format.itemsize());
        ASSERT_EQ(tree->field_count, static_cast<std::int64_t>(format.fields().size()));
        const Format back = c_abi::import_format(*tree);
        ASSERT_EQ(back, format) << format.to_string();
        ASSERT_TRUE(testing::same_promises(back, format)) << format.to_string();
    });
}

TEST(CFormat, promises_of_alignment_come_back) {
    const Format number = Format::number(Kind::integer, 32);
    for (const std::int64_t alignment : {1, 2, 16, 64}) {
        const Format item = number.with_alignment(alignment);
        const FieldSpec field{"a", item, 0};
        const Format formats[] = {item, Format::subarray(number, std::array<std::int64_t, 1>{3}).with_alignment(alignment), Format::record({&field, 1}, 4),
                                  Format::pointer(item), Format::time(Kind::datetime, "ns").with_alignment(alignment)};
        for (const Format& format : formats) {
            const c_abi::OwnedFormat tree = c_abi::export_format(format);
            EXPECT_TRUE(testing::same_promises(c_abi::import_format(*tree), format)) << format.to_string() << " aligned to " << alignment;
        }
    }
}

TEST(CFormat, formats_of_other_platforms_come_back) {
    for (const char* const text : {"@l", "@g", "@P", "@&i", "T{@i:a:@d:b:@g:c:}", "@3g", "Zg"}) {
        for (const char* const abi : {"lp64", "lp64-arm", "llp64", "i386"}) {
            Format format;
            try {
                format = parse_format(text, {&Abi::named(abi), {}});
            } catch (const Error&) {
                continue;  // that platform has no such type
            }
            const c_abi::OwnedFormat tree = c_abi::export_format(format);
            const Format back = c_abi::import_format(*tree);
            EXPECT_EQ(back, format) << text << ' ' << abi;
            EXPECT_TRUE(testing::same_promises(back, format)) << text << ' ' << abi;
        }
    }
}

/// A record of two fields of the same format.
Format twice(const Format& format) {
    const std::vector<FieldSpec> fields{{"a", format, -1}, {"b", format, -1}};
    return Format::record(fields);
}

TEST(CFormat, what_a_format_shares_is_shared_in_the_tree) {
    Format format = Format::number(Kind::integer, 8);
    for (int i = 0; i < 15; ++i) format = twice(format);  // 2^15 bytes
    const c_abi::OwnedFormat tree = c_abi::export_format(format);
    EXPECT_EQ(tree->fields[0].format, tree->fields[1].format);
    EXPECT_EQ(c_abi::import_format(*tree), format);
}

/// Records of two fields, each of the record before: `levels` nodes that mean 2^levels.
struct Doubling {
    std::deque<ndl_format> nodes;
    std::deque<std::array<ndl_field, 2>> pairs;

    explicit Doubling(int levels) {
        ndl_format leaf = {};
        leaf.struct_size = sizeof leaf;
        leaf.kind = NDL_OPAQUE;
        leaf.alignment = 1;
        leaf.byte_order = NDL_NO_BYTE_ORDER;
        nodes.push_back(leaf);
        for (int i = 1; i < levels; ++i) {
            const ndl_format* const inner = &nodes.back();
            pairs.push_back({ndl_field{"a", 0, inner, 0}, ndl_field{"b", 0, inner, 0}});
            ndl_format node = leaf;
            node.kind = NDL_RECORD;
            node.fields = pairs.back().data();
            node.field_count = 2;
            nodes.push_back(node);
        }
    }
};

TEST(CFormat, a_small_tree_that_means_a_huge_one_is_refused_at_once) {
    EXPECT_EQ(c_abi::import_format(Doubling(19).nodes.back()).depth(), 19);
    const Doubling huge(60);
    try {
        static_cast<void>(c_abi::import_format(huge.nodes.back()));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), errc::out_of_range);
    }
}

TEST(CFormat, nesting_has_a_limit) {
    const auto nested = [](int depth) {
        std::deque<ndl_format> nodes;
        std::deque<ndl_field> fields;
        const c_abi::OwnedFormat leaf = c_abi::export_format(Format());
        nodes.push_back(*leaf);
        for (int i = 1; i < depth; ++i) {
            fields.push_back({"inner", 0, &nodes.back(), 0});
            ndl_format node = {};
            node.struct_size = sizeof node;
            node.kind = NDL_RECORD;
            node.itemsize = 1;
            node.alignment = 1;
            node.byte_order = NDL_NO_BYTE_ORDER;
            node.fields = &fields.back();
            node.field_count = 1;
            nodes.push_back(node);
        }
        return c_abi::import_format(nodes.back());
    };
    EXPECT_EQ(nested(max_format_depth).depth(), max_format_depth);
    EXPECT_THROW(static_cast<void>(nested(max_format_depth + 1)), Error);
}

}  // namespace
}  // namespace ndlease
