// SPDX-License-Identifier: Apache-2.0
// Against OpenCV itself: its Mat, and its GpuMat as a header on memory that nobody touches.
#include <opencv2/core.hpp>
#include <opencv2/core/cuda.hpp>

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/opencv.hpp>

#include "interop/strided_views.hpp"
#include "view/refusal.hpp"

namespace ndlease {
namespace {

using opencv::Channels;
using testing::each_index;
using testing::element;
using testing::StridedViews;

TEST(OpencvMats, random_views_where_their_strides_are_a_mats) {
    StridedViews make(1, sizeof(float));
    int accepted = 0;
    int refused = 0;
    for (int number = 0; number < 10'000; ++number) {
        const int rank = static_cast<int>(make.pick(1, 4));
        const View view = make.view(Format::of<float>(), make.shape(rank, 3));
        SCOPED_TRACE(to_string(view));
        // A Mat says by its own rules, which know nested steps alone, whether it is contiguous and what it spans.
        bool nested = true;
        std::int64_t whole = 4;
        for (int axis = rank - 1; axis >= 0; --axis) {
            if (view.shape()[axis] == 1) continue;
            nested = nested && view.strides()[axis] >= whole && (axis != rank - 1 || rank == 1 || view.strides()[axis] == 4);
            whole = view.strides()[axis] * view.shape()[axis];
        }
        try {
            const auto mat = export_mat<cv::Mat>(view);
            ++accepted;
            EXPECT_TRUE(nested);
            ASSERT_EQ(mat.dims, std::max(2, rank));
            EXPECT_EQ(mat.type(), CV_32FC1);
            EXPECT_EQ(mat.total(), static_cast<std::size_t>(view.size()));
            EXPECT_EQ(mat.isContinuous(), view.is_contiguous());
            each_index(view.shape(), [&](const Dims& index) {
                int at[4] = {};
                for (int axis = 0; axis < rank; ++axis) at[axis] = static_cast<int>(index[axis]);
                EXPECT_EQ(mat.ptr<float>(at), &element<float>(view, index));
            });
            const View back = import_mat(mat);
            EXPECT_EQ(back.data(), view.data());
            EXPECT_EQ(back.layout(), rank == 1 ? view.expand(1).layout() : view.layout());
        } catch (const Error& error) {
            ++refused;
            EXPECT_EQ(error.code(), errc::bad_layout);
            EXPECT_GE(error.index(), 0);
            EXPECT_FALSE(nested) << error.what();
        }
        if (HasFailure()) return;
    }
    EXPECT_GT(accepted, 2000);
    EXPECT_GT(refused, 2000);
}

TEST(OpencvMats, depths_and_channels) {
    alignas(16) static unsigned char memory[4096];
    const struct {
        Format format;
        int depth;
    } cases[] = {{Format::of<std::uint8_t>(), CV_8U},  {Format::of<std::int8_t>(), CV_8S},   {Format::of<std::uint16_t>(), CV_16U},
                 {Format::of<std::int16_t>(), CV_16S}, {Format::of<std::int32_t>(), CV_32S}, {Format::of<float>(), CV_32F},
                 {Format::of<double>(), CV_64F},       {Format::of<float16>(), CV_16F}};
    for (const auto& [format, depth] : cases) {
        for (const int channels : {1, 2, 3, 4, 100}) {
            SCOPED_TRACE(format.to_string() + " x " + std::to_string(channels));
            const View view = View::lend(static_cast<void*>(memory), Device::cpu(), format, Layout::c_order({2, 2, channels}, format.itemsize()));
            const auto mat = export_mat<cv::Mat>(view, Channels::last_axis);
            EXPECT_EQ(mat.type(), CV_MAKETYPE(depth, channels));
            const std::int64_t several[] = {channels};
            const View pixels =
                View::lend(static_cast<void*>(memory), Device::cpu(), Format::subarray(format, several), Layout::c_order({2, 2}, format.itemsize() * channels));
            EXPECT_EQ(export_mat<cv::Mat>(pixels).type(), CV_MAKETYPE(depth, channels));
            const View back = import_mat(mat);
            EXPECT_EQ(back.format(), format);
            EXPECT_EQ(back.layout(), channels == 1 ? view.squeeze(2).layout() : view.layout());
        }
    }
    const View many = View::lend(static_cast<void*>(memory), Device::cpu(), Format::of<std::uint8_t>(), Layout::c_order({1, 513}, 1));
    expect_refused([&] { (void)export_mat<cv::Mat>(many, Channels::last_axis); }, errc::not_expressible, "1 to 512 channels, not 513");
}

TEST(OpencvMats, a_region_is_a_view_that_keeps_its_image) {
    cv::Mat image(4, 6, CV_8UC3);
    for (int i = 0; i < 4 * 6 * 3; ++i) image.data[i] = static_cast<unsigned char>(i);
    const unsigned char* const first = image.data;
    View view;
    {
        const cv::Mat region = image(cv::Rect(1, 2, 3, 2));
        view = import_mat(region);
        image.release();
    }
    EXPECT_EQ(view.data(), first + 2 * 18 + 3);
    EXPECT_EQ(view.layout(), Layout({2, 3, 3}, {18, 3, 1}));
    EXPECT_EQ((element<unsigned char>(view, {1, 2, 2})), 3 * 18 + 3 * 3 + 2);
    EXPECT_EQ(view.lease().holders(), 1);
    const auto kept = keep(view, [](const View& v) { return export_mat<cv::Mat>(v, Channels::last_axis); });
    view = View();
    EXPECT_EQ(kept.value.at<cv::Vec3b>(1, 2)[2], 3 * 18 + 3 * 3 + 2);
}

TEST(OpencvMats, the_header_that_a_view_holds_is_given_back) {
    cv::Mat image(2, 2, CV_32F);
    ASSERT_NE(image.u, nullptr);
    EXPECT_EQ(image.u->refcount, 1);
    {
        const View view = import_mat(image);
        EXPECT_EQ(image.u->refcount, 2);
    }
    EXPECT_EQ(image.u->refcount, 1);
    expect_refused([&] { (void)import_mat(image, {.release = [](const ReleaseInfo&) {}}); }, errc::invalid_argument, "options.release");
    EXPECT_EQ(image.u->refcount, 1);
}

TEST(OpencvMats, none_and_many_axes) {
    EXPECT_EQ(import_mat(cv::Mat()).size(), 0);
    const int sizes[] = {2, 3, 4};
    const cv::Mat cube(3, sizes, CV_16SC2);
    EXPECT_EQ(import_mat(cube).layout(), Layout::c_order({2, 3, 4, 2}, 2));
    EXPECT_TRUE(export_mat<cv::Mat>(View::lend(static_cast<void*>(nullptr), Device::cpu(), Format::of<float>(), Layout::c_order({0, 3}, 4))).empty());
}

TEST(OpencvMats, refusals_name_axis_and_reason) {
    alignas(16) char memory[1024] = {};
    const auto view = [&](Format format, Layout layout, Device device = Device::cpu()) {
        return View::lend(static_cast<void*>(memory + 512), device, std::move(format), std::move(layout));
    };
    const Format f = Format::of<float>();
    expect_refused(
        [&] {
            (void)export_mat<cv::Mat>(view(f, Layout({3, 3}, {4, 12})));
        },
        errc::bad_layout, "axis 1 has a stride of 12 bytes; a Mat's last axis has no gaps: 4");
    expect_refused(
        [&] {
            (void)export_mat<cv::Mat>(view(f, Layout({3, 3}, {-12, 4})));
        },
        errc::bad_layout, "axis 0 has a stride of -12 bytes; a Mat's are at least the 12");
    expect_refused([&] { (void)export_mat<cv::Mat>(view(f, Layout({3, 3}, {0, 4}))); }, errc::bad_layout, "axis 0 has a stride of 0 bytes");
    expect_refused(
        [&] {
            (void)export_mat<cv::Mat>(view(f, Layout({2, 3, 3}, {12, 24, 4})));
        },
        errc::bad_layout, "axis 0 has a stride of 12 bytes; a Mat's are at least the 72");
    expect_refused([&] { (void)export_mat<cv::Mat>(view(f, Layout({3, 3}, {14, 4}))); }, errc::bad_layout, "multiples of the 4 bytes of a channel");
    expect_refused(
        [&] {
            (void)export_mat<cv::Mat>(view(f, Layout({2, 3, 3}, {72, 24, 8})), Channels::last_axis);
        },
        errc::bad_layout, "axis 2 has a stride of 8 bytes; channels lie side by side");
    expect_refused([&] { (void)export_mat<cv::Mat>(view(f, Layout()), Channels::last_axis); }, errc::not_expressible, "no axis that could be the channels");
    expect_refused([&] { (void)export_mat<cv::Mat>(view(Format::of<std::uint32_t>(), Layout({3}, {4}))); }, errc::not_expressible,
                   "OpenCV has no items of format");
    expect_refused([&] { (void)export_mat<cv::Mat>(view(f.with_byte_order(ByteOrder::big), Layout({3}, {4}))); }, errc::not_expressible,
                   "OpenCV has no items of format");
    expect_refused([&] { (void)export_mat<cv::Mat>(view(f, Layout({3}, {4})).read_only()); }, errc::read_only, "no const elements");
    EXPECT_EQ(export_mat<cv::Mat>(view(f, Layout({3}, {4})).read_only(), Channels::none, true).rows, 3);
    expect_refused([&] { (void)export_mat<cv::Mat>(view(f, Layout({3}, {4}), Device::cuda(0))); }, errc::device, "the CPU cannot reach");
    expect_refused([&] { (void)export_mat<cv::Mat>(view(f, Layout(Dims(33, 1), Dims(33, 4)))); }, errc::not_expressible, "at most 32 axes, the view has 33");
    expect_refused(
        [&] {
            (void)export_mat<cv::Mat>(View::lend(static_cast<void*>(nullptr), Device::cpu(), f, Layout({std::int64_t{1} << 31, 0}, {0, 4})));
        },
        errc::overflow, "31 bits");
    expect_refused([&] { (void)opencv::format_of_depth(8); }, errc::not_supported, "no depth 8");
    opencv::Description wanted;
    wanted.channels = 3;
    expect_refused([&] { opencv::check_made(wanted, 0, 1); }, errc::not_supported, "numbers its types otherwise");
}

TEST(OpencvGpuMats, headers_both_ways) {
    alignas(16) static unsigned char memory[4096];
    const View view = View::lend(static_cast<void*>(memory), Device::cuda(1), Format::of<std::uint8_t>(), Layout({5, 7, 3}, {64, 3, 1}));
    const auto mat = export_mat<cv::cuda::GpuMat>(view, Channels::last_axis);
    EXPECT_EQ(mat.type(), CV_8UC3);
    EXPECT_EQ(mat.data, memory);
    EXPECT_EQ(mat.step, 64U);
    const View back = import_mat(mat, Device::cuda(1));
    EXPECT_EQ(back.layout(), view.layout());
    EXPECT_EQ(back.device(), Device::cuda(1));
    expect_refused([&] { (void)export_mat<cv::cuda::GpuMat>(view); }, errc::not_expressible, "two axes, the view has 3");
    const View host = View::lend(static_cast<void*>(memory), Device::cpu(), Format::of<float>(), Layout::c_order({2, 2}, 4));
    expect_refused([&] { (void)export_mat<cv::cuda::GpuMat>(host); }, errc::device, "memory on cpu");
}

}  // namespace
}  // namespace ndlease
