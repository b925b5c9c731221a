// SPDX-License-Identifier: Apache-2.0
// Memory resources on a device: what they hand out is memory of the kind they say, in the order they say.
#include <cuda_runtime_api.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "cuda/expect_error.hpp"
#include "cuda/on_device.hpp"

#include <ndlease/lease.hpp>
#include <ndlease/memory.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::testing {
namespace {

class device_resource : public OnDevice {
protected:
    static std::vector<MemoryResource*> resources() {
        std::vector<MemoryResource*> all{&pinned_memory(), &managed_memory()};
        for (int i = 0; i < cuda_device_count(); ++i) {
            all.push_back(&device_memory(Device::cuda(i)));
            all.push_back(&device_pool(Device::cuda(i)));
        }
        return all;
    }
};

void fill_and_check(void* data, std::size_t bytes, cudaStream_t stream, int value) {
    ASSERT_EQ(cudaMemsetAsync(data, value, bytes, stream), cudaSuccess);
    std::vector<unsigned char> found(bytes);
    ASSERT_EQ(cudaMemcpyAsync(found.data(), data, bytes, cudaMemcpyDefault, stream), cudaSuccess);
    ASSERT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
    EXPECT_EQ(found, std::vector<unsigned char>(bytes, static_cast<unsigned char>(value)));
}

Stream stream_for(const MemoryResource& resource) { return Stream::make(resource.device().type == DeviceType::cuda ? resource.device() : Device::cuda(0)); }

TEST_F(device_resource, memory_is_where_it_says_and_holds_bytes) {
    for (MemoryResource* resource : resources()) {
        for (const std::size_t bytes : {std::size_t{1}, std::size_t{1000}, std::size_t{1} << 20}) {
            void* const data = resource->allocate(bytes, 256);
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(data) % 256, 0U);
            EXPECT_EQ(pointer_properties(data).device, resource->device());
            check_device_tag(data, resource->device());
            const Stream stream = stream_for(*resource);
            fill_and_check(data, bytes, stream.ref().cuda(), 0x5a);
            resource->deallocate(data, bytes, 256);
        }
    }
    EXPECT_EQ(memory_statistics().failed_frees, 0);
}

TEST_F(device_resource, memory_in_stream_order_holds_bytes_of_that_stream) {
    for (MemoryResource* resource : resources()) {
        const Stream stream = stream_for(*resource);
        for (int round = 0; round < 4; ++round) {
            void* const data = resource->allocate_on(stream, 5000, 256);
            fill_and_check(data, 5000, stream.ref().cuda(), round);
            ASSERT_EQ(cudaMemsetAsync(data, 1, 5000, stream.ref().cuda()), cudaSuccess);  // still in use when it is given back
            resource->deallocate_on(stream, data, 5000, 256);
        }
        stream.synchronize();
    }
    EXPECT_EQ(memory_statistics().failed_frees, 0);
}

TEST_F(device_resource, larger_alignments_are_refused) {
    for (MemoryResource* resource : resources()) {
        expect_error(errc::invalid_argument, "512", [&] { static_cast<void>(resource->allocate(16, 512)); });
    }
}

TEST_F(device_resource, names_find_them) {
    EXPECT_EQ(&memory_of(Device::cuda(0)), &device_pool(Device::cuda(0)));
    EXPECT_EQ(&memory_of(Device::cuda_host()), &pinned_memory());
    EXPECT_EQ(&memory_of(Device::cuda_managed()), &managed_memory());
    EXPECT_EQ(&memory_of(Device::cpu()), &host_memory());
    expect_error(errc::not_supported, "opencl", [] { static_cast<void>(memory_of({DeviceType::opencl, 0})); });
    expect_error(errc::invalid_argument, "cpu", [] { static_cast<void>(device_memory(Device::cpu())); });
    set_pool_release_threshold(Device::cuda(0), std::uint64_t{32} << 20);
}

TEST_F(device_resource, what_does_not_fit_says_how_much_is_free) {
    const auto bytes = static_cast<std::size_t>(2 * device_properties(Device::cuda(0)).memory_bytes);
    const Stream stream = Stream::make(Device::cuda(0));
    expect_error(errc::out_of_memory, "bytes are free", [&] { static_cast<void>(device_memory(Device::cuda(0)).allocate(bytes, 256)); });
    expect_error(errc::out_of_memory, std::to_string(bytes) + " bytes of cuda:0 memory",
                 [&] { static_cast<void>(device_pool(Device::cuda(0)).allocate(bytes, 256)); });
    expect_error(errc::out_of_memory, "cudaMallocFromPoolAsync", [&] { static_cast<void>(device_pool(Device::cuda(0)).allocate_on(stream, bytes, 256)); });
}

class device_resource_of_two : public OnTwoDevices {};

TEST_F(device_resource_of_two, a_stream_of_another_device_is_refused) {
    const Stream other = Stream::make(Device::cuda(1));
    expect_error(errc::invalid_argument, "the stream must be of that device",
                 [&] { static_cast<void>(device_pool(Device::cuda(0)).allocate_on(other, 16, 16)); });
}

TEST_F(device_resource_of_two, the_thread_stays_on_its_device) {
    ASSERT_EQ(cudaSetDevice(1), cudaSuccess);
    for (const auto resource : {&device_memory, &device_pool}) {
        void* const data = resource(Device::cuda(0)).allocate(64, 64);
        EXPECT_EQ(pointer_properties(data).device, Device::cuda(0));
        resource(Device::cuda(0)).deallocate(data, 64, 64);
        int current = -1;
        EXPECT_EQ(cudaGetDevice(&current), cudaSuccess);
        EXPECT_EQ(current, 1);
    }
    ASSERT_EQ(cudaSetDevice(0), cudaSuccess);
}

}  // namespace
}  // namespace ndlease::testing
