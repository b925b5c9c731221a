// SPDX-License-Identifier: Apache-2.0
// The code of docs/protocols/cpp_views.md, compiled and run; the last test finds every line of the page's blocks in this file.
#include <Eigen/Core>
#include <cuda/std/mdspan>
#include <opencv2/core.hpp>

#include <vector>

#include <gtest/gtest.h>

#include <ndlease/interop/eigen.hpp>
#include <ndlease/interop/mdspan.hpp>
#include <ndlease/interop/opencv.hpp>
#include <ndlease/interop/span.hpp>

#include "shown_code.hpp"

namespace ndlease {
namespace {

TEST(CppViewsPage, one_image_for_all) {
    // clang-format off
    std::vector<float> samples(480 * 640);
    samples[150 * 640 + 10] = 5;
    View image = import_span(own(std::move(samples))).reshape({480, 640});  // the View owns the vector

    using Span = cuda::std::mdspan<float, cuda::std::dextents<int, 2>, cuda::std::layout_stride>;
    Span span = export_mdspan<Span>(image.slice(1, 0, 640, 2));             // every second column
    EXPECT_EQ(span(150, 5), 5);

    using Map = Eigen::Map<Eigen::MatrixXf, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>>;
    Map turned = export_eigen<Map>(image.transpose().flip(0));              // strides of any sign
    EXPECT_EQ(turned(629, 150), 5);
    turned(0, 0) = 7;
    EXPECT_EQ((image.typed<float, 2>()(0, 639)), 7);

    cv::Mat mat = export_mat<cv::Mat>(image.slice(0, 100, 200));            // rows 100 to 199
    EXPECT_EQ(mat.at<float>(50, 10), 5);
    View region = import_mat(cv::Mat(mat, cv::Rect(8, 8, 64, 64)));         // a region is a View on the region alone
    // clang-format on
    EXPECT_EQ((region.typed<float, 2>()(42, 2)), 5);
}

TEST(CppViewsPage, shows_the_code_above) { testing::expect_shown_code(NDLEASE_CPP_VIEWS_PAGE, NDLEASE_CPP_VIEWS_PAGE_TEST, 9); }

}  // namespace
}  // namespace ndlease
