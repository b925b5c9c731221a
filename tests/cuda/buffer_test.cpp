// SPDX-License-Identifier: Apache-2.0
// Buffers and arrays in the order of streams.
#include <cuda_runtime_api.h>

#include <utility>
#include <vector>

#include "cuda/expect_error.hpp"
#include "cuda/on_device.hpp"

#include <ndlease/access.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/lease.hpp>
#include <ndlease/memory.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::testing {
namespace {

class device_buffer : public OnDevice {};

TEST_F(device_buffer, remembers_device_and_stream) {
    const Stream stream = Stream::make(Device::cuda(0));
    Buffer buffer = Buffer::make(1000, device_pool(Device::cuda(0)), stream);
    EXPECT_EQ(buffer.device(), Device::cuda(0));
    EXPECT_EQ(buffer.stream(), stream.ref());
    EXPECT_EQ(buffer.bytes(), 1000U);
    EXPECT_NE(buffer.data(), nullptr);
    Buffer other = std::move(buffer);
    EXPECT_EQ(buffer.data(), nullptr);  // NOLINT(bugprone-use-after-move): says what is left
    EXPECT_EQ(other.bytes(), 1000U);
    other = Buffer::make(0, device_pool(Device::cuda(0)), stream);
    EXPECT_EQ(other.data(), nullptr);
}

TEST_F(device_buffer, goes_back_in_the_order_of_the_stream_it_was_moved_to) {
    const Stream first = Stream::make(Device::cuda(0));
    const Stream second = Stream::make(Device::cuda(0));
    Buffer buffer = Buffer::make(1 << 16, device_pool(Device::cuda(0)), first);
    ASSERT_EQ(cudaMemsetAsync(buffer.data(), 1, buffer.bytes(), first.ref().cuda()), cudaSuccess);
    second.ref().wait(Event::record(first));
    ASSERT_EQ(cudaMemsetAsync(buffer.data(), 2, buffer.bytes(), second.ref().cuda()), cudaSuccess);
    buffer.set_stream(second);
    buffer = Buffer();
    first.synchronize();
    second.synchronize();
    EXPECT_EQ(memory_statistics().failed_frees, 0);
}

TEST_F(device_buffer, the_per_thread_stream_is_refused) {
    const StreamRef per_thread = StreamRef::per_thread_default(Device::cuda(0));
    expect_error(errc::invalid_argument, "per-thread", [&] { static_cast<void>(Buffer::make(16, device_pool(Device::cuda(0)), per_thread)); });
    Buffer buffer = Buffer::make(16, device_pool(Device::cuda(0)), StreamRef::host());
    expect_error(errc::invalid_argument, "per-thread", [&] { buffer.set_stream(per_thread); });
}

TEST_F(device_buffer, lends_itself_in_stream_order) {
    const LeaseStatistics before = lease_statistics();
    const Stream stream = Stream::make(Device::cuda(0));
    const Stream consumer = Stream::make(Device::cuda(0));
    Buffer buffer = Buffer::make(400, device_pool(Device::cuda(0)), stream);
    ASSERT_EQ(cudaMemsetAsync(buffer.data(), 7, 400, stream.ref().cuda()), cudaSuccess);
    View view = std::move(buffer).lend(Format::of<float>(), Layout::c_order({10, 10}, 4));
    EXPECT_EQ(view.device(), Device::cuda(0));
    std::vector<unsigned char> found(400);
    {
        const Access use(view, consumer);
        ASSERT_EQ(cudaMemcpyAsync(found.data(), view.data(), 400, cudaMemcpyDefault, consumer.ref().cuda()), cudaSuccess);
    }
    view = View();
    consumer.synchronize();
    stream.synchronize();
    EXPECT_EQ(found, std::vector<unsigned char>(400, 7));
    EXPECT_EQ(lease_statistics().released, before.released + 1);
    EXPECT_EQ(memory_statistics().failed_frees, 0);
}

TEST_F(device_buffer, stays_as_it_was_when_it_cannot_be_lent) {
    const Stream stream = Stream::make(Device::cuda(0));
    Buffer buffer = Buffer::make(400, device_pool(Device::cuda(0)), stream);
    void* const data = buffer.data();
    expect_error(errc::out_of_bounds, "", [&] { static_cast<void>(std::move(buffer).lend(Format::of<float>(), Layout::c_order({10, 11}, 4))); });
    EXPECT_EQ(buffer.data(), data);  // NOLINT(bugprone-use-after-move): the failure left it
    EXPECT_EQ(buffer.bytes(), 400U);
    EXPECT_EQ(buffer.stream(), stream.ref());
}

TEST_F(device_buffer, arrays_are_views_of_their_memory) {
    const Stream stream = Stream::make(Device::cuda(0));
    for (const Device device : {Device::cuda(0), Device::cuda_host(), Device::cuda_managed()}) {
        const std::int64_t shape[] = {3, 5};
        const View array = allocate(Format::of<double>(), shape, Order::f, memory_of(device), stream);
        EXPECT_EQ(array.device(), device);
        EXPECT_EQ(array.layout(), Layout::f_order({3, 5}, 8));
        EXPECT_EQ(array.allocation().bytes, 120);
        EXPECT_TRUE(array.reachable_from(Device::cuda(0)));
        const Access use(array, stream);
        ASSERT_EQ(cudaMemsetAsync(array.mutable_data(), 0, 120, stream.ref().cuda()), cudaSuccess);
    }
    stream.synchronize();
    EXPECT_EQ(memory_statistics().failed_frees, 0);
}

TEST_F(device_buffer, of_memory_without_stream_order_waits_before_it_goes_back) {
    const Stream stream = Stream::make(Device::cuda(0));
    for (MemoryResource* resource : {&device_memory(Device::cuda(0)), &pinned_memory(), &managed_memory()}) {
        const Buffer buffer = Buffer::make(1 << 20, *resource, stream);
        ASSERT_EQ(cudaMemsetAsync(buffer.data(), 3, buffer.bytes(), stream.ref().cuda()), cudaSuccess);
    }
    EXPECT_TRUE(stream.ref().is_idle());
}

}  // namespace
}  // namespace ndlease::testing
