// SPDX-License-Identifier: Apache-2.0
// Views to and from mdspan: a least one of our own, std's and CCCL's where their headers are; C1 to C6 are the cases that other libraries are known to get
// wrong.
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#if __has_include(<mdspan>)
#include <mdspan>
#endif
#if __has_include(<cuda/std/mdspan>)
#include <cuda/std/mdspan>
#endif
#if __has_include(<cuda/mdspan>) && __has_include(<cuda/__mdspan/layout_stride_relaxed.h>)
#include <cuda/mdspan>
#define NDLEASE_TEST_RELAXED 1
#endif

#include <gtest/gtest.h>

#include <ndlease/error.hpp>
#include <ndlease/interop/mdspan.hpp>

#include "interop/strided_views.hpp"
#include "view/plain_mdspan.hpp"
#include "view/refusal.hpp"

namespace ndlease {
namespace {

using testing::StridedViews;

template <class Index, std::size_t Rank, std::size_t... Dynamic>
struct DynamicExtents : DynamicExtents<Index, Rank - 1, Dynamic..., plain::dynamic> {};
template <class Index, std::size_t... Dynamic>
struct DynamicExtents<Index, 0, Dynamic...> {
    using type = plain::extents<Index, Dynamic...>;
};
template <class T, std::size_t Rank, class Layout, class Index = std::int64_t>
using Span = plain::mdspan<T, typename DynamicExtents<Index, Rank>::type, Layout>;
template <class T, std::size_t Rank>
using Strided = Span<T, Rank, plain::layout_stride>;
template <class T, std::size_t Rank>
using Relaxed = Span<T, Rank, plain::layout_relaxed>;
template <class T, std::size_t Rank>
using Right = Span<T, Rank, plain::layout_right>;

/// 24 numbers, each its own index.
class MdspanViews : public ::testing::Test {
protected:
    MdspanViews() : data_(24) { std::iota(data_.begin(), data_.end(), 0); }
    View numbers(std::int64_t count = 24) { return View::lend(data_.data(), Device::cpu(), Format::of<int>(), Layout::c_order({count}, 4)); }
    std::vector<int> data_;
};

template <class M>
void expect_round_trip(const View& view) {
    const View back = import_mdspan(export_mdspan<M>(view), view.device());
    EXPECT_EQ(back.data(), view.data());
    EXPECT_EQ(back.layout(), view.layout()) << to_string(back.layout()) << " of " << to_string(view.layout());
    EXPECT_EQ(back.format(), view.format());
    EXPECT_EQ(back.is_read_only(), std::is_const_v<typename M::element_type>);
    EXPECT_FALSE(back.lease());
}

TEST_F(MdspanViews, C1_the_offset_of_a_slice_is_kept_both_ways) {
    const View forwards = numbers().slice(0, 5, 24);
    EXPECT_EQ((export_mdspan<Strided<int, 1>>(forwards)(0)), 5);
    expect_round_trip<Strided<int, 1>>(forwards);
    const View backwards = numbers().slice(0, 5, {}, -1);
    const auto span = export_mdspan<Relaxed<int, 1>>(backwards);
    EXPECT_EQ(span(0), 5);
    EXPECT_EQ(span(5), 0);
    expect_round_trip<Relaxed<int, 1>>(backwards);
    // an offset that the mapping has, and that a pointer to the first element would lose
    const Relaxed<int, 1> inside(data_.data(), {plain::extents<std::int64_t, plain::dynamic>(3), plain::layout_relaxed::strides_of<1>(-2), 7});
    EXPECT_EQ((import_mdspan(inside).typed<int, 1>()(2)), 3);
}

TEST_F(MdspanViews, C2_a_reversed_array_reaches_down_to_its_lowest_element) {
    const View backwards = numbers().flip(0);
    EXPECT_EQ(backwards.data(), &data_[23]);
    const auto span = export_mdspan<Relaxed<int, 1>>(backwards);
    EXPECT_EQ(span.data_handle(), data_.data());
    EXPECT_EQ(span.mapping().offset(), 23);
    EXPECT_EQ(span.mapping().lowest(), 0);
    expect_refused([&] { (void)export_mdspan<Strided<int, 1>>(backwards); }, errc::bad_layout, "axis 0 has a stride of -1");
    expect_refused([&] { (void)export_mdspan<Right<int, 1>>(backwards); }, errc::bad_layout, "axis 0 has a stride of -1");
}

TEST_F(MdspanViews, C3_no_elements_and_no_address) {
    const View none = View::lend(static_cast<void*>(nullptr), Device::cpu(), Format::of<int>(), Layout::c_order({3, 0, 2}, 4));
    expect_round_trip<Right<int, 3>>(none);
    expect_round_trip<Strided<int, 3>>(none);
    expect_round_trip<Relaxed<int, 3>>(none);
    EXPECT_EQ((export_mdspan<Relaxed<int, 3>>(none).data_handle()), nullptr);
}

TEST_F(MdspanViews, C4_strides_of_axes_of_extent_1_do_not_matter) {
    const View view = View::lend(data_.data(), Device::cpu(), Format::of<int>(), Layout({1, 4, 1}, {7, 4, -400}));
    expect_round_trip<Right<int, 3>>(view);
    expect_round_trip<Span<int, 3, plain::layout_left>>(view);
    expect_round_trip<Strided<int, 3>>(view);
    expect_round_trip<Relaxed<int, 3>>(view);
    EXPECT_EQ((export_mdspan<Relaxed<int, 3>>(view).mapping().offset()), 0);
}

TEST_F(MdspanViews, C5_pinned_and_managed_memory_is_the_hosts_too) {
    for (const Device device : {Device::cuda_host(), Device::cuda_managed()}) {
        const View view = View::lend(data_.data(), device, Format::of<int>(), Layout::c_order({24}, 4));
        EXPECT_EQ((export_mdspan<Right<int, 1>>(view)(23)), 23);
        expect_round_trip<Right<int, 1>>(view);
        EXPECT_EQ((export_mdspan<Right<int, 1>>(view, Device::cuda(1)).data_handle()), data_.data());
    }
    const View far = View::lend(data_.data(), Device::cuda(1), Format::of<int>(), Layout::c_order({24}, 4));
    expect_refused([&] { (void)export_mdspan<Right<int, 1>>(far); }, errc::device, "the CPU cannot reach");
    expect_refused([&] { (void)export_mdspan<Right<int, 1>>(far, Device::cuda(0)); }, errc::device, "cuda:0 cannot reach");
    EXPECT_EQ((export_mdspan<Right<int, 1>>(far, Device::cuda(1)).data_handle()), data_.data());
}

TEST_F(MdspanViews, C6_const_elements_are_read_only_views_and_back) {
    const View view = numbers().read_only();
    expect_refused([&] { (void)export_mdspan<Right<int, 1>>(view); }, errc::read_only, "const");
    expect_round_trip<Right<const int, 1>>(view);
    EXPECT_TRUE(import_mdspan(export_mdspan<Right<const int, 1>>(numbers())).is_read_only());
    EXPECT_THROW((void)import_mdspan(export_mdspan<Right<const int, 1>>(view)).mutable_data(), Error);
}

TEST_F(MdspanViews, rank_0_and_static_extents) {
    expect_round_trip<Right<int, 0>>(numbers().index(0, 7));
    expect_round_trip<Relaxed<int, 0>>(numbers().index(0, 7));
    using Rgb = plain::mdspan<int, plain::extents<int, plain::dynamic, 3>>;
    expect_round_trip<Rgb>(numbers().reshape({8, 3}));
    expect_refused([&] { (void)export_mdspan<Rgb>(numbers().reshape({6, 4})); }, errc::bad_layout, "static extent of 3");
}

TEST_F(MdspanViews, another_rank_type_or_an_offset_that_is_too_wide) {
    expect_refused([&] { (void)export_mdspan<Right<int, 2>>(numbers()); }, errc::bad_layout, "rank 1, not 2");
    expect_refused([&] { (void)export_mdspan<Right<float, 1>>(numbers()); }, errc::not_expressible, "as the type asked for");
    using Narrow = Span<int, 1, plain::layout_relaxed, std::int8_t>;
    EXPECT_EQ(export_mdspan<Narrow>(numbers().flip(0))(0), 23);
    const View far = View::lend(data_.data() + 12, Device::cpu(), Format::of<int>(), Layout({2}, {-4 * 200}));
    expect_refused([&] { (void)export_mdspan<Narrow>(far); }, errc::overflow, "index type ends at 127");
    // 2^62 elements of 4 bytes
    const Strided<int, 1> wide(data_.data(), {plain::extents<std::int64_t, plain::dynamic>(2), {std::int64_t{1} << 62}});
    expect_refused([&] { (void)import_mdspan(wide); }, errc::overflow, "axis 0");
    const Span<int, 1, plain::layout_right, std::uint64_t> huge(data_.data(),
                                                                plain::layout_right::mapping(plain::extents<std::uint64_t, plain::dynamic>(UINT64_MAX)));
    expect_refused([&] { (void)import_mdspan(huge); }, errc::overflow, "extent that does not fit");
}

TEST_F(MdspanViews, leased_with_a_callback_or_an_owner) {
    int released = 0;
    View view = import_mdspan(export_mdspan<Right<int, 1>>(numbers()), Device::cpu(), {.release = [&](const ReleaseInfo&) { ++released; }});
    EXPECT_EQ(view.lease().holders(), 1);
    const View part = view.slice(0, 1, 3);
    view = View();
    EXPECT_EQ(released, 0);
    const auto kept = keep(part, [](const View& v) { return export_mdspan<Right<int, 1>>(v); });
    EXPECT_EQ(kept.value(1), 2);
    EXPECT_EQ(kept.owner.lease().holders(), 2);

    struct Matrix {
        std::shared_ptr<std::vector<int>> data;
        Right<int, 2> to_mdspan() { return {data->data(), plain::layout_right::mapping(plain::extents<std::int64_t, plain::dynamic, plain::dynamic>(2, 3))}; }
    };
    Matrix matrix{std::make_shared<std::vector<int>>(6, 9)};
    const std::weak_ptr<std::vector<int>> alive = matrix.data;
    View owned = import_mdspan(own(std::move(matrix)));
    EXPECT_EQ((owned.typed<int, 2>()(1, 2)), 9);
    EXPECT_FALSE(alive.expired());
    owned = View();
    EXPECT_TRUE(alive.expired());
}

/// A refused export must have a reason; what is exported comes back as it was.
template <std::size_t Rank>
void round_trips(StridedViews& make, int cases, int* strided) {
    for (int number = 0; number < cases; ++number) {
        const View made = make.view(Format::of<double>(), make.shape(static_cast<int>(Rank), 4));
        const View view = make.chance(30) ? made.read_only() : made;
        SCOPED_TRACE(to_string(view));
        const View back =
            view.is_read_only() ? import_mdspan(export_mdspan<Relaxed<const double, Rank>>(view)) : import_mdspan(export_mdspan<Relaxed<double, Rank>>(view));
        if (back.data() != view.data() || !(back.layout() == view.layout()) || back.is_read_only() != view.is_read_only()) FAIL() << to_string(back);
        bool fits = internal_overlap(view.layout(), 8) == Overlap::no;
        for (int axis = 0; axis < view.rank(); ++axis) fits = fits && (view.shape()[axis] == 1 || view.strides()[axis] > 0);
        try {
            const auto span = export_mdspan<Strided<const double, Rank>>(view);
            ++*strided;
            if (!fits || span.data_handle() != view.data()) FAIL() << "a layout_stride that it may not be given";
        } catch (const Error& error) {
            if (fits || error.code() != errc::bad_layout) FAIL() << error.what();
        }
    }
}

TEST(Mdspan, a_hundred_thousand_random_views_come_back_as_they_were) {
    StridedViews make(1, sizeof(double));
    int strided = 0;
    round_trips<0>(make, 5'000, &strided);
    round_trips<1>(make, 25'000, &strided);
    round_trips<2>(make, 25'000, &strided);
    round_trips<3>(make, 25'000, &strided);
    round_trips<4>(make, 20'000, &strided);
    EXPECT_GT(strided, 50'000);
    EXPECT_LT(strided, 99'000);
}

#if defined(__cpp_lib_mdspan)
TEST_F(MdspanViews, the_standards_own) {
    expect_round_trip<std::mdspan<int, std::dextents<int, 2>>>(numbers().reshape({4, 6}));
    expect_round_trip<std::mdspan<const int, std::dextents<std::size_t, 2>, std::layout_stride>>(numbers().reshape({4, 6}).slice(1, 0, 6, 2));
    expect_round_trip<std::mdspan<int, std::dextents<int, 2>, std::layout_left>>(numbers().reshape({4, 6}).transpose());
}
#endif

#if __has_include(<cuda/std/mdspan>)
TEST_F(MdspanViews, cccls_own) {
    namespace std_ = cuda::std;
    expect_round_trip<std_::mdspan<int, std_::dextents<int, 2>>>(numbers().reshape({4, 6}));
    expect_round_trip<std_::mdspan<const int, std_::dextents<std::size_t, 2>, std_::layout_stride>>(numbers().reshape({4, 6}).slice(1, 0, 6, 2));
    expect_round_trip<std_::mdspan<int, std_::dextents<int, 2>, std_::layout_left>>(numbers().reshape({4, 6}).transpose());
    expect_round_trip<std_::mdspan<int, std_::dextents<int, 3>>>(
        View::lend(static_cast<void*>(nullptr), Device::cpu(), Format::of<int>(), Layout::c_order({3, 0, 2}, 4)));
    expect_round_trip<std_::mdspan<int, std_::extents<int>>>(numbers().index(0, 3));
}
#endif

#ifdef NDLEASE_TEST_RELAXED
TEST_F(MdspanViews, cccls_relaxed_strides) {
    using OneAxis = cuda::std::dextents<int, 1>;
    using Axes = cuda::std::dextents<std::int64_t, 3>;
    using Backwards = cuda::std::mdspan<int, OneAxis, cuda::layout_stride_relaxed>;
    EXPECT_EQ(export_mdspan<Backwards>(numbers().flip(0))(0), 23);
    expect_round_trip<Backwards>(numbers().flip(0));
    expect_round_trip<Backwards>(numbers().slice(0, 5, {}, -2));
    using Cube = cuda::std::mdspan<const int, Axes, cuda::layout_stride_relaxed>;
    expect_round_trip<Cube>(numbers().reshape({2, 3, 4}).flip(1).transpose());
    expect_round_trip<Cube>(numbers(4).broadcast_to({2, 3, 4}));
    expect_round_trip<Cube>(numbers().reshape({2, 3, 4}).slice(1, 1, 1));
}
#endif

}  // namespace
}  // namespace ndlease
