// SPDX-License-Identifier: Apache-2.0
// cuDNN itself takes the descriptors, which needs no device, and gives back what the Views say.
#include <cudnn.h>

#include <gtest/gtest.h>

#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/cudnn.hpp>

#include "interop/strided_views.hpp"

namespace ndlease {
namespace {

TEST(CudnnItself, takes_every_descriptor_and_gives_it_back) {
    cudnnTensorDescriptor_t descriptor = nullptr;
    if (cudnnCreateTensorDescriptor(&descriptor) != CUDNN_STATUS_SUCCESS) GTEST_SKIP() << "cuDNN makes no descriptors here";
    testing::StridedViews make(1, sizeof(float));
    int accepted = 0;
    for (int number = 0; number < 3000; ++number) {
        const View view = make.view(Format::of<float>(), make.shape(static_cast<int>(make.pick(1, 8)), 3));
        SCOPED_TRACE(to_string(view));
        cudnn::Tensor t;
        try {
            t = cudnn::tensor(view);
        } catch (const Error&) {
            continue;
        }
        ++accepted;
        ASSERT_EQ(cudnn::set_tensor(descriptor, t), CUDNN_STATUS_SUCCESS);
        cudnnDataType_t type{};
        int rank = 0;
        int extents[8] = {};
        int strides[8] = {};
        ASSERT_EQ(cudnnGetTensorNdDescriptor(descriptor, 8, &type, &rank, extents, strides), CUDNN_STATUS_SUCCESS);
        ASSERT_EQ(rank, std::max(4, view.rank()));
        EXPECT_EQ(type, CUDNN_DATA_FLOAT);
        for (int axis = 0; axis < view.rank(); ++axis) {
            EXPECT_EQ(extents[axis], view.shape()[axis]);
            if (extents[axis] > 1) {
                EXPECT_EQ(strides[axis] * 4, view.strides()[axis]);
            }
        }
        std::size_t bytes = 0;
        ASSERT_EQ(cudnnGetTensorSizeInBytes(descriptor, &bytes), CUDNN_STATUS_SUCCESS);
        const ByteExtent extent = view.layout().byte_extent(4);
        EXPECT_EQ(bytes, static_cast<std::size_t>(extent.upper - extent.lower)) << "the memory that cuDNN takes it to span";
    }
    EXPECT_GT(accepted, 1000);
    EXPECT_EQ(cudnnDestroyTensorDescriptor(descriptor), CUDNN_STATUS_SUCCESS);
}

}  // namespace
}  // namespace ndlease
