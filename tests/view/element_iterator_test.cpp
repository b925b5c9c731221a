// SPDX-License-Identifier: Apache-2.0
// Iterators over strided Views against the Views' own element addresses.
#include <algorithm>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <random>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include <ndlease/element_iterator.hpp>
#include <ndlease/error.hpp>

#include "interop/strided_views.hpp"
#include "view/refusal.hpp"

namespace ndlease {
namespace {

using testing::each_index;
using testing::element;
using testing::StridedViews;

static_assert(std::random_access_iterator<LineIterator<float>>);
static_assert(std::random_access_iterator<ElementIterator<const double>>);
static_assert(std::is_trivially_copyable_v<LineIterator<float>>);
static_assert(std::is_trivially_copyable_v<ElementIterator<float>>);
static_assert(sizeof(ElementIterator<float, 6>) <= 6 * 32 + 32);

TEST(Divisor, every_small_number_and_the_edges_of_large_ones) {
    for (std::int64_t divisor = 2; divisor <= 300; ++divisor) {
        const detail::Divisor by(divisor);
        for (std::int64_t n = 0; n <= 3000; ++n)
            ASSERT_EQ(by.quotient(static_cast<std::uint64_t>(n)), static_cast<std::uint64_t>(n / divisor)) << n << " / " << divisor;
    }
    std::mt19937_64 random(1);
    for (int bit = 1; bit < 63; ++bit) {
        for (const std::int64_t near : {-1, 0, 1, 12345}) {
            const std::int64_t divisor = (std::int64_t{1} << bit) + near % (std::int64_t{1} << bit);
            if (divisor < 2) continue;
            const detail::Divisor by(divisor);
            const auto check = [&](std::int64_t n) {
                ASSERT_EQ(by.quotient(static_cast<std::uint64_t>(n)), static_cast<std::uint64_t>(n / divisor)) << n << " / " << divisor;
            };
            check(INT64_MAX);
            check(INT64_MAX - 1);
            for (int i = 0; i < 200; ++i) {
                const auto n = static_cast<std::int64_t>(random() >> 1);
                check(n);
                const std::int64_t multiple = n / divisor * divisor;  // where a multiplier that is too small would show
                check(multiple);
                if (multiple > 0) check(multiple - 1);
            }
        }
    }
}

TEST(ElementIterators, walk_random_views_in_either_order) {
    StridedViews make(1, sizeof(double));
    for (int number = 0; number < 5000; ++number) {
        const View view = make.view(Format::of<double>(), make.shape(static_cast<int>(make.pick(0, 5)), 4));
        SCOPED_TRACE(to_string(view));
        for (const Order order : {Order::c, Order::f}) {
            const auto range = elements<double>(view, order);
            ASSERT_EQ(range.size(), view.size());
            const View walked = order == Order::c ? view : view.transpose();
            std::int64_t n = 0;
            auto at = range.begin();
            each_index(walked.shape(), [&](const Dims& index) {
                ASSERT_EQ(&range.begin()[n++], &element<double>(walked, index));
                ASSERT_EQ(&*at++, &element<double>(walked, index));
            });
            ASSERT_EQ(at, range.end());
            ASSERT_EQ(range.end() - range.begin(), n);
        }
        if (HasFailure()) return;
    }
}

TEST(ElementIterators, a_line_in_any_direction) {
    std::vector<int> data(24);
    std::iota(data.begin(), data.end(), 0);
    const View view = View::lend(data.data(), Device::cpu(), Format::of<int>(), Layout::c_order({4, 6}, 4));
    const auto column = line<int>(view.index(1, 2).flip(0));
    EXPECT_EQ(std::vector<int>(column.begin(), column.end()), (std::vector<int>{20, 14, 8, 2}));
    std::sort(column.begin(), column.end());
    EXPECT_EQ(data[2], 20);
    EXPECT_EQ(data[20], 2);
    EXPECT_EQ(data[3], 3);
    EXPECT_EQ(column.begin()[1], 8);
    EXPECT_EQ(&*(column.begin() + 2), &data[8]);
    const auto again = line<const int>(view.index(1, 0).index(0, 1).broadcast_to({5}));
    EXPECT_EQ(std::accumulate(again.begin(), again.end(), 0), 5 * 6);
}

TEST(ElementIterators, algorithms_of_the_standard_library_in_place) {
    StridedViews make(2, sizeof(double));
    for (int number = 0; number < 500; ++number) {
        const View view = make.view(Format::of<double>(), make.shape(3, 5));
        if (internal_overlap(view.layout(), 8) != Overlap::no) continue;
        SCOPED_TRACE(to_string(view));
        const auto range = elements<double>(view, Order::f);
        for (double& item : range) item = static_cast<double>(make.pick(-99, 99));
        std::vector<double> copy(range.begin(), range.end());
        std::sort(range.begin(), range.end());
        std::sort(copy.begin(), copy.end());
        EXPECT_TRUE(std::equal(copy.begin(), copy.end(), range.begin(), range.end()));
        std::reverse(range.begin(), range.end());
        std::partial_sum(range.begin(), range.end(), range.begin());
        std::partial_sum(copy.rbegin(), copy.rend(), copy.rbegin());
        EXPECT_TRUE(std::equal(copy.rbegin(), copy.rend(), range.begin()));
    }
}

TEST(ElementIterators, refusals) {
    std::vector<int> data(256);
    const View view = View::lend(data.data(), Device::cpu(), Format::of<int>(), Layout::c_order({2, 2, 2, 2, 2, 2, 2, 2}, 4));
    EXPECT_NO_THROW((void)elements<int>(view)) << "its axes are joined into one";
    const View gaps = View::lend(data.data(), Device::cpu(), Format::of<int>(), Layout({2, 2, 2}, {72, 28, 8}));
    EXPECT_EQ(((elements<int, 3>(gaps).size())), 8);
    expect_refused([&] { (void)elements<int, 2>(gaps); }, errc::bad_layout, "more than the 2 axes that the iterator holds, at axis 0");
    expect_refused([&] { (void)elements<float>(view); }, errc::not_expressible, "as the type asked for");
    expect_refused([&] { (void)elements<int>(view.read_only()); }, errc::read_only, "const");
    expect_refused([&] { (void)line<int>(view); }, errc::bad_layout, "rank 8, not 1");
    const View far = View::lend(data.data(), Device::cuda(1), Format::of<int>(), Layout::c_order({4}, 4));
    expect_refused([&] { (void)line<int>(far); }, errc::device, "the CPU cannot reach");
    expect_refused([&] { (void)elements<int>(far, Order::c, Device::cuda(0)); }, errc::device, "cuda:0 cannot reach");
    EXPECT_EQ(elements<int>(far, Order::c, Device::cuda(1)).size(), 4);
    EXPECT_EQ(elements<int>(view.slice(2, 0, 0)).begin(), elements<int>(view.slice(2, 0, 0)).end());
}

}  // namespace
}  // namespace ndlease
