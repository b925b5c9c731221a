// SPDX-License-Identifier: Apache-2.0
// What adaptors do with streams: the scope of a policy, temporary storage, copies on request.
#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include <ndlease/copy_for.hpp>
#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/cub.hpp>
#include <ndlease/interop/cublas.hpp>
#include <ndlease/interop/thrust.hpp>
#include <ndlease/memory.hpp>

#include "cuda/on_device.hpp"

namespace ndlease::testing {
namespace {

class Libraries : public OnDevice {
protected:
#if defined(NDLEASE_SIMULATED_CUDA)
    // Work runs only when it is waited for: what is not ordered comes too late.
    void SetUp() override {
        OnDevice::SetUp();
        simulated_cuda::set_scheduler(simulated_cuda::Scheduler::lazy);
    }
    void TearDown() override {
        OnDevice::TearDown();
        simulated_cuda::set_scheduler(simulated_cuda::Scheduler::eager);
    }
#endif
};

/// A policy as Thrust's: algorithms get the stream out of what `on` answers.
struct PolicyOnStreams {
    struct Bound {
        cudaStream_t stream;
    };
    [[nodiscard]] Bound on(cudaStream_t stream) const { return {stream}; }
};

TEST_F(Libraries, a_policy_is_ordered_after_the_producer_and_the_release_after_it) {
    const Stream producer = Stream::make(Device::cuda(0));
    const Stream consumer = Stream::make(Device::cuda(0));
    constexpr std::int64_t size = 1 << 16;
    void* memory = nullptr;
    ASSERT_EQ(cudaMallocAsync(&memory, size, producer.ref().cuda()), cudaSuccess);
    ASSERT_EQ(cudaMemsetAsync(memory, 1, size, producer.ref().cuda()), cudaSuccess);
    static int freed = 0;
    freed = 0;
    View view = View::lend(memory, Device::cuda(0), Format(), Layout::c_order({size}, 1),
                           {.policy = ReleasePolicy::in_order_of(producer), .ready = producer.ref(), .release = [memory](const ReleaseInfo& info) {
                                freed += cudaFreeAsync(memory, info.stream.cuda()) == cudaSuccess ? 1 : 100;
                            }});
    const View result = allocate(Format(), {size}, Order::c, pinned_memory());  // so that nothing waits to copy there
    auto* const bytes = static_cast<unsigned char*>(result.mutable_data());
    std::fill_n(bytes, size, static_cast<unsigned char>(0));
    {
        const PolicyScope scope(PolicyOnStreams(), consumer, writes(view));
        EXPECT_EQ(scope.policy().stream, consumer.ref().cuda());
        ASSERT_EQ(cudaMemsetAsync(view.mutable_data(), 2, size, scope.policy().stream), cudaSuccess);
        ASSERT_EQ(cudaMemcpyAsync(bytes, memory, size, cudaMemcpyDeviceToHost, scope.policy().stream), cudaSuccess);
    }
    view = View();
    EXPECT_EQ(freed, 1);
    producer.synchronize();  // waits for the consumer, whose use the lease has recorded
    EXPECT_EQ(std::count(bytes, bytes + size, 2), size);
    struct NoStreams {};
    const View host = View::lend(static_cast<void*>(bytes), Device::cpu(), Format(), Layout::c_order({size}, 1));
    EXPECT_THROW(PolicyScope(NoStreams(), consumer, writes(host)), Error);
    EXPECT_THROW(PolicyScope(PolicyOnStreams(), StreamRef::host(), writes(host)), Error);
}

TEST_F(Libraries, temporary_storage_in_stream_order) {
    const Stream stream = Stream::make(Device::cuda(0));
    const MemoryStatistics before = memory_statistics();
    for (const std::size_t wanted : {std::size_t{0}, std::size_t{1}, std::size_t{1} << 20}) {
        int calls = 0;
        const cudaError_t status = with_temporary_storage(stream, device_pool(Device::cuda(0)), [&](void* storage, std::size_t& bytes) {
            ++calls;
            if (storage == nullptr) {
                bytes = wanted;
                return cudaSuccess;
            }
            return cudaMemsetAsync(storage, 7, bytes, stream.ref().cuda());
        });
        EXPECT_EQ(status, cudaSuccess);
        EXPECT_EQ(calls, 2);
    }
    stream.synchronize();
    EXPECT_EQ(memory_statistics().failed_frees, before.failed_frees);
}

TEST_F(Libraries, a_copy_on_request_is_made_on_the_device) {
    const Stream stream = Stream::make(Device::cuda(0));
    std::vector<float> numbers(64);
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(i);
    const View host = View::lend(numbers.data(), Device::cpu(), Format::of<float>(), Layout::c_order({8, 8}, 4));
    const View there = to(host, Device::cuda(0), stream);
    const View strided = there.slice(0, {}, {}, 2).slice(1, {}, {}, 2);  // (4,4):(64,8), which no leading dimension says
    const auto as_matrix = [](const View& view) { return cublas::matrix(view); };
    EXPECT_THROW((void)as_matrix(strided), Error);
    const auto made = copy_for(strided, Order::f, stream, as_matrix);
    EXPECT_EQ(made.owner.device(), Device::cuda(0));
    EXPECT_NE(made.value.data, there.data());
    EXPECT_EQ(made.value.ld, 4);
    const View back = to(made.owner, Device::cpu(), stream);
    EXPECT_EQ((back.typed<const float, 2>()(3, 2)), 6 * 8 + 4);
    EXPECT_EQ(copy_for(there, Order::f, stream, as_matrix).value.data, there.data());

    const Packed packed(strided, Order::c, stream, true);
    EXPECT_TRUE(packed.is_copy());
    ASSERT_EQ(cudaMemsetAsync(packed.view().mutable_data(), 0, 64, stream.ref().cuda()), cudaSuccess);
    packed.unpack(stream);
    const View after = to(there, Device::cpu(), stream);
    const auto values = after.typed<const float, 2>();
    EXPECT_EQ(values(2, 4), 0);
    EXPECT_EQ(values(2, 5), 21);
    EXPECT_EQ(values(3, 4), 28);
}

}  // namespace
}  // namespace ndlease::testing
