// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>

#include "patterns/pattern.hpp"

namespace ndlease::patterns {
namespace {

const Pattern& named(const std::string& name) {
    for (const Pattern& pattern : suite()) {
        if (pattern.name == name) return pattern;
    }
    throw std::out_of_range(name);
}

std::int64_t lowest_byte(const Strided& side) {
    std::int64_t lowest = side.offset;
    for (int axis = 0; axis < side.shape.size(); ++axis) {
        if (side.strides[axis] < 0) lowest += (side.shape[axis] - 1) * side.strides[axis];
    }
    return lowest;
}

TEST(Suite, names_differ_and_say_why) {
    std::set<std::string> names;
    for (const Pattern& pattern : suite()) {
        EXPECT_TRUE(names.insert(pattern.name).second) << pattern.name;
        EXPECT_FALSE(pattern.why.empty()) << pattern.name;
    }
}

TEST(Suite, has_the_core_rows) {
    for (const char* name :
         {"contig",        "pitched",      "head_permute", "xyz_of_xyzw",  "t2d_f32",        "t2d_u8",        "t2d_odd",           "rgb_to_planar",
          "planar_to_rgb", "nchw_to_nhwc", "nhwc_to_nchw", "t3d_210",      "t3d_120",        "t3d_021",       "nd6_rev",           "nd4_perm",
          "column",        "every2",       "every2row",    "flip_last",    "flip_first",     "broadcast_row", "broadcast_col",     "broadcast_scalar",
          "aos_gather",    "aos_scatter",  "item_t2d_3",   "item_flip_12", "item_contig_24", "cast_f32_bf16", "cast_t2d_f32_bf16", "swap_2",
          "swap_t2d_8"}) {
        EXPECT_NO_THROW((void)named(name)) << name;
    }
}

class SuiteSizes : public testing::TestWithParam<const char*> {};

TEST_P(SuiteSizes, fit_their_class) {
    const std::int64_t bytes = class_bytes(GetParam());
    for (const Pattern& pattern : suite()) {
        const Copy copy = pattern.make(bytes);
        SCOPED_TRACE(pattern.name);
        EXPECT_EQ(copy.src.shape, copy.dst.shape);
        EXPECT_EQ(copy.src.itemsize, copy.src_format.itemsize());
        EXPECT_EQ(copy.dst.itemsize, copy.dst_format.itemsize());
        EXPECT_GT(copy.dst.size(), 0);
        EXPECT_GE(lowest_byte(copy.src), 0);
        EXPECT_GE(lowest_byte(copy.dst), 0);
        const std::int64_t largest = std::max(copy.src.buffer_bytes(), copy.dst.buffer_bytes());
        EXPECT_LE(largest, bytes + 64);      // + 64: patterns that start off an aligned address
        EXPECT_GE(largest, bytes * 6 / 10);  // a class is a class
        EXPECT_GE(copy.modelled_bytes(), copy.useful_bytes());
    }
}

INSTANTIATE_TEST_SUITE_P(All, SuiteSizes, testing::Values("S", "M", "L"));

TEST(Traffic, counts_payload_and_granules) {
    constexpr std::int64_t bytes = 1 << 20;
    const Copy contig = named("contig").make(bytes);
    EXPECT_EQ(contig.useful_bytes(), 2 * bytes);
    EXPECT_EQ(contig.modelled_bytes(), 2 * bytes);

    const Copy transposed = named("t2d_f32").make(bytes);
    EXPECT_EQ(transposed.modelled_bytes(), 2 * bytes);

    const Copy xyz = named("xyz_of_xyzw").make(bytes);  // 12 of 16 bytes: all of the source is read
    EXPECT_EQ(xyz.useful_bytes(), 2 * bytes / 4 * 3);
    EXPECT_EQ(xyz.modelled_bytes(), bytes + bytes / 4 * 3);

    const Copy rows = named("rows32of128").make(bytes);  // 32 of 128 bytes: one granule of two
    EXPECT_EQ(rows.useful_bytes(), 2 * bytes / 4);
    EXPECT_EQ(rows.modelled_bytes(), bytes / 2 + bytes / 4);

    const Copy scattered = named("aos_scatter").make(24 * 64 * 100);  // 8 of 24 bytes written: each granule read and written
    EXPECT_EQ(scattered.useful_bytes(), 2 * 8 * 64 * 100);
    EXPECT_EQ(scattered.modelled_bytes(), 8 * 64 * 100 + 2 * 24 * 64 * 100);

    const Copy repeated = named("broadcast_scalar").make(bytes);
    EXPECT_EQ(repeated.useful_bytes(), bytes + 4);
}

}  // namespace
}  // namespace ndlease::patterns
