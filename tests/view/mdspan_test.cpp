// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <numeric>
#include <type_traits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ndlease/error.hpp>
#include <ndlease/typed_view.hpp>

#include "view/plain_mdspan.hpp"

namespace ndlease {
namespace {

using plain::dynamic;
using ::testing::HasSubstr;

template <class Index, std::size_t Rank>
using Dynamic = std::conditional_t<
    Rank == 0, plain::extents<Index>,
    std::conditional_t<Rank == 1, plain::extents<Index, dynamic>,
                       std::conditional_t<Rank == 2, plain::extents<Index, dynamic, dynamic>, plain::extents<Index, dynamic, dynamic, dynamic>>>>;
template <class T, std::size_t Rank, class Index = std::int64_t>
using Strided = plain::mdspan<T, Dynamic<Index, Rank>, plain::layout_stride>;
template <class T, std::size_t Rank, class Index = std::int64_t>
using AnyStrides = plain::mdspan<T, Dynamic<Index, Rank>, plain::layout_strided<false>>;
template <class T, std::size_t Rank, class Index = std::int64_t>
using Right = plain::mdspan<T, Dynamic<Index, Rank>, plain::layout_right>;
template <class T, std::size_t Rank, class Index = std::int64_t>
using Left = plain::mdspan<T, Dynamic<Index, Rank>, plain::layout_left>;

static_assert(std::is_convertible_v<TypedView<float, 2>, Strided<float, 2>>);
static_assert(std::is_convertible_v<TypedView<float, 2>, Strided<const float, 2>>);
static_assert(!std::is_convertible_v<TypedView<const float, 2>, Strided<float, 2>>);
static_assert(!std::is_convertible_v<TypedView<float, 2>, Strided<float, 3>>);
static_assert(!std::is_convertible_v<TypedView<float, 2>, Strided<double, 2>>);

/// 24 numbers, each its own index, and typed views on them; strides in bytes.
class MdspanTest : public ::testing::Test {
protected:
    MdspanTest() : data_(24) { std::iota(data_.begin(), data_.end(), 0); }

    template <int N>
    TypedView<std::int32_t, N> typed(const Layout& layout, std::ptrdiff_t first = 0) {
        return {data_.data() + first, layout.shape().data(), layout.strides().data()};
    }
    template <class M, int N>
    static Error refusal(const TypedView<std::int32_t, N>& typed) {
        try {
            (void)typed.template to_mdspan<M>();
        } catch (const Error& error) {
            return error;
        }
        ADD_FAILURE() << "no Error was thrown";
        return Error(errc::ok, "");
    }

    std::vector<std::int32_t> data_;
};

TEST_F(MdspanTest, strided_shows_the_same_elements) {
    // (2,3,4):(48,16,4) permuted and sliced: (4,2,2):(4,48,32)
    const auto view = typed<3>(Layout({4, 2, 2}, {4, 48, 32}));
    const Strided<std::int32_t, 3> span = view;
    const Strided<const std::int32_t, 3, int> narrow = view;
    EXPECT_EQ(span.extent(0), 4);
    EXPECT_EQ(span.stride(1), 12);
    for (int i = 0; i < 4; ++i) {
        for (int j = 0; j < 2; ++j) {
            for (int k = 0; k < 2; ++k) {
                EXPECT_EQ(&span(i, j, k), &view(i, j, k));
                EXPECT_EQ(&narrow(i, j, k), &view(i, j, k));
            }
        }
    }
}

TEST_F(MdspanTest, right_and_left_where_the_strides_are_theirs) {
    const Right<std::int32_t, 3> right = typed<3>(Layout::c_order({2, 3, 4}, 4));
    EXPECT_EQ(right(1, 2, 3), 23);
    const Left<std::int32_t, 3> left = typed<3>(Layout::f_order({2, 3, 4}, 4));
    EXPECT_EQ(left(1, 0, 0), 1);
    const Error error = refusal<Right<std::int32_t, 2>>(typed<2>(Layout({3, 4}, {32, 4})));
    EXPECT_EQ(error.code(), errc::bad_layout);
    EXPECT_EQ(error.index(), 0);
    EXPECT_THAT(error.what(), HasSubstr("8 elements; the mdspan's layout has 4"));
    EXPECT_EQ((refusal<Left<std::int32_t, 2>>(typed<2>(Layout::c_order({3, 4}, 4))).index()), 0);
}

TEST_F(MdspanTest, strides_that_move_nothing_do_not_matter) {
    const Layout junk({1, 4, 1}, {7, 4, -3});
    EXPECT_EQ((typed<3>(junk).to_mdspan<Right<std::int32_t, 3>>()(0, 3, 0)), 3);
    EXPECT_EQ((typed<3>(junk).to_mdspan<Left<std::int32_t, 3>>()(0, 3, 0)), 3);
    const Strided<std::int32_t, 3> strided = typed<3>(junk);
    EXPECT_GT(strided.stride(0), 0);
    EXPECT_GT(strided.stride(2), 0);
    const Strided<std::int32_t, 3> none = typed<3>(Layout({3, 0, 5}, {-1, 7, 0}));
    EXPECT_EQ(none.extent(1), 0);
    EXPECT_EQ(none.stride(0), 5);
    EXPECT_EQ((typed<2>(Layout({3, 0}, {7, 7})).to_mdspan<Right<std::int32_t, 2>>().extent(0)), 3);
    // As many elements as would overflow, if the last extent were not 0.
    constexpr std::int64_t most = INT64_MAX;
    EXPECT_GT((typed<3>(Layout({most, most, 0}, {1, 1, 1})).to_mdspan<Strided<std::int32_t, 3>>().stride(0)), 0);
}

TEST_F(MdspanTest, rank_0) {
    EXPECT_EQ((typed<0>(Layout(), 5).to_mdspan<Right<std::int32_t, 0>>()()), 5);
    EXPECT_EQ((typed<0>(Layout(), 5).to_mdspan<Strided<std::int32_t, 0>>()()), 5);
}

TEST_F(MdspanTest, refuses_strides_between_elements) {
    const Error error = refusal<Strided<std::int32_t, 2>>(typed<2>(Layout({2, 2}, {8, 6})));
    EXPECT_EQ(error.code(), errc::bad_layout);
    EXPECT_EQ(error.index(), 1);
    EXPECT_THAT(error.what(), HasSubstr("6 bytes, no multiple of the 4"));
}

TEST_F(MdspanTest, refuses_what_layout_stride_may_not_be_given) {
    using Span = Strided<std::int32_t, 2>;
    EXPECT_EQ(refusal<Span>(typed<2>(Layout({2, 3}, {12, 0}))).index(), 1);
    EXPECT_EQ(refusal<Span>(typed<2>(Layout({2, 3}, {-12, 4}), 3)).index(), 0);
    const Error windows = refusal<Span>(typed<2>(Layout({5, 3}, {4, 4})));
    EXPECT_EQ(windows.code(), errc::bad_layout);
    EXPECT_THAT(windows.what(), HasSubstr("(5,3):(1,1)"));
    EXPECT_EQ(refusal<Span>(typed<2>(Layout({2, 3}, {8, 4}))).code(), errc::bad_layout) << "rows that overlap by one";
    EXPECT_NO_THROW((void)typed<2>(Layout({2, 2}, {12, 8})).to_mdspan<Span>()) << "every second of three columns";
    EXPECT_NO_THROW((void)typed<2>(Layout({2, 3}, {12, 4})).to_mdspan<Span>());
    EXPECT_NO_THROW((void)typed<2>(Layout({3, 2}, {4, 12})).to_mdspan<Span>());
}

TEST_F(MdspanTest, a_mapping_that_claims_nothing_takes_any_strides) {
    const AnyStrides<std::int32_t, 2> back = typed<2>(Layout({2, 3}, {0, -4}), 5);
    EXPECT_EQ(back(1, 2), 3);
    const Error error = refusal<AnyStrides<std::int32_t, 2, std::uint32_t>>(typed<2>(Layout({2, 3}, {0, -4}), 5));
    EXPECT_EQ(error.index(), 1);
    EXPECT_THAT(error.what(), HasSubstr("no sign"));
}

TEST_F(MdspanTest, static_extents_must_agree) {
    using Rgb = plain::mdspan<std::int32_t, plain::extents<int, dynamic, 3>>;
    const Rgb fits = typed<2>(Layout::c_order({8, 3}, 4));
    EXPECT_EQ(fits(7, 2), 23);
    const Error error = refusal<Rgb>(typed<2>(Layout::c_order({6, 4}, 4)));
    EXPECT_EQ(error.code(), errc::bad_layout);
    EXPECT_EQ(error.index(), 1);
    EXPECT_THAT(error.what(), HasSubstr("static extent of 3"));
}

TEST_F(MdspanTest, the_index_type_must_be_wide_enough) {
    // Extents, spans and numbers of elements around what an int8_t counts.
    EXPECT_EQ((typed<1>(Layout({127}, {4})).to_mdspan<Right<std::int32_t, 1, std::int8_t>>().extent(0)), 127);
    const Error extent = refusal<Right<std::int32_t, 1, std::int8_t>>(typed<1>(Layout({128}, {4})));
    EXPECT_EQ(extent.code(), errc::overflow);
    EXPECT_EQ(extent.index(), 0);
    EXPECT_EQ((refusal<Strided<std::int32_t, 1, std::int8_t>>(typed<1>(Layout({2}, {127 * 4}))).code()), errc::overflow);
    EXPECT_NO_THROW(((void)typed<1>(Layout({2}, {126 * 4})).to_mdspan<Strided<std::int32_t, 1, std::int8_t>>()));
    EXPECT_EQ((refusal<AnyStrides<std::int32_t, 2, std::int8_t>>(typed<2>(Layout({12, 12}, {0, 0}))).code()), errc::overflow);
}

}  // namespace
}  // namespace ndlease
