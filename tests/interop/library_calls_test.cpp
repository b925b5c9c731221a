// SPDX-License-Identifier: Apache-2.0
// The calls that adaptors make of the libraries themselves, by stand-ins with the signatures of their headers: arguments arrive in their places.
#include <cstddef>
#include <cstdint>
#include <vector>

// As in cublas_api.h, library_types.h, cufft.h, cudnn_graph.h, nccl.h and cutensor.h. They record what they get.
struct StandInHandle {
    std::vector<std::int64_t> numbers;
    std::vector<const void*> addresses;
};
enum cublasOperation_t { CUBLAS_OP_N = 0, CUBLAS_OP_T = 1, CUBLAS_OP_C = 2 };
enum cudaDataType_t { CUDA_R_32F = 0 };
enum cublasComputeType_t { CUBLAS_COMPUTE_32F = 68 };
enum cublasGemmAlgo_t { CUBLAS_GEMM_DEFAULT = -1 };
static int cublasGemmStridedBatchedEx_64(StandInHandle* handle, cublasOperation_t transa, cublasOperation_t transb, std::int64_t m, std::int64_t n,
                                         std::int64_t k, const void* alpha, const void* a, cudaDataType_t atype, std::int64_t lda, long long stride_a,
                                         const void* b, cudaDataType_t btype, std::int64_t ldb, long long stride_b, const void* beta, void* c,
                                         cudaDataType_t ctype, std::int64_t ldc, long long stride_c, std::int64_t batch, cublasComputeType_t compute,
                                         cublasGemmAlgo_t algorithm) {
    handle->numbers = {transa, transb, m, n, k, atype, lda, stride_a, btype, ldb, stride_b, ctype, ldc, stride_c, batch, compute, algorithm};
    handle->addresses = {alpha, a, b, beta, c};
    return 11;
}

enum cufftType { CUFFT_C2C = 0x29 };
static std::vector<std::int64_t> cufft_numbers;
static int cufftMakePlanMany64(int plan, int rank, long long* n, long long* inembed, long long istride, long long idist, long long* onembed, long long ostride,
                               long long odist, cufftType type, long long batch, std::size_t* work_size) {
    cufft_numbers = {plan, rank, n[0], n[1], inembed[1], istride, idist, onembed[1], ostride, odist, type, batch};
    *work_size = 12;
    return 13;
}

enum cudnnDataType_t { CUDNN_DATA_FLOAT = 0 };
static int cudnnSetTensorNdDescriptor(StandInHandle* descriptor, cudnnDataType_t type, int rank, const int extents[], const int strides[]) {
    descriptor->numbers = {type, rank};
    descriptor->numbers.insert(descriptor->numbers.end(), extents, extents + rank);
    descriptor->numbers.insert(descriptor->numbers.end(), strides, strides + rank);
    return 14;
}

static int cutensorCreateTensorDescriptor(StandInHandle* handle, StandInHandle** descriptor, std::uint32_t modes, const std::int64_t extents[],
                                          const std::int64_t strides[], cudaDataType_t type, std::uint32_t alignment) {
    handle->numbers = {modes, extents[0], extents[1], strides[0], strides[1], type, alignment};
    *descriptor = handle;
    return 15;
}

enum ncclDataType_t { ncclFloat32 = 7 };
enum ncclRedOp_t { ncclSum = 0, ncclMax = 2 };
static int ncclAllReduce(const void* from, void* to, std::size_t count, ncclDataType_t type, ncclRedOp_t operation, StandInHandle* communicator, void* stream) {
    communicator->numbers = {static_cast<std::int64_t>(count), type, operation};
    communicator->addresses = {from, to, stream};
    return 16;
}
static int ncclSend(const void* from, std::size_t count, ncclDataType_t type, int peer, StandInHandle* communicator, void* stream) {
    communicator->numbers = {static_cast<std::int64_t>(count), type, peer};
    communicator->addresses = {from, stream};
    return 17;
}
static int ncclRecv(void* to, std::size_t count, ncclDataType_t type, int peer, StandInHandle* communicator, void* stream) {
    communicator->numbers = {static_cast<std::int64_t>(count), type, peer};
    communicator->addresses = {to, stream};
    return 18;
}

#include <gtest/gtest.h>

#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/cublas.hpp>
#include <ndlease/interop/cudnn.hpp>
#include <ndlease/interop/cufft.hpp>
#include <ndlease/interop/cutensor.hpp>
#include <ndlease/interop/nccl.hpp>

#include "view/refusal.hpp"

namespace ndlease {
namespace {

class LibraryCalls : public ::testing::Test {
protected:
    View floats(Layout layout, std::int64_t first = 0) { return View::lend(memory_ + first, Device::cpu(), Format::of<float>(), std::move(layout)); }
    View complex(Layout layout, std::int64_t first = 0) {
        return View::lend(memory_ + first, Device::cpu(), Format::of<std::complex<float>>(), std::move(layout));
    }
    alignas(256) float memory_[4096] = {};
    StandInHandle handle_;
};

TEST_F(LibraryCalls, cublas) {
    // c (5,2,3) by columns, a (2,4) by rows, b (5,4,3) by columns
    const View c = floats(Layout({5, 2, 3}, {64, 4, 12}), 2048);
    const View a = floats(Layout({2, 4}, {20, 4}));
    const View b = floats(Layout({5, 4, 3}, {80, 4, 24}), 1024);
    const float alpha = 1;
    const float beta = 0;
    EXPECT_EQ(cublas::run(&handle_, cublas::gemm(c, a, b), &alpha, &beta, CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT), 11);
    EXPECT_EQ(handle_.numbers, (std::vector<std::int64_t>{CUBLAS_OP_T, CUBLAS_OP_N, 2, 3, 4, 0, 5, 0, 0, 6, 20, 0, 3, 16, 5, 68, -1}));
    EXPECT_EQ(handle_.addresses, (std::vector<const void*>{&alpha, memory_, memory_ + 1024, &beta, memory_ + 2048}));
}

TEST_F(LibraryCalls, cufft) {
    const View in = complex(Layout({2, 3, 4}, {800, 160, 16}));
    const View out = complex(Layout({2, 3, 4}, {96, 32, 8}), 2048);
    std::size_t work = 0;
    EXPECT_EQ(cufft::make_plan<cufftType>(9, cufft::plan_many(out, in, {1, 2}), &work), 13);
    EXPECT_EQ(cufft_numbers, (std::vector<std::int64_t>{9, 2, 3, 4, 10, 2, 100, 4, 1, 12, 0x29, 2}));
    EXPECT_EQ(work, 12U);
}

TEST_F(LibraryCalls, cudnn) {
    EXPECT_EQ(cudnn::set_tensor(&handle_, cudnn::tensor(floats(Layout({2, 3}, {40, 8})))), 14);
    EXPECT_EQ(handle_.numbers, (std::vector<std::int64_t>{0, 4, 2, 3, 1, 1, 10, 2, 1, 1}));
    const View wide = floats(Layout({2, 3}, {std::int64_t{1} << 34, 4}));
    expect_refused([&] { (void)cudnn::set_tensor(&handle_, cudnn::tensor(wide)); }, errc::overflow,
                   "axis 0 has an extent or a stride that does not fit in 32 bits");
}

TEST_F(LibraryCalls, cutensor) {
    StandInHandle* descriptor = nullptr;
    EXPECT_EQ(cutensor::create_descriptor(&handle_, &descriptor, cutensor::operand(floats(Layout({2, 3}, {40, 8}), 8), "mk")), 15);
    EXPECT_EQ(handle_.numbers, (std::vector<std::int64_t>{2, 2, 3, 10, 2, 0, 32}));
}

TEST_F(LibraryCalls, nccl) {
    const nccl::Buffer from = nccl::send_buffer(floats(Layout::c_order({2, 3}, 4)));
    const nccl::MutableBuffer to = nccl::receive_buffer(floats(Layout::c_order({6}, 4), 100));
    void* const stream = &handle_;
    EXPECT_EQ(nccl::all_reduce(to, from, ncclMax, &handle_, stream), 16);
    EXPECT_EQ(handle_.numbers, (std::vector<std::int64_t>{6, 7, 2}));
    EXPECT_EQ(handle_.addresses, (std::vector<const void*>{memory_, memory_ + 100, stream}));
    EXPECT_EQ(nccl::send(from, 3, &handle_, stream), 17);
    EXPECT_EQ(handle_.numbers, (std::vector<std::int64_t>{6, 7, 3}));
    EXPECT_EQ(nccl::receive(to, 4, &handle_, stream), 18);
    EXPECT_EQ(handle_.addresses, (std::vector<const void*>{memory_ + 100, stream}));
    const nccl::MutableBuffer short_one = nccl::receive_buffer(floats(Layout::c_order({5}, 4), 100));
    expect_refused([&] { (void)nccl::all_reduce(short_one, from, ncclSum, &handle_, stream); }, errc::bad_layout, "6 items of type 7 and 5");
}

}  // namespace
}  // namespace ndlease
