// SPDX-License-Identifier: Apache-2.0
// What cuDNN, cuTENSOR and NCCL are told of Views, against the Views' own element addresses.
#include <complex>
#include <cstdint>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/cudnn.hpp>
#include <ndlease/interop/cutensor.hpp>
#include <ndlease/interop/nccl.hpp>

#include "interop/strided_views.hpp"
#include "view/refusal.hpp"

namespace ndlease {
namespace {

using testing::each_index;
using testing::element;
using testing::StridedViews;

bool any_moving(const View& view, bool (*wrong)(std::int64_t stride)) {
    for (int axis = 0; axis < view.rank(); ++axis) {
        if (view.shape()[axis] > 1 && wrong(view.strides()[axis])) return true;
    }
    return false;
}

TEST(Cudnn, descriptors_of_random_views_reach_the_same_elements) {
    StridedViews make(1, sizeof(float));
    int accepted = 0;
    int refused = 0;
    for (int number = 0; number < 5000; ++number) {
        const View view = make.view(Format::of<float>(), make.shape(static_cast<int>(make.pick(0, 6)), 3));
        SCOPED_TRACE(to_string(view));
        try {
            const cudnn::Tensor t = cudnn::tensor(view);
            ++accepted;
            ASSERT_EQ(t.rank, std::max(4, view.rank()));
            for (int axis = 0; axis < t.rank; ++axis) {
                EXPECT_EQ(t.extents[axis], axis < view.rank() ? view.shape()[axis] : 1);
                EXPECT_GE(t.strides[axis], 1);
            }
            each_index(view.shape(), [&](const Dims& index) {
                std::int64_t offset = 0;
                for (int axis = 0; axis < view.rank(); ++axis) offset += index[axis] * t.strides[axis];
                EXPECT_EQ(static_cast<const float*>(t.data) + offset, &element<float>(view, index));
            });
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(t.data) % static_cast<std::uintptr_t>(t.alignment), 0U);
        } catch (const Error& error) {
            ++refused;
            EXPECT_EQ(error.code(), errc::bad_layout);
            EXPECT_TRUE(any_moving(view, [](std::int64_t stride) { return stride <= 0; })) << error.what();
        }
    }
    EXPECT_GT(accepted, 2000);
    EXPECT_GT(refused, 200);
}

TEST(Cutensor, operands_of_random_views_reach_the_same_elements) {
    StridedViews make(2, sizeof(double));
    int accepted = 0;
    int refused = 0;
    for (int number = 0; number < 5000; ++number) {
        const int rank = static_cast<int>(make.pick(0, 6));
        const View view = make.view(Format::of<double>(), make.shape(rank, 3));
        const std::string modes = std::string("abcdef").substr(0, static_cast<std::size_t>(rank));
        SCOPED_TRACE(to_string(view));
        try {
            const cutensor::Operand o = cutensor::operand(view, modes);
            ++accepted;
            each_index(view.shape(), [&](const Dims& index) {
                std::int64_t offset = 0;
                for (int i = 0; i < o.rank; ++i) {
                    ASSERT_GE(o.strides[i], 1);
                    ASSERT_GE(o.extents[i], 1);
                    const int axis = o.modes[i] - 'a';
                    ASSERT_EQ(o.extents[i], view.shape()[axis]);
                    offset += index[axis] * o.strides[i];
                }
                EXPECT_EQ(static_cast<const double*>(o.data) + offset, &element<double>(view, index));
            });
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(o.data) % o.alignment, 0U);
        } catch (const Error& error) {
            ++refused;
            EXPECT_EQ(error.code(), errc::bad_layout);
            EXPECT_TRUE(any_moving(view, [](std::int64_t stride) { return stride < 0; })) << error.what();
        }
    }
    EXPECT_GT(accepted, 2000);
    EXPECT_GT(refused, 100);
}

TEST(Cutensor, alignment_is_the_largest_that_holds) {
    alignas(512) static char memory[1024];
    for (const auto& [offset, alignment] : std::map<std::int64_t, std::uint32_t>{{0, 256}, {256, 256}, {128, 128}, {64, 64}, {8, 8}, {24, 8}, {4, 4}}) {
        const View view = View::lend(memory + offset, Device::cpu(), Format::of<float>(), Layout::c_order({3}, 4));
        EXPECT_EQ(cutensor::operand(view, "a").alignment, alignment);
        EXPECT_EQ(cudnn::tensor(view).alignment, alignment);
    }
}

TEST(Nccl, buffers_of_random_views) {
    StridedViews make(3, sizeof(float));
    int accepted = 0;
    for (int number = 0; number < 3000; ++number) {
        const View view = make.view(Format::of<float>(), make.shape(static_cast<int>(make.pick(0, 4)), 3));
        SCOPED_TRACE(to_string(view));
        for (const Order order : {Order::c, Order::f}) {
            bool dense = true;
            std::int64_t position = 0;
            const View walked = order == Order::c ? view : view.transpose();
            each_index(walked.shape(),
                       [&](const Dims& index) { dense = dense && &element<float>(walked, index) == static_cast<const float*>(view.data()) + position++; });
            try {
                const nccl::Buffer buffer = nccl::send_buffer(view, nccl::Items::numbers, order);
                EXPECT_TRUE(dense);
                EXPECT_EQ(buffer.data, view.data());
                EXPECT_EQ(buffer.count, static_cast<std::size_t>(view.size()));
                EXPECT_EQ(nccl::receive_buffer(view, nccl::Items::bytes, order).count, 4 * buffer.count);
                ++accepted;
            } catch (const Error& error) {
                EXPECT_EQ(error.code(), errc::bad_layout);
                EXPECT_FALSE(dense) << error.what();
            }
        }
    }
    EXPECT_GT(accepted, 500);
}

/// Format and what a library's header numbers it (cudnn_graph_v9.h, nccl.h); -1: it has none.
struct TypeCase {
    Format format;
    int cudnn, nccl;
};

TEST(LibraryTypes, numbers_of_the_headers) {
    const auto number = [](Kind kind, int bits) { return Format::number(kind, bits); };
    const TypeCase cases[] = {
        {Format::of<float>(), 0, 7},
        {Format::of<double>(), 1, 8},
        {Format::of<float16>(), 2, 6},
        {Format::of<bfloat16>(), 9, 9},
        {Format::of<std::int8_t>(), 3, 0},
        {Format::of<std::uint8_t>(), 6, 1},
        {Format::of<std::int32_t>(), 4, 2},
        {Format::of<std::uint32_t>(), 19, 3},
        {Format::of<std::int64_t>(), 10, 4},
        {Format::of<std::uint64_t>(), -1, 5},
        {Format::of<std::int16_t>(), -1, -1},
        {Format::of<bool>(), 11, -1},
        {number(Kind::float8_e4m3fn, 8), 12, 10},
        {number(Kind::float8_e5m2, 8), 13, 11},
        {number(Kind::float8_e8m0fnu, 8), 15, -1},
        {number(Kind::float8_e4m3fnuz, 8), -1, -1},
        {Format::of<std::complex<float>>(), 20, -1},
        {Format::of<std::complex<double>>(), 21, -1},
        {Format::of<float>().with_byte_order(ByteOrder::big), -1, -1},
        {Format::of<float[2]>(), -1, -1},
        {Format::of<char[4]>(), -1, -1},
    };
    alignas(16) char memory[16] = {};
    for (const TypeCase& c : cases) {
        SCOPED_TRACE(c.format.to_string());
        const View view = View::lend(memory, Device::cpu(), c.format, Layout());
        if (c.cudnn >= 0) {
            EXPECT_EQ(cudnn::tensor(view).type.value, c.cudnn);
        } else {
            expect_refused([&] { (void)cudnn::tensor(view); }, errc::not_expressible, "cuDNN has no items of format");
        }
        if (c.nccl >= 0) {
            EXPECT_EQ(nccl::send_buffer(view).type.value, c.nccl);
        } else {
            expect_refused([&] { (void)nccl::send_buffer(view); }, errc::not_expressible, "NCCL has no items of format");
        }
        EXPECT_EQ(nccl::send_buffer(view, nccl::Items::bytes).count, static_cast<std::size_t>(c.format.itemsize()));
    }
}

}  // namespace
}  // namespace ndlease
