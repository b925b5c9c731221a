// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

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

// The rows of the plan, and the patterns that each has.
const std::vector<std::pair<int, std::vector<const char*>>>& families() {
    static const std::vector<std::pair<int, std::vector<const char*>>> all{
        {1, {"contig"}},
        {2, {"contig_misaligned", "contig_misaligned_4"}},
        {3, {"pitched"}},
        {4, {"col_block"}},
        {5, {"head_permute"}},
        {6, {"rows32of128"}},
        {7, {"xyz_of_xyzw"}},
        {8, {"t2d_f32"}},
        {9, {"t2d_b16"}},
        {10, {"t2d_u8"}},
        {11, {"t2d_f64", "t2d_c128"}},
        {12, {"t2d_odd"}},
        {13, {"t2d_skinny", "t2d_skinny_3n", "t2d_skinny_n7", "t2d_skinny_7n"}},
        {14, {"rgb_to_planar", "planar_to_rgb"}},
        {15, {"nchw_to_nhwc", "nhwc_to_nchw", "nchw3_to_nhwc3", "nhwc3_to_nchw3"}},
        {16, {"t3d_210", "t3d_120", "t3d_021", "t3d_210_c64", "t3d_120_c64"}},
        {17, {"nd6_rev", "nd6_perm", "nd4_perm", "nd4_rev", "nd4_odd"}},
        {18, {"bitperm"}},
        {19, {"small_tile_7", "small_tile_33"}},
        {20, {"column"}},
        {21, {"every2", "every2row"}},
        {22, {"flip_last", "flip_first"}},
        {23, {"broadcast_row", "broadcast_col", "broadcast_scalar"}},
        {24, {"diagonal", "diagonal_batched"}},
        {25, {"aos_gather", "aos_scatter"}},
        {26, {"item_contig_1", "item_flip_2", "item_t2d_3", "item_contig_6", "item_flip_8", "item_t2d_12", "item_flip_16", "item_t2d_24"}},
        {27, {"halo_x1_pack", "halo_y1_pack", "halo_z1_pack", "halo_x3_unpack", "halo_y3_unpack", "halo_z3_unpack", "halo_faces1_pack", "halo_shell3_unpack"}},
        {28, {"huge_t2d_u8", "huge_pitched", "huge_offset", "huge_stride"}},
        {29, {"tiny_contig_1", "tiny_t2d_64", "tiny_flip_1024", "tiny_contig_4096"}},
        {30, {"many_small", "many_small_rows"}},
        {31, {"cast_f32_bf16", "cast_f32_f16", "cast_u8_f32", "cast_f32_f64", "cast_t2d_f32_bf16", "cast_t2d_f32_f16"}},
        {32, {"swap_2", "swap_4", "swap_8", "swap_t2d_2", "swap_t2d_4", "swap_t2d_8"}},
        {33, {"link_contig"}},
        {34, {"link_rows_64", "link_rows_512", "link_rows_4096", "link_rows_65536"}},
        {35, {"link_every2", "link_column", "link_t2d", "link_flip"}},
    };
    return all;
}

TEST(Suite, has_every_family) {
    for (const auto& [family, names] : families()) {
        for (const char* name : names) EXPECT_EQ(named(name).family, family) << name;
    }
    for (const Pattern& pattern : suite()) EXPECT_TRUE(pattern.family >= 1 && pattern.family <= 35) << pattern.name;
}

TEST(Suite, the_host_has_the_families_that_it_copies) {  // the plan's row 36
    for (const int family : {1, 3, 5, 7, 8, 10, 12, 14, 15, 16, 17, 20, 21, 22, 23, 25, 26, 31, 32}) {
        const auto is_there = [&](const Pattern& pattern) { return pattern.family == family && pattern.is_for(Direction::cpu); };
        EXPECT_TRUE(std::any_of(suite().begin(), suite().end(), is_there)) << family;
    }
}

TEST(Suite, links_are_for_both_ways_and_nothing_else) {
    for (const Pattern& pattern : suite()) {
        const bool link = pattern.family >= 33;
        EXPECT_EQ(pattern.is_for(Direction::h2d), link) << pattern.name;
        EXPECT_EQ(pattern.is_for(Direction::d2h), link) << pattern.name;
        EXPECT_EQ(pattern.is_for(Direction::cpu), !link) << pattern.name;
        EXPECT_EQ(pattern.is_for(Direction::d2d), !link) << pattern.name;
    }
}

TEST(Suite, huge_patterns_need_more_than_32_bits_and_stay_out_of_the_other_classes) {
    for (const Pattern& pattern : suite()) {
        if (pattern.scale != Scale::huge) continue;
        EXPECT_FALSE(pattern.is_in_class("L")) << pattern.name;
        EXPECT_TRUE(pattern.is_in_class("H")) << pattern.name;
        EXPECT_GT(pattern.make(class_bytes("H")).src.buffer_bytes(), std::int64_t{1} << 32) << pattern.name;
        EXPECT_LE(pattern.make(class_bytes("H")).src.buffer_bytes(), class_bytes("H")) << pattern.name;
    }
    EXPECT_GT(named("huge_t2d_u8").make(class_bytes("H")).dst.size(), std::int64_t{1} << 32);
    EXPECT_EQ(named("huge_stride").make(class_bytes("H")).src.strides[0] >> 33, 1);
}

TEST(Suite, batches_write_every_byte_once) {
    int batches = 0;
    for (const Pattern& pattern : suite()) {
        const std::vector<Copy> copies = pattern.copies(class_bytes("S"));
        if (!pattern.make_batch) {
            EXPECT_EQ(copies.size(), 1U);
            continue;
        }
        ++batches;
        EXPECT_GT(copies.size(), 1U) << pattern.name;
        std::vector<int> written(static_cast<std::size_t>(dst_buffer_bytes(copies)), 0);
        for (const Copy& copy : copies) {
            for (std::int64_t n = 0; n < copy.dst.size(); ++n) {
                std::int64_t at = copy.dst.offset;
                std::int64_t rest = n;
                for (int axis = copy.dst.shape.size() - 1; axis >= 0; --axis) {
                    at += rest % copy.dst.shape[axis] * copy.dst.strides[axis];
                    rest /= copy.dst.shape[axis];
                }
                for (std::int64_t byte = 0; byte < copy.dst.itemsize; ++byte) ++written[static_cast<std::size_t>(at + byte)];
            }
        }
        EXPECT_LE(*std::max_element(written.begin(), written.end()), 1) << pattern.name;
    }
    EXPECT_EQ(batches, 10);
    EXPECT_EQ(named("many_small").copies(1).size(), 1000U);
    EXPECT_EQ(named("halo_faces1_pack").copies(class_bytes("S")).size(), 6U);
    EXPECT_EQ(named("halo_shell1_pack").copies(class_bytes("S")).size(), 26U);
}

class SuiteClasses : public testing::TestWithParam<const char*> {};

TEST_P(SuiteClasses, fit_their_class) {
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
        if (pattern.scale == Scale::sized) {
            const std::int64_t share = pattern.family >= 33 ? bytes / 4 : bytes;  // links take a quarter
            const std::vector<Copy> copies = pattern.copies(bytes);
            const std::int64_t largest = std::max(src_buffer_bytes(copies), dst_buffer_bytes(copies));
            EXPECT_LE(largest, share + 64);      // + 64: patterns that start off an aligned address
            EXPECT_GE(largest, share * 6 / 10);  // a class is a class
        }
        EXPECT_GE(copy.modelled_bytes(), copy.useful_bytes());
    }
}

INSTANTIATE_TEST_SUITE_P(All, SuiteClasses, testing::Values("S", "M", "L"));

TEST(SuiteSizes, any_number_of_bytes_makes_a_copy) {
    for (const std::int64_t bytes : {20'000, 41'234, 1'000'003}) {
        for (const Pattern& pattern : suite()) {
            for (const Copy& copy : pattern.copies(bytes)) {
                SCOPED_TRACE(pattern.name + " of " + std::to_string(bytes));
                EXPECT_EQ(copy.src.shape, copy.dst.shape);
                EXPECT_GT(copy.dst.size(), 0);
                for (const Strided* side : {&copy.src, &copy.dst}) {
                    const std::int64_t alignment = (side == &copy.src ? copy.src_format : copy.dst_format).alignment();
                    EXPECT_GE(lowest_byte(*side), 0);
                    EXPECT_EQ(side->offset % alignment, 0);
                    for (const std::int64_t stride : side->strides) EXPECT_EQ(stride % alignment, 0);
                }
            }
        }
    }
}

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
