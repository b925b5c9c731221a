// SPDX-License-Identifier: Apache-2.0
// Every refusal of a view operation: its code, and that it names the axis, the value and the limit.
#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <vector>

#include <ndlease/view.hpp>

#include "view/refusal.hpp"

namespace ndlease {
namespace {

constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
const Format float32 = Format::number(Kind::floating, 32);

class Refusal : public ::testing::Test {
protected:
    std::array<float, 24> memory{};
    // (2,3,4):(48,16,4)
    const View v = View::lend(memory.data(), Device::cpu(), float32, Layout::c_order({2, 3, 4}, 4), {.allocation = {memory.data(), 96}});
};

TEST_F(Refusal, axes) {
    expect_refused([&] { (void)v.index(3, 0); }, errc::out_of_range, "axis 3");
    expect_refused([&] { (void)v.slice(-4, 0, 1); }, errc::out_of_range, "axis -4");
    expect_refused([&] { (void)v.flip(3); }, errc::out_of_range, "axis 3");
    expect_refused([&] { (void)v.transpose(0, 3); }, errc::out_of_range, "axis 3");
    expect_refused([&] { (void)v.squeeze(5); }, errc::out_of_range, "axis 5");
    expect_refused([&] { (void)v.merge(0, 3); }, errc::out_of_range, "axis 3");
    expect_refused([&] { (void)v.split(3, {2, 2}); }, errc::out_of_range, "axis 3");
    expect_refused([&] { (void)v.diagonal(0, 0, 3); }, errc::out_of_range, "axis 3");
    expect_refused([&] { (void)v.sliding_window(3, 1); }, errc::out_of_range, "axis 3");
    expect_refused([&] { (void)v.expand(4); }, errc::out_of_range, "position 4 is out of range [-4, 3]");
    expect_refused([&] { (void)v.expand(-5); }, errc::out_of_range, "position -5 is out of range [-4, 3]");
}

TEST_F(Refusal, index) {
    expect_refused([&] { (void)v.index(1, 3); }, errc::out_of_range, "index 3 is out of range for axis 1 with extent 3");
    expect_refused([&] { (void)v.index(-1, -5); }, errc::out_of_range, "index -5 is out of range for axis 2 with extent 4");
    expect_refused([&] { (void)v.index(0, huge); }, errc::out_of_range, "for axis 0 with extent 2");
    expect_refused([&] { (void)v.index(0, -huge - 1); }, errc::out_of_range, "for axis 0 with extent 2");
}

TEST_F(Refusal, slice) {
    expect_refused([&] { (void)v.slice(2, 0, 1, 0); }, errc::invalid_argument, "the step of a slice of axis 2 is 0");
    EXPECT_EQ(v.slice(2, -huge, huge, huge).shape(), Dims({2, 3, 1}));
    EXPECT_EQ(v.slice(2, huge, -huge, -huge - 1).shape(), Dims({2, 3, 1}));
    EXPECT_EQ(v.slice(2, -huge - 1, -huge - 1).shape(), Dims({2, 3, 0}));
}

TEST_F(Refusal, index_expressions) {
    expect_refused([&] { (void)v.at("[0, 0, 0, 0]"); }, errc::out_of_range, "4 indices, but the view has 3 axes");
    expect_refused([&] { (void)v.at("[0, None, ..., 4]"); }, errc::out_of_range, "index 4 is out of range for axis 2 with extent 4");
    expect_refused([&] { (void)v.at("[None, 2]"); }, errc::out_of_range, "index 2 is out of range for axis 0 with extent 2");
    const IndexExpression two = {IndexEllipsis(), IndexEllipsis()};
    expect_refused([&] { (void)v[two]; }, errc::invalid_argument, "at most one ellipsis; this one has 2");
    const IndexExpression no_step = {IndexEllipsis(), IndexSlice{std::nullopt, std::nullopt, 0}};
    expect_refused([&] { (void)v[no_step]; }, errc::invalid_argument, "the step of a slice of axis 2 is 0");
}

TEST_F(Refusal, permute) {
    expect_refused([&] { (void)v.permute({0, 1}); }, errc::invalid_argument, "2 axes for a view of 3 axes");
    expect_refused([&] { (void)v.permute({0, 1, -2}); }, errc::invalid_argument, "names axis 1 twice");
    expect_refused([&] { (void)v.permute({0, 1, 3}); }, errc::out_of_range, "axis 3");
}

TEST_F(Refusal, squeeze) {
    expect_refused([&] { (void)v.squeeze(-1); }, errc::bad_layout, "axis 2 has extent 4, not 1");
}

TEST_F(Refusal, more_axes_than_there_may_be) {
    View deep = v.merge(0, 2);
    while (deep.rank() < max_rank) deep = deep.expand(0);
    expect_refused([&] { (void)deep.expand(0); }, errc::out_of_range, "more than 64 axes");
    expect_refused([&] { (void)deep.as_bytes(); }, errc::out_of_range, "more than 64 axes");
    expect_refused([&] { (void)deep.sliding_window(63, 2); }, errc::out_of_range, "more than 64 axes");
    expect_refused([&] { (void)deep.split(63, {4, 6}); }, errc::out_of_range, "more than 64 axes");
}

TEST_F(Refusal, broadcast) {
    expect_refused([&] { (void)v.broadcast_to({2, 3, 5}); }, errc::bad_layout, "axis 2 has extent 4, which is neither 1 nor the 5 of shape (2,3,5)");
    expect_refused([&] { (void)v.broadcast_to({3, 4}); }, errc::bad_layout, "shape (3,4) has fewer axes than shape (2,3,4)");
    expect_refused([&] { (void)v.broadcast_to({-1, 2, 3, 4}); }, errc::bad_layout, "extent -1 of axis 0 is negative");
    expect_refused([&] { (void)v.broadcast_to({huge, huge, 2, 3, 4}); }, errc::overflow, "more elements than fit");
}

TEST_F(Refusal, reshape) {
    expect_refused([&] { (void)v.reshape({5, 5}); }, errc::bad_layout, "shape (5,5) has 25 elements, but there are 24");
    expect_refused([&] { (void)v.reshape({-1, 5}); }, errc::bad_layout, "24 elements do not divide by the 5 of shape (-1,5)");
    expect_refused([&] { (void)v.reshape({-1, 2, -1}); }, errc::invalid_argument, "only one extent may be -1; axes 0 and 2 are");
    expect_refused([&] { (void)v.reshape({-1, 0}); }, errc::bad_layout, "the extent -1 of axis 0 cannot be told beside an extent of 0");
    expect_refused([&] { (void)v.reshape({-2, 12}); }, errc::bad_layout, "extent -2 of axis 0 is negative");
    expect_refused([&] { (void)v.reshape({huge, 3}); }, errc::overflow, "more elements than fit");
    expect_refused([&] { (void)v.transpose().reshape({24}); }, errc::bad_layout,
                   "reshape of (4,3,2):(4,16,48) to (24) needs a copy: extent 24 of new axis 0 does not divide the 2 elements that lie evenly from axis 2 on");
    EXPECT_EQ(v.slice(0, 0, 0).reshape({huge, 0, huge}).shape(), Dims({huge, 0, huge}));
}

TEST_F(Refusal, split) {
    expect_refused([&] { (void)v.split(2, {3, 2}); }, errc::bad_layout, "split of axis 2: shape (3,2) has 6 elements, but there are 4");
    expect_refused([&] { (void)v.split(-1, {3, -1}); }, errc::bad_layout, "split of axis 2: 4 elements do not divide by the 3");
    expect_refused([&] { (void)v.split(0, std::span<const std::int64_t>()); }, errc::bad_layout, "shape () has 1 elements, but there are 2");
}

TEST_F(Refusal, merge) {
    expect_refused([&] { (void)v.merge(2, 1); }, errc::invalid_argument, "first axis 2 comes after last axis 1");
    expect_refused([&] { (void)v.slice(2, 0, 3).merge(1, 2); }, errc::bad_layout,
                   "axis 1 with stride 16 does not continue the 3 elements with stride 4 of the axes after it");
}

TEST_F(Refusal, diagonal) {
    expect_refused([&] { (void)v.diagonal(0, 1, -2); }, errc::invalid_argument, "both are axis 1");
    EXPECT_EQ(v.diagonal(huge, 1, 2).shape(), Dims({2, 0}));
    EXPECT_EQ(v.diagonal(-huge - 1, 1, 2).shape(), Dims({2, 0}));
}

TEST_F(Refusal, sliding_window) {
    expect_refused([&] { (void)v.sliding_window(2, 5); }, errc::out_of_range, "a window of 5 does not fit axis 2 with extent 4");
    expect_refused([&] { (void)v.sliding_window(2, 0); }, errc::out_of_range, "a window of 0 does not fit axis 2 with extent 4");
    expect_refused([&] { (void)v.sliding_window(2, 2, 0); }, errc::invalid_argument, "for axis 2 it is 0");
    EXPECT_EQ(v.sliding_window(2, 2, huge).shape(), Dims({2, 3, 1, 2}));
}

TEST_F(Refusal, fields) {
    expect_refused([&] { (void)v.field("x"); }, errc::invalid_argument, "field 'x' was asked of " + float32.to_string() + ", which is no record");
    const FieldSpec inner[] = {{"y", float32}};
    const FieldSpec outer[] = {{"a", Format::record(inner)}, {"b", float32}};
    const View r = View::lend(memory.data(), Device::cpu(), Format::record(outer), Layout({3}, {8}));
    expect_refused([&] { (void)r.field("c"); }, errc::out_of_range, "no field 'c' in the record; its fields: 'a', 'b'");
    expect_refused([&] { (void)r.field("a.z"); }, errc::out_of_range, "no field 'z' in the record; its fields: 'y'");
    expect_refused([&] { (void)r.field("b.z"); }, errc::invalid_argument, "field 'z' was asked of " + float32.to_string());
    expect_refused([&] { (void)r.field(""); }, errc::out_of_range, "no field ''");
    expect_refused([&] { (void)r.field("a."); }, errc::out_of_range, "no field '' in the record; its fields: 'y'");
    expect_refused([&] { (void)r.real(); }, errc::invalid_argument, "which is no number");
}

TEST_F(Refusal, complex_parts) {
    EXPECT_EQ(v.real().data(), v.data());
    expect_refused([&] { (void)v.imag(); }, errc::invalid_argument, "which has no imaginary part");
}

TEST_F(Refusal, packed_subarrays) {
    const Format packed = Format::subarray(Format::number(Kind::unsigned_integer, 4), std::vector<std::int64_t>{6});
    const View p = View::lend(memory.data(), Device::cpu(), packed, Layout({3}, {packed.itemsize()}));
    expect_refused([&] { (void)p.expand_subarray(); }, errc::not_supported, "narrower than a byte");
}

TEST_F(Refusal, reinterpret) {
    const std::string what = "reinterpret items of 4 bytes as 8 bytes: ";
    const Format f8 = Format::number(Kind::floating, 64);
    expect_refused([&] { (void)v.index(0, 0).index(0, 0).index(0, 0).reinterpret(f8); }, errc::bad_layout, what + "the view has no axis to rescale");
    expect_refused([&] { (void)v.transpose().reinterpret(f8); }, errc::bad_layout, what + "the last axis must be contiguous, but its stride is 48");
    expect_refused([&] { (void)v.slice(2, 0, 3).reinterpret(f8); }, errc::bad_layout, what + "the 12 bytes of the last axis do not divide by 8");
    expect_refused([&] { (void)v.reinterpret(Format::opaque(0)); }, errc::bad_layout, "an itemsize of 0 has no multiple");
}

TEST_F(Refusal, as_strided) {
    EXPECT_EQ(v.as_strided({96 - 3}, {1}).size(), 93);
    EXPECT_EQ(v.index(0, 1).as_strided({2}, {-48}).size(), 2) << "the allocation counts, not the view";
    expect_refused([&] { (void)v.as_strided({25}, {4}); }, errc::out_of_bounds,
                   "as_strided (25):(4) at offset 0 reaches bytes [0, 100) from data(), but the allocation has [0, 96)");
    expect_refused([&] { (void)v.as_strided({2}, {-4}, 0); }, errc::out_of_bounds, "reaches bytes [-4, 4)");
    expect_refused([&] { (void)v.as_strided({1}, {4}, 93); }, errc::out_of_bounds, "at offset 93 reaches bytes [93, 97)");
    expect_refused([&] { (void)v.as_strided({1}, {4}, huge); }, errc::overflow, "as_strided's last byte");
    expect_refused([&] { (void)v.as_strided({2}, {4, 4}); }, errc::bad_layout, "strides");
    const View unknown = View::lend(memory.data(), Device::cpu(), float32, Layout({2, 2}, {4, 8}));
    EXPECT_EQ(unknown.as_strided({4}, {4}).size(), 4);
    expect_refused([&] { (void)unknown.as_strided({5}, {4}); }, errc::out_of_bounds, "but this view has [0, 16)");
    const View nothing = v.slice(0, 0, 0);
    EXPECT_EQ(nothing.as_strided({24}, {4}).data(), memory.data()) << "an empty view of a known allocation";
    expect_refused([&] { (void)unknown.slice(0, 0, 0).as_strided({1}, {4}); }, errc::out_of_bounds, "but this view has [0, 0)");
}

TEST_F(Refusal, overlapping_results_are_read_only) {
    EXPECT_TRUE(v.as_strided({2, 2}, {4, 4}).is_read_only());
    EXPECT_TRUE(v.as_strided({3}, {2}).is_read_only());
    EXPECT_FALSE(v.as_strided({2, 2}, {8, 4}).is_read_only());
    EXPECT_TRUE(v.broadcast_to({2, 2, 3, 4}).is_read_only());
    EXPECT_FALSE(v.broadcast_to({1, 2, 3, 4}).is_read_only());
    EXPECT_FALSE(v.broadcast_to({0, 2, 3, 4}).is_read_only());
    EXPECT_TRUE(v.sliding_window(0, 1).is_read_only());
}

}  // namespace
}  // namespace ndlease
