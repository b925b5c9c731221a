// SPDX-License-Identifier: Apache-2.0
// Leases of device memory beside graph captures and within graphs.
#include <cuda_runtime_api.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "cuda/on_device.hpp"

#include <ndlease/lease.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::testing {
namespace {

class lease_capture : public OnDevice {
protected:
    static constexpr std::size_t bytes = 4096;
    std::atomic<bool> freed{false};

    /// Memory that its callback frees, which takes a call of the runtime.
    Lease lend() {
        void* memory = nullptr;
        EXPECT_EQ(cudaMalloc(&memory, bytes), cudaSuccess);
        data = memory;
        LeaseOptions options;
        options.memory = Device::cuda(0);
        return Lease::make(
            [this, memory](const ReleaseInfo& info) {
                EXPECT_EQ(info.status, ReleaseStatus::ok);
                cudaStreamCaptureMode mode = cudaStreamCaptureModeRelaxed;
                EXPECT_EQ(cudaThreadExchangeStreamCaptureMode(&mode), cudaSuccess);
                EXPECT_EQ(cudaFree(memory), cudaSuccess);
                EXPECT_EQ(cudaThreadExchangeStreamCaptureMode(&mode), cudaSuccess);
                freed = true;
            },
            std::move(options));
    }
    [[nodiscard]] bool freed_soon() const {
        for (int i = 0; i < 5000 && !freed; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return freed;
    }
    void* data = nullptr;
};

// The graph's end is within the runtime, where no call may be made.
TEST_F(lease_capture, a_callback_after_the_end_of_a_graph_may_call_the_runtime) {
    const Stream stream = Stream::make(Device::cuda(0));
    cudaGraph_t graph = nullptr;
    {
        const Lease lease = lend();
        ASSERT_EQ(cudaStreamBeginCapture(stream.ref().cuda(), cudaStreamCaptureModeGlobal), cudaSuccess);
        ASSERT_EQ(cudaMemsetAsync(data, 1, bytes, stream.ref().cuda()), cudaSuccess);
        lease.used_on(stream);
        ASSERT_EQ(cudaStreamEndCapture(stream.ref().cuda(), &graph), cudaSuccess);
    }
    EXPECT_FALSE(freed) << "the graph holds a share";
    ASSERT_EQ(cudaGraphDestroy(graph), cudaSuccess);
    EXPECT_TRUE(freed_soon());
}

TEST_F(lease_capture, a_release_leaves_the_captures_of_other_threads_alone) {
    const Stream captured = Stream::make(Device::cuda(0));
    const Stream stream = Stream::make(Device::cuda(0));
    Lease lease = lend();
    ASSERT_EQ(cudaMemsetAsync(data, 1, bytes, stream.ref().cuda()), cudaSuccess);
    lease.used_on(stream);
    ASSERT_EQ(cudaStreamBeginCapture(captured.ref().cuda(), cudaStreamCaptureModeGlobal), cudaSuccess);
    std::thread([&lease] { lease = {}; }).join();
    EXPECT_TRUE(freed_soon());
    cudaGraph_t graph = nullptr;
    EXPECT_EQ(cudaStreamEndCapture(captured.ref().cuda(), &graph), cudaSuccess);
    if (graph != nullptr) {
        EXPECT_EQ(cudaGraphDestroy(graph), cudaSuccess);
    }
}

}  // namespace
}  // namespace ndlease::testing
