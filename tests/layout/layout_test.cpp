// SPDX-License-Identifier: Apache-2.0
#include <ndlease/layout.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ndlease/error.hpp>

namespace ndlease {
namespace {

using ::testing::HasSubstr;
using Numbers = std::vector<std::int64_t>;

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

/// The error that `make` throws; fails the test when it throws none.
template <class Make>
Error error_of(Make make) {
    try {
        make();
    } catch (const Error& error) {
        return error;
    }
    ADD_FAILURE() << "no Error was thrown";
    return Error(errc::ok, "");
}

TEST(Layout, rank_0_has_one_element) {
    const Layout scalar;
    EXPECT_EQ(scalar.rank(), 0);
    EXPECT_EQ(scalar.size(), 1);
    EXPECT_FALSE(scalar.is_empty());
    EXPECT_EQ(scalar, Layout({}, {}));
    EXPECT_EQ(scalar, Layout::c_order({}, 4));
    EXPECT_EQ(scalar.offset_of({}), 0);
    EXPECT_EQ(scalar.byte_extent(4), (ByteExtent{0, 4}));
    EXPECT_EQ(to_string(scalar), "():()");
}

TEST(Layout, c_and_f_order) {
    EXPECT_EQ(Layout::c_order({2, 3, 4}, 4).strides(), (Dims{48, 16, 4}));
    EXPECT_EQ(Layout::f_order({2, 3, 4}, 4).strides(), (Dims{4, 8, 24}));
    EXPECT_EQ(Layout::c_order({5}, 0).strides(), (Dims{0}));
    // (2,0,3) of 4 bytes, as NumPy makes it: a zero extent counts as 1.
    EXPECT_EQ(Layout::c_order({2, 0, 3}, 4).strides(), (Dims{12, 12, 4}));
    EXPECT_EQ(Layout::f_order({2, 0, 3}, 4).strides(), (Dims{4, 8, 8}));
    // Inner products that do not fit do not matter where there is no element.
    EXPECT_EQ(Layout::c_order({0, most, most}, 8).size(), 0);
    EXPECT_EQ(Layout::f_order({most, most, 0}, 8).size(), 0);
}

TEST(Layout, the_longest_that_fit_and_the_first_that_do_not) {
    EXPECT_EQ(Layout::c_order({most}, 1).byte_extent(1), (ByteExtent{0, most}));
    EXPECT_EQ(error_of([] { (void)Layout::c_order({most}, 2); }).code(), errc::overflow);
    EXPECT_EQ(error_of([] { (void)Layout::f_order({std::int64_t{1} << 32, std::int64_t{1} << 31}, 1); }).code(), errc::overflow);
    EXPECT_EQ(Layout::f_order({std::int64_t{1} << 31, std::int64_t{1} << 31}, 1).size(), std::int64_t{1} << 62);
    // The number of elements must fit even where they take no bytes.
    EXPECT_EQ(error_of([] { (void)Layout::c_order({most, 2}, 0); }).code(), errc::overflow);
    EXPECT_EQ(error_of([] { Layout({most, 2}, {0, 0}); }).code(), errc::overflow);

    EXPECT_EQ(Layout({2}, {most}).byte_extent(0), (ByteExtent{0, 0}));
    // One byte at -most and one at 0 span most + 1 bytes.
    EXPECT_EQ(error_of([] { (void)Layout({2}, {-most}).byte_extent(1); }).code(), errc::overflow);
    EXPECT_EQ(Layout({2}, {1 - most}).byte_extent(1), (ByteExtent{1 - most, 1}));
    EXPECT_EQ(error_of([] { (void)Layout({2}, {most - 3}).byte_extent(4); }).code(), errc::overflow);
    EXPECT_EQ(Layout({2}, {most - 4}).byte_extent(4), (ByteExtent{0, most}));
}

TEST(Layout, the_distance_between_two_elements_fits_in_63_bits) {
    EXPECT_EQ(error_of([] { Layout({2}, {least}); }).code(), errc::overflow);
    EXPECT_EQ(error_of([] { Layout({3}, {most}); }).code(), errc::overflow);
    EXPECT_EQ(error_of([] { Layout({3}, {-most}); }).code(), errc::overflow);
    // Each axis fits, and so does the sum with signs; the distance from (1,0) to (0,1) does not.
    const Error error = error_of([] { Layout({2, 2}, {most, -1}); });
    EXPECT_EQ(error.code(), errc::overflow);
    EXPECT_THAT(error.what(), HasSubstr("(9223372036854775807,-1)"));
    EXPECT_NO_THROW(Layout({2, 2}, {most - 1, -1}));
    EXPECT_NO_THROW(Layout({2, 2}, {-(most - 1), 1}));
}

TEST(Layout, strides_that_move_no_element_do_not_matter) {
    const Layout ones({1, 3, 1}, {least, 4, most});
    EXPECT_EQ(ones.strides(), (Dims{least, 4, most})) << "kept as given";
    EXPECT_TRUE(ones.is_contiguous(Order::c, 4));
    EXPECT_TRUE(ones.is_contiguous(Order::f, 4));
    EXPECT_EQ(ones.byte_extent(4), (ByteExtent{0, 12}));
    EXPECT_EQ(ones.offset_of(Numbers{0, 2, 0}), 8);
    EXPECT_EQ(ones, Layout({1, 3, 1}, {0, 4, 0}));

    const Layout none({most, 0, most}, {least, most, -7});
    EXPECT_TRUE(none.is_empty());
    EXPECT_EQ(none.size(), 0);
    EXPECT_TRUE(none.is_contiguous(Order::c, 8));
    EXPECT_EQ(none.byte_extent(8), (ByteExtent{0, 0}));
    EXPECT_EQ(none, Layout({most, 0, most}, {1, 2, 3}));
    EXPECT_FALSE(none == Layout({most, 0, 7}, {1, 2, 3}));
}

TEST(Layout, refuses_what_makes_no_sense) {
    const Error lengths = error_of([] { Layout({2, 3}, {4}); });
    EXPECT_EQ(lengths.code(), errc::bad_layout);
    EXPECT_THAT(lengths.what(), HasSubstr("2 dimensions, but there are 1 strides"));
    const Error negative = error_of([] { Layout({0, -3}, {4, 4}); });
    EXPECT_EQ(negative.code(), errc::bad_layout);
    EXPECT_EQ(negative.index(), 1);
    EXPECT_THAT(negative.what(), HasSubstr("extent -3"));
    EXPECT_EQ(error_of([] { (void)Layout::c_order({least}, 4); }).index(), 0);
    EXPECT_EQ(error_of([] { (void)Layout::c_order({2}, -1); }).code(), errc::invalid_argument);
    EXPECT_EQ(error_of([] { (void)Layout({2}, {4}).byte_extent(-1); }).code(), errc::invalid_argument);
    EXPECT_EQ(error_of([] { Layout(Numbers{2}, Numbers{4}, Numbers{0, 0}); }).code(), errc::bad_layout);
}

TEST(Layout, up_to_64_dimensions) {
    const Numbers ones(64, 1);
    EXPECT_EQ(Layout(ones, ones).rank(), 64);
    EXPECT_EQ(Layout::c_order(ones, 8).size(), 1);
    const Numbers too_many(65, 1);
    EXPECT_EQ(error_of([&] { Layout(too_many, too_many); }).code(), errc::out_of_range);
    EXPECT_EQ(error_of([&] { (void)Layout::f_order(too_many, 1); }).code(), errc::out_of_range);
}

TEST(Layout, axes_count_from_the_end_when_negative) {
    const Layout layout({2, 3}, {12, 4});
    EXPECT_EQ(layout.extent(-1), 3);
    EXPECT_EQ(layout.stride(-2), 12);
    EXPECT_EQ(layout.checked_axis(1), 1);
    for (const int axis : {2, -3, std::numeric_limits<int>::min()}) {
        const Error error = error_of([&] { (void)layout.checked_axis(axis); });
        EXPECT_EQ(error.code(), errc::out_of_range);
        EXPECT_THAT(error.what(), HasSubstr("[-2, 2)"));
    }
    EXPECT_EQ(error_of([] { (void)Layout().extent(0); }).code(), errc::out_of_range);
}

TEST(Layout, offset_of_an_element) {
    const Layout layout({2, 3, 4}, {-100, 0, 7});
    EXPECT_EQ(layout.offset_of(Numbers{1, 2, 3}), -79);
    const Error outside = error_of([&] { (void)layout.offset_of(Numbers{0, 3, 0}); });
    EXPECT_EQ(outside.code(), errc::out_of_range);
    EXPECT_EQ(outside.index(), 1);
    EXPECT_EQ(error_of([&] { (void)layout.offset_of(Numbers{0, 0, -1}); }).index(), 2);
    EXPECT_EQ(error_of([&] { (void)layout.offset_of(Numbers{0, 0}); }).code(), errc::out_of_range);
    EXPECT_EQ(error_of([] { (void)Layout({0}, {4}).offset_of(Numbers{0}); }).code(), errc::out_of_range);
}

TEST(Layout, suboffsets) {
    // (2,3) of 4-byte items, each row behind a pointer.
    const Layout rows(Numbers{2, 3}, Numbers{8, 4}, Numbers{0, -5});
    EXPECT_TRUE(rows.is_indirect());
    EXPECT_EQ(rows.suboffsets(), (Dims{0, -1}));
    EXPECT_EQ(to_string(rows), "(2,3):(8,4)->(0,-1)");
    EXPECT_FALSE(rows.is_contiguous(Order::any, 4));
    EXPECT_EQ(error_of([&] { (void)rows.byte_extent(4); }).code(), errc::bad_layout);
    EXPECT_EQ(error_of([&] { (void)rows.offset_of(Numbers{0, 0}); }).code(), errc::bad_layout);
    EXPECT_EQ(rows, Layout(Numbers{2, 3}, Numbers{8, 4}, Numbers{0, -1}));
    EXPECT_FALSE(rows == Layout({2, 3}, {8, 4}));

    EXPECT_FALSE(Layout(Numbers{2}, Numbers{4}, Numbers{-1}).is_indirect());
    EXPECT_EQ(Layout(Numbers{2}, Numbers{4}, Numbers{-1}), Layout({2}, {4}));
    EXPECT_FALSE(Layout(Numbers{2}, Numbers{4}, Numbers{}).is_indirect());
    EXPECT_EQ(Layout(Numbers{0}, Numbers{8}, Numbers{0}).byte_extent(4), (ByteExtent{0, 0}));
}

TEST(Layout, equality_looks_at_strides_that_matter) {
    const Layout layout({2, 1, 3}, {12, 5, 4});
    EXPECT_EQ(layout, Layout({2, 1, 3}, {12, -9, 4}));
    EXPECT_FALSE(layout == Layout({2, 1, 3}, {12, 5, 8}));
    EXPECT_FALSE(layout == Layout({2, 3}, {12, 4}));
}

TEST(Layout, copies_and_moves_of_every_rank) {
    for (const int rank : {0, 1, 8, 9, 64}) {
        const Dims shape(rank, 1);
        const Layout original(shape, Dims(rank, 3));
        Layout copy = original;
        Layout moved = std::move(copy);
        EXPECT_EQ(moved, original);
        copy = Layout::c_order({2, 3}, 4);  // a moved-from layout may be assigned
        EXPECT_EQ(copy.size(), 6);
        copy = moved;
        EXPECT_EQ(copy, original);
        const Layout& self = copy;
        copy = self;
        EXPECT_EQ(copy, original);
        Layout other = Layout::c_order({5, 7}, 2);
        other = std::move(copy);
        EXPECT_EQ(other, original);
    }
}

}  // namespace
}  // namespace ndlease
