// SPDX-License-Identifier: Apache-2.0
// Operations beside and within graph captures.
#include <cuda_runtime_api.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "cuda/on_device.hpp"
#include "cuda/operation_fixture.hpp"

#include <ndlease/memory.hpp>

namespace ndlease::testing {
namespace {

using detail::CaptureState;
using detail::Outcome;

cudaStream_t native(const NativeStreamOwner& stream) { return static_cast<cudaStream_t>(stream.get().handle); }

class capture : public OnDevice {};

TEST_F(capture, is_seen_and_has_an_id) {
    const NativeStreamOwner stream(0);
    std::uint64_t first = 0;
    for (int round = 0; round < 2; ++round) {
        CaptureState state;
        ASSERT_TRUE(succeeds(operations().stream_capture(stream.get(), &state)));
        EXPECT_FALSE(state.active);
        ASSERT_EQ(cudaStreamBeginCapture(native(stream), cudaStreamCaptureModeGlobal), cudaSuccess);
        ASSERT_TRUE(succeeds(operations().stream_capture(stream.get(), &state)));
        EXPECT_TRUE(state.active);
        EXPECT_NE(state.id, first);
        first = state.id;
        cudaGraph_t graph = nullptr;
        ASSERT_EQ(cudaStreamEndCapture(native(stream), &graph), cudaSuccess);
        ASSERT_EQ(cudaGraphDestroy(graph), cudaSuccess);
    }
}

// Whatever mode the capture has, ours and another thread's questions, waits and allocations leave it as it is.
TEST_F(capture, is_not_disturbed_by_what_asks_waits_or_allocates_elsewhere) {
    for (const cudaStreamCaptureMode mode : {cudaStreamCaptureModeGlobal, cudaStreamCaptureModeThreadLocal, cudaStreamCaptureModeRelaxed}) {
        const NativeStreamOwner captured(0);
        const NativeStreamOwner other(0);
        const NativeEventOwner event(0);
        static_cast<void>(memory_of(Device::cuda(0)));
        ASSERT_TRUE(succeeds(operations().record(event.get(), other.get())));
        ASSERT_EQ(cudaStreamBeginCapture(native(captured), mode), cudaSuccess);
        const auto disturb = [&] {
            EXPECT_TRUE(succeeds(operations().query_event(event.get())));
            EXPECT_TRUE(succeeds(operations().synchronize_event(event.get())));
            EXPECT_TRUE(succeeds(operations().query_stream(other.get())));
            EXPECT_TRUE(succeeds(operations().synchronize_stream(other.get())));
            for (MemoryResource* resource : {&device_memory(Device::cuda(0)), &device_pool(Device::cuda(0)), &pinned_memory(), &managed_memory()}) {
                resource->deallocate(resource->allocate(64, 64), 64, 64);
            }
        };
        disturb();
        std::thread(disturb).join();
        // The captured stream itself cannot be asked or waited for.
        EXPECT_EQ(operations().query_stream(captured.get()).outcome, Outcome::capturing);
        EXPECT_EQ(operations().synchronize_stream(captured.get()).outcome, Outcome::capturing);
        EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess);
        cudaStreamCaptureMode now = mode;
        ASSERT_EQ(cudaThreadExchangeStreamCaptureMode(&now), cudaSuccess);
        EXPECT_EQ(now, cudaStreamCaptureModeGlobal) << "the thread's mode was changed";
        ASSERT_EQ(cudaThreadExchangeStreamCaptureMode(&now), cudaSuccess);
        cudaGraph_t graph = nullptr;
        EXPECT_EQ(cudaStreamEndCapture(native(captured), &graph), cudaSuccess) << "capture mode " << mode;
        EXPECT_NE(graph, nullptr);
        if (graph != nullptr) {
            ASSERT_EQ(cudaGraphDestroy(graph), cudaSuccess);
        }
    }
    EXPECT_EQ(memory_statistics().failed_frees, 0);
}

std::atomic<int> dropped{0};
void count_drop(void* payload) { dropped += *static_cast<int*>(payload); }

TEST_F(capture, graph_keeps_a_payload_until_all_that_was_made_of_it_is_gone) {
    dropped = 0;
    int one = 1;
    const NativeStreamOwner stream(0);
    ASSERT_EQ(cudaStreamBeginCapture(native(stream), cudaStreamCaptureModeGlobal), cudaSuccess);
    EXPECT_TRUE(succeeds(operations().keep_in_graph(stream.get(), &one, &count_drop)));
    cudaGraph_t graph = nullptr;
    ASSERT_EQ(cudaStreamEndCapture(native(stream), &graph), cudaSuccess);
    cudaGraphExec_t executable = nullptr;
    ASSERT_EQ(cudaGraphInstantiate(&executable, graph, 0), cudaSuccess);
    ASSERT_EQ(cudaGraphDestroy(graph), cudaSuccess);
    EXPECT_EQ(dropped, 0);
    ASSERT_EQ(cudaGraphLaunch(executable, native(stream)), cudaSuccess);
    ASSERT_TRUE(succeeds(operations().synchronize_stream(stream.get())));
    EXPECT_EQ(dropped, 0);
    ASSERT_EQ(cudaGraphExecDestroy(executable), cudaSuccess);
    ASSERT_TRUE(succeeds(operations().synchronize_device(0)));
    for (int i = 0; i < 1000 && dropped == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));  // another thread of the driver may do it
    EXPECT_EQ(dropped, 1);
}

TEST_F(capture, without_one_nothing_is_kept) {
    dropped = 0;
    int one = 1;
    const NativeStreamOwner stream(0);
    EXPECT_EQ(operations().keep_in_graph(stream.get(), &one, &count_drop).outcome, Outcome::capturing);
    EXPECT_EQ(dropped, 0);
}

TEST_F(capture, can_wait_for_an_event_from_outside) {
    const NativeStreamOwner outside(0);
    const NativeStreamOwner stream(0);
    const NativeEventOwner event(0);
    ASSERT_TRUE(succeeds(operations().record(event.get(), outside.get())));
    ASSERT_EQ(cudaStreamBeginCapture(native(stream), cudaStreamCaptureModeGlobal), cudaSuccess);
    EXPECT_TRUE(succeeds(operations().wait(stream.get(), event.get(), true)));
    cudaGraph_t graph = nullptr;
    ASSERT_EQ(cudaStreamEndCapture(native(stream), &graph), cudaSuccess);
    std::size_t nodes = 0;
    ASSERT_EQ(cudaGraphGetNodes(graph, nullptr, &nodes), cudaSuccess);
    EXPECT_EQ(nodes, 1U);
    ASSERT_EQ(cudaGraphDestroy(graph), cudaSuccess);
}

}  // namespace
}  // namespace ndlease::testing
