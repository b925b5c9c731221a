// SPDX-License-Identifier: Apache-2.0
// What devices there are, and what a pointer really is.
#include <cuda_runtime_api.h>

#include <memory>
#include <string>

#include "cuda/expect_error.hpp"
#include "cuda/on_device.hpp"

#include <ndlease/device.hpp>
#include <ndlease/memory.hpp>

namespace ndlease::testing {
namespace {

class device : public OnDevice {};

TEST_F(device, count_is_the_runtimes) {
    int count = 0;
    ASSERT_EQ(cudaGetDeviceCount(&count), cudaSuccess);
    EXPECT_EQ(cuda_device_count(), count);
    EXPECT_EQ(cuda_absence(), "");
}

TEST_F(device, properties_are_the_runtimes) {
    for (int i = 0; i < cuda_device_count(); ++i) {
        cudaDeviceProp native{};
        ASSERT_EQ(cudaGetDeviceProperties(&native, i), cudaSuccess);
        const DeviceProperties properties = device_properties(Device::cuda(i));
        EXPECT_EQ(properties.name, native.name);
        EXPECT_EQ(properties.multiprocessors, native.multiProcessorCount);
        EXPECT_EQ(properties.memory_bytes, static_cast<std::int64_t>(native.totalGlobalMem));
        EXPECT_EQ(properties.compute_major, native.major);
        EXPECT_EQ(properties.compute_minor, native.minor);
        EXPECT_EQ(properties.is_simulated, std::string(cuda_backend_name()) == "simulated cuda");
    }
}

TEST_F(device, one_that_is_not_there_is_refused) {
    const std::string count = std::to_string(cuda_device_count());
    expect_error(errc::device, "this process has " + count, [] { static_cast<void>(device_properties(Device::cuda(cuda_device_count()))); });
    expect_error(errc::device, "cuda:63", [] { static_cast<void>(device_memory(Device::cuda(63))); });
    expect_error(errc::device, "cuda:-1", [] { static_cast<void>(device_pool(Device::cuda(-1))); });
    expect_error(errc::device, "not of cpu", [] { static_cast<void>(device_properties(Device::cpu())); });
}

/// One byte of each kind of memory.
struct Kinds {
    std::unique_ptr<char> pageable{new char};
    void* device = nullptr;
    void* pinned = nullptr;
    void* managed = nullptr;
    Kinds() {
        EXPECT_EQ(cudaMalloc(&device, 256), cudaSuccess);
        EXPECT_EQ(cudaHostAlloc(&pinned, 256, cudaHostAllocDefault), cudaSuccess);
        EXPECT_EQ(cudaMallocManaged(&managed, 256, cudaMemAttachGlobal), cudaSuccess);
    }
    ~Kinds() {
        EXPECT_EQ(cudaFree(device), cudaSuccess);
        EXPECT_EQ(cudaFreeHost(pinned), cudaSuccess);
        EXPECT_EQ(cudaFree(managed), cudaSuccess);
    }
};

TEST_F(device, pointers_are_what_the_runtime_says) {
    const Kinds kinds;
    EXPECT_FALSE(pointer_properties(kinds.pageable.get()).known);
    EXPECT_EQ(pointer_properties(kinds.pageable.get()).device, Device::cpu());
    EXPECT_FALSE(pointer_properties(nullptr).known);
    EXPECT_EQ(pointer_properties(kinds.device).device, Device::cuda(0));
    EXPECT_EQ(pointer_properties(kinds.pinned).device, Device::cuda_host());
    EXPECT_EQ(pointer_properties(kinds.managed).device, Device::cuda_managed());
    EXPECT_TRUE(pointer_properties(kinds.managed).known);
    EXPECT_EQ(pointer_properties(static_cast<char*>(kinds.device) + 100).device, Device::cuda(0));
}

TEST_F(device, wrong_tags_are_refused) {
    const Kinds kinds;
    expect_error(errc::device, "said to be on cpu, but CUDA says that it is on cuda:0", [&] { check_device_tag(kinds.device, Device::cpu()); });
    expect_error(errc::device, "cuda:1", [&] { check_device_tag(kinds.device, Device::cuda(1)); });
    expect_error(errc::device, "said to be on cuda_host", [&] { check_device_tag(kinds.device, Device::cuda_host()); });
    expect_error(errc::device, "CUDA does not know its address", [&] { check_device_tag(kinds.pageable.get(), Device::cuda(0)); });
    expect_error(errc::device, "CUDA does not know its address", [&] { check_device_tag(kinds.pageable.get(), Device::cuda_managed()); });
    expect_error(errc::device, "said to be on opencl:0", [&] { check_device_tag(kinds.device, {DeviceType::opencl, 0}); });
}

TEST_F(device, right_tags_pass) {
    const Kinds kinds;
    check_device_tag(kinds.device, Device::cuda(0));
    check_device_tag(kinds.pageable.get(), Device::cpu());
    for (const Device name : {Device::cuda_host(), Device::cpu(), Device::cuda(0)}) check_device_tag(kinds.pinned, name);
    for (const Device name : {Device::cuda_managed(), Device::cpu(), Device::cuda(0)}) check_device_tag(kinds.managed, name);
    check_device_tag(nullptr, Device::cuda(7));
}

}  // namespace
}  // namespace ndlease::testing
