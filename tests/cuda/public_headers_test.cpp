// SPDX-License-Identifier: Apache-2.0
// The public headers that include CUDA's.
#include <ndlease/gpu/device_guard.hpp>
#include <ndlease/gpu/error.hpp>
#include <ndlease/gpu/memory.hpp>
#include <ndlease/gpu/stream.hpp>
#include <ndlease/gpu/typed_view.hpp>

#include "cuda/expect_error.hpp"
#include "cuda/on_device.hpp"

#include <ndlease/memory.hpp>

namespace ndlease::testing {
namespace {

TEST(gpu_check, names_call_code_device_and_place) {
    EXPECT_NO_THROW(gpu::check(cudaSuccess, "cudaFree"));
    expect_error(errc::device, "cudaFree: cudaErrorInvalidValue (1): ", [] { gpu::check(cudaErrorInvalidValue, "cudaFree"); });
    expect_error(errc::device, "public_headers_test.cpp:", [] { gpu::check(cudaErrorInvalidValue, "cudaFree"); });
    expect_error(errc::out_of_memory, "cudaMalloc on cuda:3: cudaErrorMemoryAllocation (2): ", [] { gpu::check(cudaErrorMemoryAllocation, "cudaMalloc", 3); });
}

class gpu_header : public OnDevice {};

TEST_F(gpu_header, streams_convert_both_ways) {
    cudaStream_t native = nullptr;
    ASSERT_EQ(cudaStreamCreateWithFlags(&native, cudaStreamNonBlocking), cudaSuccess);
    const StreamRef stream = gpu::stream_ref(native);
    EXPECT_EQ(stream.device(), Device::cuda(0));
    EXPECT_EQ(gpu::native_stream(stream), native);
    EXPECT_EQ(gpu::device_of(native), Device::cuda(0));
    EXPECT_TRUE(gpu::stream_ref(static_cast<cudaStream_t>(nullptr)).is_legacy_default());
    EXPECT_TRUE(gpu::stream_ref(cudaStreamPerThread).is_per_thread_default());
    expect_error(errc::not_expressible, "host", [] { static_cast<void>(gpu::native_stream(StreamRef::host())); });
#if NDLEASE_HAS_CUDA_STREAM_REF
    EXPECT_EQ(gpu::stream_ref(::cuda::stream_ref(native)), stream);
    EXPECT_EQ(gpu::cuda_stream_ref(stream).get(), native);
#endif
    ASSERT_EQ(cudaStreamDestroy(native), cudaSuccess);
}

TEST_F(gpu_header, typed_access_is_for_memory_that_the_device_reaches) {
    const Stream stream = Stream::make(Device::cuda(0));
    for (const Device device : {Device::cuda(0), Device::cuda_host(), Device::cuda_managed()}) {
        const View view = allocate(Format::of<float>(), {3, 4}, Order::c, memory_of(device));
        const auto typed = gpu::typed<const float, 2>(view, stream);
        EXPECT_EQ(typed.data_handle(), view.data());
        EXPECT_EQ(typed.extent(1), 4);
        EXPECT_EQ(typed.stride_bytes(0), 16);
        expect_error(errc::not_expressible, "", [&] { static_cast<void>(gpu::typed<int, 2>(view, stream)); });
        expect_error(errc::bad_layout, "rank", [&] { static_cast<void>(gpu::typed<float, 1>(view, stream)); });
        expect_error(errc::read_only, "", [&] { static_cast<void>(gpu::typed<float, 2>(view.read_only(), stream)); });
    }
    const View on_host = allocate(Format::of<float>(), {3, 4});
    expect_error(errc::device, "cuda:0 cannot reach memory on cpu", [&] { static_cast<void>(gpu::typed<float, 2>(on_host, stream)); });
}

class gpu_header_of_two : public OnTwoDevices {};

TEST_F(gpu_header_of_two, device_guard_restores_on_every_path) {
    const auto current = [] {
        int device = -1;
        EXPECT_EQ(cudaGetDevice(&device), cudaSuccess);
        return device;
    };
    {
        const gpu::DeviceGuard guard(1);
        EXPECT_EQ(guard.code(), cudaSuccess);
        EXPECT_EQ(current(), 1);
        const gpu::DeviceGuard same(1);
        EXPECT_EQ(current(), 1);
    }
    EXPECT_EQ(current(), 0);
    try {
        const gpu::DeviceGuard guard(1);
        throw 1;
    } catch (int) {
        EXPECT_EQ(current(), 0);
    }
    {
        const gpu::DeviceGuard guard(77);
        EXPECT_EQ(guard.code(), cudaErrorInvalidDevice);
        EXPECT_STREQ(guard.call(), "cudaSetDevice");
        EXPECT_EQ(current(), 0);
    }
    EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidDevice);  // a guard alone leaves errors to its user
}

TEST_F(gpu_header_of_two, streams_know_their_device) {
    const gpu::DeviceGuard guard(1);
    cudaStream_t native = nullptr;
    ASSERT_EQ(cudaStreamCreateWithFlags(&native, cudaStreamNonBlocking), cudaSuccess);
    {
        const gpu::DeviceGuard elsewhere(0);
        EXPECT_EQ(gpu::device_of(native), Device::cuda(1));
    }
    ASSERT_EQ(cudaStreamDestroy(native), cudaSuccess);
}

}  // namespace
}  // namespace ndlease::testing
