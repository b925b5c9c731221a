// SPDX-License-Identifier: Apache-2.0
// Each way of moving bytes on one case that takes it, and what a plan says of itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include <ndlease/copy.hpp>
#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>

namespace ndlease::testing {
namespace {

using ::testing::HasSubstr;
using Numbers = std::vector<std::int64_t>;

View lend(void* data, const Format& format, const Numbers& shape, const Numbers& strides) {
    return View::lend(data, Device::cpu(), format, Layout(shape, strides), {});
}

std::vector<std::int32_t> counted(std::size_t count) {
    std::vector<std::int32_t> values(count);
    std::iota(values.begin(), values.end(), 1);
    return values;
}

const Format int32 = Format::of<std::int32_t>();

struct PathCase {
    const char* name;
    CopyPath path;
    int rank;
    Numbers shape, dst_strides, src_strides;
    std::int64_t itemsize;
};

class copy_path : public ::testing::TestWithParam<PathCase> {};

// Strides here are positive, so that the last element's end is the size.
std::int64_t bytes_spanned(const Numbers& shape, const Numbers& strides, std::int64_t itemsize) {
    std::int64_t bytes = itemsize;
    for (std::size_t i = 0; i < shape.size(); ++i) bytes += strides[i] * (shape[i] - 1);
    return bytes;
}

TEST_P(copy_path, is_taken_and_moves_every_item) {
    const PathCase& c = GetParam();
    std::vector<std::uint8_t> dst(static_cast<std::size_t>(std::max<std::int64_t>(bytes_spanned(c.shape, c.dst_strides, c.itemsize), 1)), 0xee);
    std::vector<std::uint8_t> src(static_cast<std::size_t>(std::max<std::int64_t>(bytes_spanned(c.shape, c.src_strides, c.itemsize), 1)));
    for (std::size_t i = 0; i < src.size(); ++i) src[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
    std::vector<std::uint8_t> expected = dst;
    const std::int64_t size = std::accumulate(c.shape.begin(), c.shape.end(), std::int64_t{1}, std::multiplies<>());
    for (std::int64_t n = 0; n < size; ++n) {
        std::int64_t rest = n, to = 0, from = 0;
        for (std::size_t i = c.shape.size(); i-- > 0; rest /= c.shape[i]) {
            to += rest % c.shape[i] * c.dst_strides[i];
            from += rest % c.shape[i] * c.src_strides[i];
        }
        std::copy_n(src.begin() + from, c.itemsize, expected.begin() + to);
    }
    const Format item = Format::opaque(c.itemsize);
    const CopyPlan plan = CopyPlan::make(lend(dst.data(), item, c.shape, c.dst_strides), lend(src.data(), item, c.shape, c.src_strides));
    EXPECT_EQ(plan.path(), c.path) << plan.describe();
    EXPECT_EQ(plan.rank(), c.rank) << plan.describe();
    EXPECT_THAT(plan.describe(), HasSubstr(std::string("path:         ") + to_string(c.path)));
    plan.run();
    EXPECT_TRUE(dst == expected);
}

// shape, then dst and src strides; the item's size last
INSTANTIATE_TEST_SUITE_P(
    one_way_each, copy_path,
    ::testing::Values(
        PathCase{"empty", CopyPath::nothing, 0, {3, 0}, {4, 4}, {4, 4}, 4}, PathCase{"items_of_no_byte", CopyPath::nothing, 0, {3}, {0}, {0}, 0},
        PathCase{"rank_0", CopyPath::one_run, 0, {}, {}, {}, 4}, PathCase{"contiguous", CopyPath::one_run, 0, {2, 3, 4}, {48, 16, 4}, {48, 16, 4}, 4},
        PathCase{"both_transposed", CopyPath::one_run, 0, {2, 3}, {4, 8}, {4, 8}, 4}, PathCase{"padded_rows", CopyPath::rows, 1, {5, 20}, {80, 4}, {96, 4}, 4},
        PathCase{"xyz_of_xyzw", CopyPath::rows, 1, {50, 3}, {12, 4}, {16, 4}, 4}, PathCase{"every_second", CopyPath::gather, 1, {40}, {4}, {8}, 4},
        PathCase{"field_of_record", CopyPath::gather, 1, {40}, {8}, {24}, 8}, PathCase{"small_crossed", CopyPath::gather, 2, {3, 4}, {16, 4}, {4, 12}, 4},
        PathCase{"rank_9_of_2", CopyPath::gather, 9, {2, 2, 2, 2, 2, 2, 2, 2, 2}, {256, 128, 64, 32, 16, 8, 4, 2, 1}, {1, 2, 4, 8, 16, 32, 64, 128, 256}, 1},
        PathCase{"one_item_to_all", CopyPath::broadcast, 1, {5, 20}, {80, 4}, {0, 0}, 4},
        PathCase{"one_byte_to_all", CopyPath::broadcast, 1, {500}, {1}, {0}, 1}, PathCase{"column_to_all", CopyPath::broadcast, 2, {5, 20}, {80, 4}, {4, 0}, 4},
        PathCase{"row_to_all", CopyPath::broadcast, 1, {5, 20}, {80, 4}, {0, 4}, 4}, PathCase{"transpose", CopyPath::tiles, 2, {33, 65}, {260, 4}, {4, 132}, 4},
        PathCase{"rgb_to_planes", CopyPath::tiles, 2, {3, 2000}, {2000, 1}, {1, 3}, 1},
        PathCase{"planes_to_rgb", CopyPath::tiles, 2, {2000, 3}, {3, 1}, {1, 2000}, 1},
        PathCase{"transpose_of_long_items", CopyPath::gather, 2, {9, 8}, {800, 100}, {100, 900}, 100}),
    [](const auto& test) { return test.param.name; });

TEST(copy_plan, counts_useful_bytes_of_both_sides_once) {
    auto src = counted(4);
    std::vector<std::int32_t> dst(12);
    // src: (4):(4)  dst: (3,4):(16,4)
    const CopyPlan plan = CopyPlan::make(lend(dst.data(), int32, {3, 4}, {16, 4}), lend(src.data(), int32, {4}, {4}));
    EXPECT_EQ(plan.useful_bytes(), 12 * 4 + 4 * 4);
}

TEST(copy_plan, word_is_what_addresses_strides_and_items_have_in_common) {
    alignas(64) std::byte dst[64] = {};
    alignas(64) std::byte src[64] = {};
    const auto word = [&](std::int64_t itemsize, std::int64_t offset, std::int64_t stride) {
        return CopyPlan::make(lend(dst, Format::opaque(itemsize), {2}, {24}), lend(src + offset, Format::opaque(itemsize), {2}, {stride})).word_bytes();
    };
    EXPECT_EQ(word(8, 0, 16), 8);
    EXPECT_EQ(word(12, 0, 16), 4);
    EXPECT_EQ(word(6, 0, 16), 2);
    EXPECT_EQ(word(3, 0, 16), 1);
    EXPECT_EQ(word(8, 2, 16), 2);
    EXPECT_EQ(word(8, 0, 20), 4);
    EXPECT_EQ(word(8, 0, 19), 1);
}

TEST(copy_plan, runs_again_at_other_addresses_and_asks_for_overlap_anew) {
    auto memory = counted(30);
    std::vector<std::int32_t> other(30);
    // src: (10):(8)  dst: (10):(4)
    const CopyPlan plan = CopyPlan::make(lend(other.data(), int32, {10}, {4}), lend(memory.data(), int32, {10}, {8}));
    plan.run();
    const std::vector<std::int32_t> expected{1, 3, 5, 7, 9, 11, 13, 15, 17, 19};
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), other.begin()));
    plan.run(memory.data() + 5, memory.data());
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), memory.begin() + 5));
}

TEST(copy_plan, describes_itself_in_aligned_lines) {
    auto memory = counted(40);
    std::vector<std::int32_t> other(40);
    const CopyPlan plan = CopyPlan::make(lend(other.data(), int32, {2, 10}, {80, 8}), lend(memory.data(), int32, {2, 10}, {40, 4}));
    EXPECT_THAT(plan.describe(), HasSubstr("shape:        (20)\n"));
    EXPECT_THAT(plan.describe(), HasSubstr("destination:  strides (8), items of 4 bytes\n"));
    EXPECT_THAT(plan.describe(), HasSubstr("source:       strides (4), items of 4 bytes\n"));
    EXPECT_THAT(plan.describe(), HasSubstr("temporary:    none, the sides share no byte\n"));
    const View all = lend(memory.data(), int32, {20}, {4});
    EXPECT_THAT(CopyPlan::make(all, all).describe(), HasSubstr("nothing moves"));
    EXPECT_THAT(CopyPlan::make(all, lend(memory.data() + 1, int32, {20}, {4})).describe(), HasSubstr("moved over itself"));
    EXPECT_THAT(CopyPlan::make(all, lend(memory.data() + 19, int32, {20}, {-4})).describe(), HasSubstr("temporary:    of the source"));
}

TEST(contiguous, is_the_same_view_where_it_is_contiguous_already) {
    auto memory = counted(12);
    const View view = lend(memory.data(), int32, {3, 4}, {16, 4});
    EXPECT_EQ(contiguous(view).data(), view.data());
    EXPECT_EQ(contiguous(view.transpose(), Order::any).data(), view.data());
    EXPECT_EQ(contiguous(view.transpose(), Order::f).data(), view.data());
    EXPECT_NE(contiguous(view, Order::f).data(), view.data());
}

TEST(contiguous, copies_what_is_not) {
    auto memory = counted(12);
    const View result = contiguous(lend(memory.data(), int32, {4, 3}, {4, 16}));
    ASSERT_TRUE(result.is_contiguous(Order::c));
    EXPECT_FALSE(result.is_read_only());
    const auto* const values = static_cast<const std::int32_t*>(result.data());
    EXPECT_EQ(std::vector<std::int32_t>(values, values + 12), (std::vector<std::int32_t>{1, 5, 9, 2, 6, 10, 3, 7, 11, 4, 8, 12}));
}

TEST(convert, makes_a_new_array_of_another_format) {
    auto memory = counted(6);
    const View result = convert(lend(memory.data(), int32, {2, 3}, {4, 8}), Format::of<double>());  // columns first
    ASSERT_TRUE(result.is_contiguous(Order::c));
    EXPECT_EQ(result.format(), Format::of<double>());
    const auto* const values = static_cast<const double*>(result.data());
    EXPECT_EQ(std::vector<double>(values, values + 6), (std::vector<double>{1, 3, 5, 2, 4, 6}));
}

TEST(copy, ignores_strides_of_extents_of_1) {
    auto memory = counted(4);
    const std::int64_t far = std::int64_t{1} << 61;
    copy(lend(memory.data(), int32, {1, 1}, {far, -far}), lend(memory.data() + 3, int32, {1, 1}, {-far, far}));
    EXPECT_EQ(memory[0], 4);
}

// src, dst: (n):(1) `apart` bytes from each other
TEST(copy, moves_runs_that_overlap_by_any_distance) {
    for (const std::int64_t n : {1, 2, 7, 64, 1000, 70'000}) {
        for (const std::int64_t apart : {std::int64_t{0}, std::int64_t{1}, n / 2, n - 1, n, n + 1}) {
            for (const bool forwards : {false, true}) {
                std::vector<std::uint8_t> bytes(static_cast<std::size_t>(2 * n + 2));
                for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
                std::vector<std::uint8_t> expected = bytes;
                const auto from = static_cast<std::ptrdiff_t>(forwards ? 0 : apart);
                const auto to = static_cast<std::ptrdiff_t>(forwards ? apart : 0);
                std::copy_n(bytes.begin() + from, n, expected.begin() + to);
                copy(lend(bytes.data() + to, Format::of<std::uint8_t>(), {n}, {1}), lend(bytes.data() + from, Format::of<std::uint8_t>(), {n}, {1}));
                ASSERT_EQ(bytes, expected) << n << " bytes, " << apart << " apart" << (forwards ? ", forwards" : "");
            }
        }
    }
}

TEST(copy, converts_small_arrays_of_items_of_one_size) {
    std::vector<std::int32_t> src = counted(6);
    std::vector<float> dst(6, 0.0F);
    copy(lend(dst.data(), Format::of<float>(), {6}, {4}), lend(src.data(), int32, {6}, {4}), {.conversion = Conversion::cpp});
    EXPECT_EQ(dst, (std::vector<float>{1, 2, 3, 4, 5, 6}));
}

// Small enough to need no plan if both were in C order.
TEST(copy, keeps_small_arrays_of_different_orders_apart) {
    const std::vector<std::int32_t> src = counted(24);
    const Numbers c_order = {48, 16, 4}, f_order = {4, 8, 24};
    for (const Numbers& dst_strides : {c_order, f_order}) {
        for (const Numbers& src_strides : {c_order, f_order}) {
            std::vector<std::int32_t> dst(24, 0);
            copy(lend(dst.data(), int32, {2, 3, 4}, dst_strides), lend(const_cast<std::int32_t*>(src.data()), int32, {2, 3, 4}, src_strides));
            for (std::int64_t n = 0; n < 24; ++n) {
                const std::int64_t index[] = {n / 12, n / 4 % 3, n % 4};
                std::int64_t to = 0, from = 0;
                for (std::size_t i = 0; i < 3; ++i) {
                    to += index[i] * dst_strides[i] / 4;
                    from += index[i] * src_strides[i] / 4;
                }
                ASSERT_EQ(dst[static_cast<std::size_t>(to)], src[static_cast<std::size_t>(from)]) << n;
            }
        }
    }
    std::vector<std::int32_t> dst(24, 0);  // and of different shapes
    copy(lend(dst.data(), int32, {2, 3, 4}, c_order), lend(const_cast<std::int32_t*>(src.data()), int32, {1, 3, 4}, c_order));
    EXPECT_TRUE(std::equal(dst.begin() + 12, dst.end(), src.begin()));
}

TEST(copy, swaps_bytes_in_place_without_a_temporary) {
    std::vector<std::uint32_t> memory{0x01020304, 0x05060708};
    const View native = lend(memory.data(), Format::of<std::uint32_t>(), {2}, {4});
    const View big = lend(memory.data(), Format::of<std::uint32_t>().with_byte_order(ByteOrder::big), {2}, {4});
    if (native.format() == big.format()) GTEST_SKIP() << "this host is big-endian";
    EXPECT_EQ(CopyPlan::make(big, native).path(), CopyPath::convert);
    EXPECT_THAT(CopyPlan::make(big, native).describe(), HasSubstr("temporary:    none"));
    copy(big, native);
    EXPECT_EQ(memory, (std::vector<std::uint32_t>{0x04030201, 0x08070605}));
}

TEST(copy, converts_over_overlapping_items) {
    // src: int32 (4):(4)  dst: int64 (4):(8), at the same address: the source is copied away first
    std::int64_t memory[4] = {};
    const std::int32_t values[4] = {-1, 2, -3, 4};
    std::copy_n(reinterpret_cast<const char*>(values), sizeof values, reinterpret_cast<char*>(memory));
    copy(lend(memory, Format::of<std::int64_t>(), {4}, {8}), lend(memory, int32, {4}, {4}), {.conversion = Conversion::cpp});
    EXPECT_THAT(memory, ::testing::ElementsAre(-1, 2, -3, 4));
}

}  // namespace
}  // namespace ndlease::testing
