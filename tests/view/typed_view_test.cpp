// SPDX-License-Identifier: Apache-2.0
#include <ndlease/typed_view.hpp>

#include <array>
#include <complex>
#include <cstdint>
#include <numeric>
#include <string>
#include <type_traits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ndlease/error.hpp>

namespace {

struct Pixel {
    std::uint8_t r, g, b;
};

}  // namespace

template <>
struct ndlease::members<Pixel> {
    static constexpr auto list = ndlease::describe(ndlease::member("r", &Pixel::r), ndlease::member("g", &Pixel::g), ndlease::member("b", &Pixel::b));
};

namespace ndlease {
namespace {

using ::testing::HasSubstr;

/// The error that `act` throws; fails the test when it throws none.
template <class Act>
Error error_of(Act act) {
    try {
        act();
    } catch (const Error& error) {
        return error;
    }
    ADD_FAILURE() << "no Error was thrown";
    return Error(errc::ok, "");
}

template <class T>
View view_of(T* data, Layout layout) {
    return View::lend(data, Device::cpu(), Format::of<std::remove_const_t<T>>(), std::move(layout));
}

static_assert(std::is_trivially_copyable_v<TypedView<float, 3>>);
static_assert(std::is_convertible_v<TypedView<float, 2>, TypedView<const float, 2>>);
static_assert(!std::is_constructible_v<TypedView<float, 2>, TypedView<const float, 2>>);
static_assert(!std::is_constructible_v<TypedView<const float, 1>, TypedView<float, 2>>);
static_assert(!std::is_invocable_v<TypedView<float, 2>, int>);
static_assert(!std::is_invocable_v<TypedView<float, 2>, int, int, int>);
static_assert(std::is_same_v<std::invoke_result_t<TypedView<const float, 1>, int>, const float&>);

TEST(TypedView, reads_and_writes_elements) {
    std::vector<float> data(6);
    std::iota(data.begin(), data.end(), 0.0F);
    const View view = view_of(data.data(), Layout::c_order({2, 3}, 4));
    const TypedView<float, 2> typed = view.typed<float, 2>();
    EXPECT_EQ(typed.rank(), 2);
    EXPECT_EQ(typed.extent(1), 3);
    EXPECT_EQ(typed.stride_bytes(0), 12);
    EXPECT_EQ(typed.size(), 6);
    EXPECT_EQ(typed.data_handle(), data.data());
    EXPECT_EQ(typed(1, 2), 5.0F);
    EXPECT_EQ(typed(std::size_t{1}, std::uint8_t{0}), 3.0F) << "any integer is an index";
    EXPECT_EQ((typed[{0, 1}]), 1.0F);
    typed(0, 1) = 10.0F;
    EXPECT_EQ(data[1], 10.0F);
    const TypedView<const float, 2> read = typed;
    EXPECT_EQ(read(0, 1), 10.0F);
    EXPECT_EQ(&read(1, 1), &data[4]);
}

TEST(TypedView, negative_zero_and_odd_strides) {
    std::vector<std::int16_t> data(12);
    std::iota(data.begin(), data.end(), std::int16_t{0});
    // (2,3,2):(12,0,-2) from item 1
    const auto typed = view_of(data.data() + 1, Layout({2, 3, 2}, {12, 0, -2})).typed<std::int16_t, 3>();
    EXPECT_EQ(typed(0, 2, 0), 1);
    EXPECT_EQ(typed(1, 1, 1), 6);
    // 3-byte items, 5 bytes apart: the alignment of Pixel is 1.
    std::vector<std::uint8_t> bytes(13);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
    const auto pixels = View::lend(bytes.data(), Device::cpu(), Format::of<Pixel>(), Layout({3}, {5})).typed<const Pixel, 1>();
    EXPECT_EQ(pixels(2).b, 12);
}

TEST(TypedView, rank_0_and_no_elements) {
    double value = 2.5;
    const auto scalar = view_of(&value, Layout()).typed<double, 0>();
    EXPECT_EQ(scalar(), 2.5);
    EXPECT_EQ((scalar[std::array<std::int64_t, 0>{}]), 2.5);
    EXPECT_EQ(scalar.size(), 1);
    const auto none = View::lend(static_cast<void*>(nullptr), Device::cpu(), Format::of<double>(), Layout({3, 0}, {1, 1})).typed<double, 2>();
    EXPECT_EQ(none.size(), 0);
    EXPECT_EQ((TypedView<int, 2>().size()), 0);
}

TEST(TypedView, has_size_0_beside_extents_whose_product_does_not_fit) {
    const std::int64_t half = std::int64_t{1} << 62;
    EXPECT_EQ((view_of(static_cast<int*>(nullptr), Layout({half, half, 0}, {4, 4, 4})).typed<int, 3>().size()), 0);
}

TEST(TypedView, refuses_another_format_and_names_both) {
    std::vector<float> data(6);
    const View view = view_of(data.data(), Layout::c_order({2, 3}, 4));
    const Error error = error_of([&] { (void)view.typed<std::int32_t, 2>(); });
    EXPECT_EQ(error.code(), errc::not_expressible);
    EXPECT_THAT(error.what(), HasSubstr(Format::of<float>().to_string()));
    EXPECT_THAT(error.what(), HasSubstr(Format::of<std::int32_t>().to_string()));
    const View swapped = View::lend(data.data(), Device::cpu(), Format::number(Kind::floating, 32, ByteOrder::big), Layout::c_order({6}, 4));
    EXPECT_EQ(error_of([&] { (void)swapped.typed<float, 1>(); }).code(), errc::not_expressible) << "the other byte order";
}

TEST(TypedView, refuses_what_does_not_fit) {
    std::vector<float> data(6);
    const View view = view_of(data.data(), Layout::c_order({2, 3}, 4));
    const Error rank = error_of([&] { (void)view.typed<float, 3>(); });
    EXPECT_EQ(rank.code(), errc::bad_layout);
    EXPECT_THAT(rank.what(), HasSubstr("rank 2, not 3"));

    const View read_only = view.read_only();
    EXPECT_EQ(error_of([&] { (void)read_only.typed<float, 2>(); }).code(), errc::read_only);
    EXPECT_EQ((read_only.typed<const float, 2>().data_handle()), data.data());

    const View device = View::lend(data.data(), Device::cuda(0), Format::of<float>(), Layout::c_order({6}, 4));
    EXPECT_EQ(error_of([&] { (void)device.typed<float, 1>(); }).code(), errc::device);

    std::array<float*, 2> rows{data.data(), data.data() + 3};
    using Numbers = std::vector<std::int64_t>;
    const View indirect = View::lend(rows.data(), Device::cpu(), Format::of<float>(), Layout(Numbers{2, 3}, Numbers{8, 4}, Numbers{0, -1}));
    EXPECT_EQ(error_of([&] { (void)indirect.typed<float, 2>(); }).code(), errc::bad_layout);
}

TEST(TypedView, refuses_what_is_not_aligned) {
    alignas(8) std::array<std::byte, 64> bytes{};
    const View shifted = View::lend(bytes.data() + 3, Device::cpu(), Format::of<std::int32_t>(), Layout({2}, {4}));
    const Error address = error_of([&] { (void)shifted.typed<std::int32_t, 1>(); });
    EXPECT_EQ(address.code(), errc::bad_layout);
    EXPECT_THAT(address.what(), HasSubstr("3 bytes past a multiple of 4"));

    const View odd = View::lend(bytes.data(), Device::cpu(), Format::of<std::int32_t>(), Layout({2, 3}, {4, 6}));
    const Error stride = error_of([&] { (void)odd.typed<std::int32_t, 2>(); });
    EXPECT_EQ(stride.code(), errc::bad_layout);
    EXPECT_EQ(stride.index(), 1);
    EXPECT_THAT(stride.what(), HasSubstr("6 bytes"));

    // The stride of an axis that never moves, and the address of nothing, do not matter.
    const View one = View::lend(bytes.data(), Device::cpu(), Format::of<std::int32_t>(), Layout({2, 1}, {4, 6}));
    EXPECT_EQ((one.typed<std::int32_t, 2>().size()), 2);
    const View none = View::lend(bytes.data() + 3, Device::cpu(), Format::of<std::int32_t>(), Layout({0}, {6}));
    EXPECT_EQ((none.typed<std::int32_t, 1>().size()), 0);
}

#if !defined(NDEBUG)
TEST(TypedViewDeathTest, asserts_bounds_in_debug_builds) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    std::vector<float> data(6);
    const auto typed = view_of(data.data(), Layout::c_order({2, 3}, 4)).typed<float, 2>();
    EXPECT_DEATH((void)typed(0, 3), "indices");
    EXPECT_DEATH((void)typed(-1, 0), "indices");
    EXPECT_DEATH((void)typed.extent(2), "axis");
}
#endif

}  // namespace
}  // namespace ndlease
