// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include <ndlease/error.hpp>
#include <ndlease/interop/span.hpp>

#include "interop/strided_views.hpp"
#include "view/refusal.hpp"

namespace ndlease {
namespace {

TEST(Span, of_contiguous_views_of_any_rank) {
    testing::StridedViews make(1, sizeof(float));
    int accepted = 0;
    for (int number = 0; number < 20'000; ++number) {
        const View view = make.view(Format::of<float>(), make.shape(static_cast<int>(make.pick(0, 4)), 3));
        bool dense = true;
        std::int64_t position = 0;
        testing::each_index(view.shape(), [&](const Dims& index) {
            dense = dense && &testing::element<float>(view, index) == static_cast<const float*>(view.data()) + position++;
        });
        try {
            const std::span<float> span = export_span<float>(view);
            ++accepted;
            EXPECT_TRUE(dense);
            EXPECT_EQ(span.data(), view.data());
            EXPECT_EQ(span.size(), static_cast<std::size_t>(view.size()));
            const View back = import_span(span);
            EXPECT_EQ(back.data(), view.data());
            EXPECT_EQ(back.layout(), view.reshape({-1}).layout());
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), errc::bad_layout);
            EXPECT_FALSE(dense) << to_string(view) << ": " << error.what();
        }
    }
    EXPECT_GT(accepted, 4000);
}

TEST(Span, in_f_order_of_static_extent_and_const) {
    std::array<std::int16_t, 6> data{1, 2, 3, 4, 5, 6};
    const View view = import_span(data).reshape({2, 3}, Order::f);
    EXPECT_EQ((export_span<std::int16_t, 6>(view, Order::f)[5]), 6);
    expect_refused([&] { (void)export_span<std::int16_t>(view); }, errc::bad_layout, "contiguous() makes a copy");
    expect_refused([&] { (void)export_span<std::int16_t, 5>(view, Order::f); }, errc::bad_layout, "static extent of 5");
    expect_refused([&] { (void)export_span<std::uint16_t>(view, Order::f); }, errc::not_expressible, "as the type asked for");
    expect_refused([&] { (void)export_span<std::int16_t>(view.read_only(), Order::f); }, errc::read_only, "const");
    EXPECT_EQ(export_span<const std::int16_t>(view.read_only(), Order::f).size(), 6U);
    const auto& constant = data;
    EXPECT_TRUE(import_span(constant).is_read_only());
    EXPECT_FALSE(import_span(data).is_read_only());
    EXPECT_FALSE(import_span(data).lease());
    expect_refused([&] { (void)export_span<std::int16_t>(import_span(data, Device::cuda(0))); }, errc::device, "the CPU cannot reach");
    EXPECT_EQ(export_span<std::int16_t>(import_span(data, Device::cuda(0)), Order::c, Device::cuda(0)).data(), data.data());
}

TEST(Span, bytes_that_no_item_may_begin_at) {
    alignas(8) char bytes[16] = {};
    const View view = View::lend(static_cast<void*>(bytes + 1), Device::cpu(), Format::of<std::int32_t>(), Layout::c_order({2}, 4));
    expect_refused([&] { (void)export_span<std::int32_t>(view); }, errc::bad_layout, "1 bytes past a multiple of 4");
}

TEST(Span, nothing) {
    EXPECT_TRUE(export_span<float>(View::lend(static_cast<void*>(nullptr), Device::cpu(), Format::of<float>(), Layout::c_order({0, 3}, 4))).empty());
    EXPECT_EQ(import_span(std::span<double>()).size(), 0);
}

TEST(Span, a_vector_that_the_view_owns) {
    std::vector<int> numbers{1, 2, 3};
    const int* const address = numbers.data();
    View view = import_span(own(std::move(numbers)));
    EXPECT_EQ(view.data(), address);
    EXPECT_EQ(view.lease().holders(), 1);
    const View tail = view.slice(0, 1, 3);
    view = View();
    EXPECT_EQ(export_span<int>(tail)[1], 3);
    std::vector<int> other{1};
    Owned<std::vector<int>> mine = own(std::move(other));
    expect_refused([&] { (void)detail::lend_with_owner(import_span(*mine), mine, {.release = [](const ReleaseInfo&) {}}); }, errc::invalid_argument,
                   "options.release");
    EXPECT_EQ((*mine)[0], 1) << "a refused owner is the caller's as before";
}

}  // namespace
}  // namespace ndlease
