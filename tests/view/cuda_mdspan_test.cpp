// SPDX-License-Identifier: Apache-2.0
// The conversion to cuda::std::mdspan, whose headers a plain C++ compiler reads as well.
#include <cuda/std/mdspan>

#include <cstdint>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include <ndlease/error.hpp>
#include <ndlease/typed_view.hpp>

namespace ndlease {
namespace {

TEST(CudaMdspan, every_layout_shows_the_same_elements) {
    std::vector<float> data(24);
    std::iota(data.begin(), data.end(), 0.0F);
    const View view = View::lend(data.data(), Device::cpu(), Format::of<float>(), Layout::c_order({2, 3, 4}, 4));
    using Extents = cuda::std::dextents<int, 3>;

    const cuda::std::mdspan<float, Extents> right = view.typed<float, 3>();
    EXPECT_EQ(right(1, 2, 3), 23.0F);
    EXPECT_EQ(right.extent(1), 3);
    const cuda::std::mdspan<const float, Extents, cuda::std::layout_left> left = view.transpose().typed<const float, 3>();
    EXPECT_EQ(left(3, 2, 1), 23.0F);
    const auto typed = view.permute({1, 0, 2}).slice(2, 0, 4, 2).typed<float, 3>();
    const cuda::std::mdspan<float, Extents, cuda::std::layout_stride> strided = typed;
    EXPECT_EQ(strided.extent(2), 2);
    for (int i = 0; i < 3; ++i) {
        for (int j = 0; j < 2; ++j) {
            for (int k = 0; k < 2; ++k) EXPECT_EQ(&strided(i, j, k), &typed(i, j, k));
        }
    }
}

TEST(CudaMdspan, static_extents_and_rank_0) {
    std::vector<std::int32_t> data(24);
    std::iota(data.begin(), data.end(), 0);
    const View view = View::lend(data.data(), Device::cpu(), Format::of<std::int32_t>(), Layout::c_order({8, 3}, 4));
    using Rgb = cuda::std::mdspan<std::int32_t, cuda::std::extents<std::int64_t, cuda::std::dynamic_extent, 3>>;
    const Rgb pixels = view.typed<std::int32_t, 2>();
    EXPECT_EQ(pixels(7, 2), 23);
    EXPECT_THROW((void)(view.reshape({6, 4}).typed<std::int32_t, 2>().to_mdspan<Rgb>()), Error);
    using Scalar = cuda::std::mdspan<std::int32_t, cuda::std::extents<int>>;
    EXPECT_EQ((view.index(0, 2).index(0, 1).typed<std::int32_t, 0>().to_mdspan<Scalar>()()), 7);
}

TEST(CudaMdspan, refuses_what_it_may_not_be_given) {
    std::vector<double> data(6);
    const View view = View::lend(data.data(), Device::cpu(), Format::of<double>(), Layout::c_order({6}, 8));
    using Strided = cuda::std::mdspan<double, cuda::std::dextents<int, 1>, cuda::std::layout_stride>;
    EXPECT_THROW((void)(view.flip(0).typed<double, 1>().to_mdspan<Strided>()), Error);
    using Right = cuda::std::mdspan<double, cuda::std::dextents<int, 1>>;
    EXPECT_THROW((void)(view.slice(0, {}, {}, 2).typed<double, 1>().to_mdspan<Right>()), Error);
}

}  // namespace
}  // namespace ndlease
