// SPDX-License-Identifier: Apache-2.0
// What a capture records, what it refuses, and what breaks it.
#include <functional>
#include <thread>

#include "simulated.hpp"

namespace simulated_cuda::test {
namespace {

class CaptureTest : public Simulated {
protected:
    cudaStream_t origin = make_stream();
    int* on_device_before = on_device(1);  ///< allocated before any capture
    cudaGraph_t graph = nullptr;

    void begin(cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal) { ASSERT_EQ(cudaStreamBeginCapture(origin, mode), cudaSuccess); }
    static cudaStreamCaptureStatus status(cudaStream_t stream) {
        cudaStreamCaptureStatus result = cudaStreamCaptureStatusNone;
        EXPECT_EQ(cudaStreamIsCapturing(stream, &result), cudaSuccess);
        return result;
    }
    void expect_invalidated() {
        EXPECT_EQ(status(origin), cudaStreamCaptureStatusInvalidated);
        EXPECT_EQ(cudaStreamEndCapture(origin, &graph), cudaErrorStreamCaptureInvalidated);
        EXPECT_EQ(graph, nullptr);
        EXPECT_EQ(status(origin), cudaStreamCaptureStatusNone);
        expect_violation(violation::in_capture);
    }
};

TEST_F(CaptureTest, captured_work_runs_at_each_launch_and_not_before) {
    int *const memory = on_device(1), *const host = pinned(1);
    *host = 5;
    begin();
    ASSERT_EQ(cudaMemcpyAsync(memory, host, 4, cudaMemcpyHostToDevice, origin), cudaSuccess);
    ASSERT_EQ(cudaMemsetAsync(memory, 1, 1, origin), cudaSuccess);
    ASSERT_EQ(cudaStreamEndCapture(origin, &graph), cudaSuccess);
    EXPECT_EQ(pending_work(), 0U);
    EXPECT_EQ(value_at(memory), static_cast<int>(0xA5A5A5A5));
    std::size_t count = 0;
    ASSERT_EQ(cudaGraphGetNodes(graph, nullptr, &count), cudaSuccess);
    EXPECT_EQ(count, 2U);
    cudaGraphExec_t exec = nullptr;
    ASSERT_EQ(cudaGraphInstantiate(&exec, graph, 0), cudaSuccess);
    for (const int value : {0x500, 0x600}) {
        *host = value;
        ASSERT_EQ(cudaGraphLaunch(exec, origin), cudaSuccess);
        ASSERT_EQ(cudaStreamSynchronize(origin), cudaSuccess);
        EXPECT_EQ(value_at(memory), value + 1);
    }
    ASSERT_EQ(cudaGraphExecDestroy(exec), cudaSuccess);
    ASSERT_EQ(cudaGraphDestroy(graph), cudaSuccess);
    EXPECT_EQ(cudaGraphDestroy(graph), cudaErrorInvalidValue);
    expect_violation(violation::dead_graph);
}

TEST_F(CaptureTest, other_streams_join_through_events_and_must_come_back) {
    const cudaStream_t side = make_stream();
    const cudaEvent_t fork = make_event(), join = make_event();
    char* const memory = on_device<char>(2);
    for (const bool joins : {true, false}) {
        begin();
        ASSERT_EQ(cudaMemsetAsync(memory, 1, 1, origin), cudaSuccess);
        ASSERT_EQ(cudaEventRecord(fork, origin), cudaSuccess);
        ASSERT_EQ(cudaStreamWaitEvent(side, fork, 0), cudaSuccess);
        EXPECT_EQ(status(side), cudaStreamCaptureStatusActive);
        ASSERT_EQ(cudaMemsetAsync(memory + 1, 1, 1, side), cudaSuccess);
        if (joins) {
            ASSERT_EQ(cudaEventRecord(join, side), cudaSuccess);
            ASSERT_EQ(cudaStreamWaitEvent(origin, join, 0), cudaSuccess);
        }
        EXPECT_EQ(cudaStreamEndCapture(origin, &graph), joins ? cudaSuccess : cudaErrorStreamCaptureUnjoined);
        EXPECT_EQ(graph != nullptr, joins);
        EXPECT_EQ(status(side), cudaStreamCaptureStatusNone);
    }
    expect_violation(violation::in_capture);
}

TEST_F(CaptureTest, unsafe_calls_follow_the_three_modes) {
    const auto allowed = [&](cudaStreamCaptureMode capture, cudaStreamCaptureMode thread, bool other_thread) {
        begin(capture);
        cudaError_t result = cudaSuccess;
        const auto allocate = [&] {
            cudaStreamCaptureMode mode = thread;
            EXPECT_EQ(cudaThreadExchangeStreamCaptureMode(&mode), cudaSuccess);
            void* memory = nullptr;
            result = cudaMalloc(&memory, 4);
            EXPECT_EQ(cudaThreadExchangeStreamCaptureMode(&mode), cudaSuccess);
            EXPECT_EQ(mode, thread);
        };
        if (other_thread) {
            std::thread(allocate).join();
        } else {
            allocate();
        }
        EXPECT_EQ(status(origin), result == cudaSuccess ? cudaStreamCaptureStatusActive : cudaStreamCaptureStatusInvalidated);
        EXPECT_EQ(cudaStreamEndCapture(origin, &graph), result == cudaSuccess ? cudaSuccess : cudaErrorStreamCaptureInvalidated);
        EXPECT_TRUE(result == cudaSuccess || result == cudaErrorStreamCaptureUnsupported);
        EXPECT_EQ(take_violations().size(), result == cudaSuccess ? 0U : 1U);
        return result == cudaSuccess;
    };
    constexpr auto global = cudaStreamCaptureModeGlobal, local = cudaStreamCaptureModeThreadLocal, relaxed = cudaStreamCaptureModeRelaxed;
    // capture: thread's mode: same thread, another thread
    EXPECT_FALSE(allowed(global, global, false));
    EXPECT_FALSE(allowed(global, global, true));
    EXPECT_FALSE(allowed(global, local, false));
    EXPECT_TRUE(allowed(global, local, true));
    EXPECT_TRUE(allowed(global, relaxed, false));
    EXPECT_TRUE(allowed(global, relaxed, true));
    EXPECT_FALSE(allowed(local, global, false));
    EXPECT_TRUE(allowed(local, global, true));
    EXPECT_TRUE(allowed(relaxed, global, false));
    EXPECT_TRUE(allowed(relaxed, global, true));
}

TEST_F(CaptureTest, each_unsafe_call_invalidates) {
    const cudaStream_t other = make_stream();
    const cudaEvent_t event = make_event();
    int* const memory = on_device(1);
    void* made = nullptr;
    const std::vector<std::function<cudaError_t()>> unsafe{[&] { return cudaMalloc(&made, 4); },
                                                           [&] { return cudaFree(memory); },
                                                           [&] { return cudaMallocHost(&made, 4); },
                                                           [&] { return cudaDeviceSynchronize(); },
                                                           [&] { return cudaEventQuery(event); },
                                                           [&] { return cudaEventSynchronize(event); },
                                                           [&] { return cudaStreamSynchronize(other); },
                                                           [&] { return cudaStreamQuery(other); },
                                                           [&] { return cudaStreamSynchronize(origin); },
                                                           [&] { return cudaStreamDestroy(origin); },
                                                           [&] { return cudaMemcpy(memory, memory, 4, cudaMemcpyDefault); }};
    for (std::size_t i = 0; i < unsafe.size(); ++i) {
        SCOPED_TRACE(i);
        begin();
        EXPECT_EQ(unsafe[i](), cudaErrorStreamCaptureUnsupported);
        EXPECT_EQ(cudaMemsetAsync(memory, 1, 4, origin), cudaErrorStreamCaptureInvalidated);
        expect_invalidated();
    }
}

TEST_F(CaptureTest, the_legacy_stream_conflicts_with_a_blocking_stream_that_captures) {
    int* const memory = on_device(1);
    EXPECT_EQ(cudaStreamBeginCapture(nullptr, cudaStreamCaptureModeRelaxed), cudaErrorStreamCaptureUnsupported);
    begin();
    EXPECT_EQ(cudaMemsetAsync(memory, 0, 4, nullptr), cudaSuccess) << "the capturing stream does not block";
    ASSERT_EQ(cudaStreamEndCapture(origin, &graph), cudaSuccess);
    ASSERT_EQ(cudaDeviceSynchronize(), cudaSuccess);
    origin = make_stream(cudaStreamDefault);
    begin(cudaStreamCaptureModeRelaxed);
    cudaStreamCaptureStatus asked = cudaStreamCaptureStatusNone;
    EXPECT_EQ(cudaStreamIsCapturing(cudaStreamLegacy, &asked), cudaErrorStreamCaptureImplicit);
    EXPECT_EQ(status(origin), cudaStreamCaptureStatusActive) << "to ask does no harm";
    EXPECT_EQ(cudaMemsetAsync(memory, 0, 4, nullptr), cudaErrorStreamCaptureImplicit);
    expect_invalidated();
}

TEST_F(CaptureTest, events_cross_the_border_only_as_external) {
    const cudaEvent_t outside = make_event(), inside = make_event();
    ASSERT_EQ(cudaEventRecord(outside, make_stream()), cudaSuccess);
    begin();
    EXPECT_EQ(cudaStreamWaitEvent(origin, outside, 0), cudaErrorStreamCaptureIsolation);
    expect_invalidated();
    begin();
    ASSERT_EQ(cudaEventRecordWithFlags(inside, origin, cudaEventRecordExternal), cudaSuccess);
    ASSERT_EQ(cudaStreamWaitEvent(origin, outside, cudaEventWaitExternal), cudaSuccess);
    ASSERT_EQ(cudaStreamEndCapture(origin, &graph), cudaSuccess);
    begin();
    ASSERT_EQ(cudaEventRecord(inside, origin), cudaSuccess);
    EXPECT_EQ(cudaEventQuery(inside), cudaErrorCapturedEvent);
    expect_invalidated();
    EXPECT_EQ(cudaEventSynchronize(inside), cudaErrorCapturedEvent) << "also after the capture";
    expect_violation(violation::in_capture);
    ASSERT_EQ(cudaEventRecord(inside, origin), cudaSuccess);
    EXPECT_EQ(cudaEventSynchronize(inside), cudaSuccess);
}

TEST_F(CaptureTest, ends_where_it_began) {
    EXPECT_EQ(cudaStreamEndCapture(origin, &graph), cudaErrorIllegalState);
    begin();
    EXPECT_EQ(cudaStreamBeginCapture(origin, cudaStreamCaptureModeGlobal), cudaErrorIllegalState);
    std::thread([&] { EXPECT_EQ(cudaStreamEndCapture(origin, &graph), cudaErrorStreamCaptureWrongThread); }).join();
    EXPECT_EQ(cudaStreamEndCapture(origin, &graph), cudaSuccess);
    begin(cudaStreamCaptureModeRelaxed);
    std::thread([&] { EXPECT_EQ(cudaStreamEndCapture(origin, &graph), cudaSuccess); }).join();
}

TEST_F(CaptureTest, two_captures_do_not_merge) {
    const cudaStream_t other = make_stream();
    const cudaEvent_t event = make_event();
    begin();
    ASSERT_EQ(cudaStreamBeginCapture(other, cudaStreamCaptureModeGlobal), cudaSuccess);
    ASSERT_EQ(cudaEventRecord(event, origin), cudaSuccess);
    EXPECT_EQ(cudaStreamWaitEvent(other, event, 0), cudaErrorStreamCaptureMerge);
    EXPECT_EQ(cudaStreamEndCapture(other, &graph), cudaErrorStreamCaptureInvalidated);
    expect_invalidated();
}

TEST_F(CaptureTest, user_objects_live_as_long_as_graph_exec_and_launches) {
    static int destroyed;
    destroyed = 0;
    cudaUserObject_t object = nullptr;
    ASSERT_EQ(cudaUserObjectCreate(
                  &object, &destroyed, [](void* count) { ++*static_cast<int*>(count); }, 1, cudaUserObjectNoDestructorSync),
              cudaSuccess);
    begin();
    cudaStreamCaptureStatus now{};
    unsigned long long id = 0;
    cudaGraph_t capturing = nullptr;
    const cudaGraphNode_t* dependencies = nullptr;
    const cudaGraphEdgeData* edges = nullptr;
    std::size_t count = 0;
    ASSERT_EQ(cudaMemsetAsync(on_device_before, 1, 1, origin), cudaSuccess);
    ASSERT_EQ(cudaStreamGetCaptureInfo(origin, &now, &id, &capturing, &dependencies, &edges, &count), cudaSuccess);
    EXPECT_EQ(now, cudaStreamCaptureStatusActive);
    EXPECT_EQ(count, 1U);
    cudaGraphNodeType type{};
    ASSERT_EQ(cudaGraphNodeGetType(dependencies[0], &type), cudaSuccess);
    EXPECT_EQ(type, cudaGraphNodeTypeMemset);
    ASSERT_EQ(cudaGraphRetainUserObject(capturing, object, 1, cudaGraphUserObjectMove), cudaSuccess);
    ASSERT_EQ(cudaStreamEndCapture(origin, &graph), cudaSuccess);
    EXPECT_EQ(graph, capturing);
    cudaGraphExec_t exec = nullptr;
    ASSERT_EQ(cudaGraphInstantiate(&exec, graph, 0), cudaSuccess);
    ASSERT_EQ(cudaGraphDestroy(graph), cudaSuccess);
    ASSERT_EQ(cudaGraphLaunch(exec, origin), cudaSuccess);
    ASSERT_EQ(cudaGraphExecDestroy(exec), cudaSuccess);
    EXPECT_EQ(destroyed, 0) << "a launch is in flight";
    EXPECT_EQ(cudaStreamQuery(origin), cudaErrorNotReady);
    EXPECT_EQ(cudaStreamQuery(origin), cudaErrorNotReady);
    EXPECT_EQ(destroyed, 0) << "it has begun, and is not over";
    ASSERT_EQ(cudaStreamSynchronize(origin), cudaSuccess);
    EXPECT_EQ(destroyed, 1);
}

TEST_F(CaptureTest, a_capture_that_fails_gives_its_user_objects_back) {
    static int destroyed;
    static cudaError_t in_destructor;
    destroyed = 0;
    cudaUserObject_t object = nullptr;
    const auto destroy = [](void*) {
        ++destroyed;
        in_destructor = cudaFree(nullptr);
    };
    ASSERT_EQ(cudaUserObjectCreate(&object, nullptr, destroy, 1, cudaUserObjectNoDestructorSync), cudaSuccess);
    begin();
    cudaStreamCaptureStatus now{};
    cudaGraph_t capturing = nullptr;
    ASSERT_EQ(cudaStreamGetCaptureInfo(origin, &now, nullptr, &capturing), cudaSuccess);
    ASSERT_EQ(cudaGraphRetainUserObject(capturing, object, 1, 0), cudaSuccess);
    ASSERT_EQ(cudaUserObjectRelease(object, 1), cudaSuccess);
    EXPECT_EQ(cudaStreamQuery(origin), cudaErrorStreamCaptureUnsupported);
    EXPECT_EQ(cudaStreamEndCapture(origin, &graph), cudaErrorStreamCaptureInvalidated);
    EXPECT_EQ(destroyed, 1);
    EXPECT_EQ(in_destructor, cudaErrorNotPermitted);
    EXPECT_EQ(violation_count(violation::in_callback), 1U);
    EXPECT_EQ(take_violations().size(), 2U);
}

TEST_F(CaptureTest, graph_memory_lives_between_its_nodes) {
    void* memory = nullptr;
    begin();
    int* const plain = on_device_before;
    EXPECT_EQ(cudaFreeAsync(plain, origin), cudaErrorInvalidValue) << "no memory of a graph";
    expect_violation(violation::in_capture);
    ASSERT_EQ(cudaMallocAsync(&memory, 4, origin), cudaSuccess);
    ASSERT_EQ(cudaMemsetAsync(memory, 9, 4, origin), cudaSuccess);
    ASSERT_EQ(cudaMemcpyAsync(plain, memory, 4, cudaMemcpyDeviceToDevice, origin), cudaSuccess);
    ASSERT_EQ(cudaFreeAsync(memory, origin), cudaSuccess);
    ASSERT_EQ(cudaStreamEndCapture(origin, &graph), cudaSuccess);
    cudaGraphExec_t exec = nullptr;
    ASSERT_EQ(cudaGraphInstantiate(&exec, graph, 0), cudaSuccess);
    for (int launch = 0; launch < 2; ++launch) {
        ASSERT_EQ(cudaMemset(plain, 0, 4), cudaSuccess);
        ASSERT_EQ(cudaDeviceSynchronize(), cudaSuccess);
        ASSERT_EQ(cudaGraphLaunch(exec, origin), cudaSuccess);
        ASSERT_EQ(cudaStreamSynchronize(origin), cudaSuccess);
        EXPECT_EQ(value_at(plain), 0x09090909);
    }
}

}  // namespace
}  // namespace simulated_cuda::test
