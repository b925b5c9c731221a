// SPDX-License-Identifier: Apache-2.0
#include "bench_case.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "command.hpp"
#include "patterns/oracle.hpp"

namespace ndlease::tool {
namespace {

patterns::Copy copy_of(const std::string& text) { return parse_case(text).make(0); }

std::string error_of(const std::string& text) {
    try {
        (void)parse_case(text);
    } catch (const CommandError& error) {
        return error.subject() + ": " + error.what();
    }
    return "";
}

TEST(BenchCase, reads_shape_strides_and_item) {
    const patterns::Copy copy = copy_of("shape=4,3;src=2,-8;dst=(6,2);item=2");
    EXPECT_EQ(copy.dst.shape, Dims({4, 3}));
    EXPECT_EQ(copy.src.strides, Dims({2, -8}));
    EXPECT_EQ(copy.src.offset, 16);  // the lowest byte is the first
    EXPECT_EQ(copy.src.buffer_bytes(), 24);
    EXPECT_EQ(copy.dst.strides, Dims({6, 2}));
    EXPECT_EQ(copy.dst.offset, 0);
    EXPECT_EQ(copy.useful_bytes(), 48);
}

TEST(BenchCase, takes_c_order_where_strides_are_left_out) {
    const patterns::Copy copy = copy_of("item=<f8;shape=(2,5)");
    EXPECT_EQ(copy.src.strides, Dims({40, 8}));
    EXPECT_EQ(copy.dst.strides, Dims({40, 8}));
    EXPECT_EQ(item_code(copy.src_format), "<f8");
}

TEST(BenchCase, promises_no_alignment_that_the_strides_break) {
    EXPECT_EQ(copy_of("shape=3;src=12;item=<f8").src_format.alignment(), 4);
    EXPECT_EQ(copy_of("shape=3;src=9;item=<f8").src_format.alignment(), 1);
    EXPECT_EQ(copy_of("shape=3;src=16;item=<f8").src_format.alignment(), 8);
}

TEST(BenchCase, items_of_any_size) {
    EXPECT_EQ(copy_of("shape=3;item=7").src.itemsize, 7);
    EXPECT_EQ(copy_of("shape=3;src=0;item=4").useful_bytes(), 4 + 12);
    EXPECT_EQ(copy_of("shape=();item=4").dst.size(), 1);
}

TEST(BenchCase, names_what_is_wrong) {
    const std::pair<const char*, const char*> cases[] = {{"", "shape is missing"},
                                                         {"shape=3", "item is missing"},
                                                         {"shape=3;item=0", "item=0"},
                                                         {"shape=3;item=<q9", "item"},
                                                         {"shape=3,x;item=4", "'x'"},
                                                         {"shape=3,,4;item=4", "''"},
                                                         {"shape=3;shape=4;item=4", "twice"},
                                                         {"shape=0;item=4", "extent of 0"},
                                                         {"shape=3;size=4;item=4", "size=4"},
                                                         {"shape=3,4;src=4;item=4", "1 strides for 2 extents"},
                                                         {"shape=3;dst=2;item=4", "share bytes"},
                                                         {"shape=3;dst=0;item=4", "share bytes"},
                                                         {"shape=3;src=9223372036854775807;item=4", "src"},
                                                         {"shape=4611686018427387904,4;item=4", "bytes"}};
    for (const auto& [text, part] : cases) {
        const std::string error = error_of(text);
        EXPECT_NE(error.find(part), std::string::npos) << text << ": " << error;
        EXPECT_EQ(error.rfind("--case '", 0), 0U) << error;
    }
}

}  // namespace
}  // namespace ndlease::tool
