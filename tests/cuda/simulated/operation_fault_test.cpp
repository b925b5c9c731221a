// SPDX-License-Identifier: Apache-2.0
// Each operation, with each of its calls failing with each kind of error, with and without an error of the caller's pending: the outcome says what it was,
// and the thread's current device, last error and capture mode are as before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "classify.hpp"
#include "cuda/operation_fixture.hpp"
#include "cuda/simulated/fresh.hpp"

namespace ndlease::testing {
namespace {

using detail::NativeStream;
using detail::Outcome;
using detail::Result;

constexpr cudaError_t faults[] = {
    cudaErrorInvalidValue,          cudaErrorMemoryAllocation, cudaErrorCudartUnloading,          cudaErrorInvalidDevice,
    cudaErrorInvalidResourceHandle, cudaErrorNotReady,         cudaErrorIllegalAddress,           cudaErrorLaunchFailure,
    cudaErrorContextIsDestroyed,    cudaErrorECCUncorrectable, cudaErrorStreamCaptureUnsupported, cudaErrorStreamCaptureInvalidated,
    cudaErrorCapturedEvent,         cudaErrorUnknown};

/// Handles that the operations work on; on device 1, while the thread is on device 0.
struct Handles {
    NativeStream stream{1, nullptr};
    NativeStream capturing{1, nullptr};
    NativeStream made_stream{1, nullptr};
    void* event = nullptr;
    void* made_event = nullptr;

    Handles() {
        EXPECT_TRUE(succeeds(operations().make_stream(1, 0, &stream.handle)));
        EXPECT_TRUE(succeeds(operations().make_stream(1, 0, &capturing.handle)));
        EXPECT_TRUE(succeeds(operations().make_event(1, &event)));
        EXPECT_TRUE(succeeds(operations().record(event, stream)));
    }
    Handles(const Handles&) = delete;
    Handles& operator=(const Handles&) = delete;
    ~Handles() {
        for (void* one : {event, made_event}) {
            if (one != nullptr) operations().destroy_event(1, one);
        }
        for (const NativeStream one : {stream, capturing, made_stream}) {
            if (one.handle != nullptr) {
                EXPECT_TRUE(succeeds(operations().destroy_stream(one)));
            }
        }
    }
};

struct Operation {
    const char* name;
    std::function<Result(Handles&)> run;  ///< a success leaves nothing behind
};

int drops = 0;

std::vector<Operation> all_operations() {
    return {
        {"make_stream", [](Handles& handles) { return operations().make_stream(1, 0, &handles.made_stream.handle); }},
        {"destroy_stream",
         [](Handles& handles) {
             const Result result = operations().destroy_stream(handles.stream);
             if (result.ok()) handles.stream.handle = nullptr;
             return result;
         }},
        {"stream_device",
         [](Handles& handles) {
             int device = -1;
             const Result result = operations().stream_device(handles.stream.handle, &device);
             if (result.ok()) {
                 EXPECT_EQ(device, 1);
             }
             return result;
         }},
        {"stream_id",
         [](Handles& handles) {
             std::uint64_t id = 0;
             return operations().stream_id(handles.stream, &id);
         }},
        {"stream_capture",
         [](Handles& handles) {
             detail::CaptureState state;
             return operations().stream_capture(handles.stream, &state);
         }},
        {"identify_stream",
         [](Handles& handles) {
             detail::StreamIdentity identity;
             return operations().identify_stream(handles.stream, &identity);
         }},
        {"query_stream", [](Handles& handles) { return operations().query_stream(handles.stream); }},
        {"synchronize_stream", [](Handles& handles) { return operations().synchronize_stream(handles.stream); }},
        {"synchronize_device", [](Handles&) { return operations().synchronize_device(1); }},
        {"make_event", [](Handles& handles) { return operations().make_event(1, &handles.made_event); }},
        {"record", [](Handles& handles) { return operations().record(handles.event, handles.stream); }},
        {"identify_and_record",
         [](Handles& handles) {
             detail::StreamIdentity identity;
             return operations().identify_and_record(handles.event, handles.stream, &identity);
         }},
        {"wait", [](Handles& handles) { return operations().wait(handles.stream, handles.event, false); }},
        {"query_event", [](Handles& handles) { return operations().query_event(handles.event); }},
        {"synchronize_event", [](Handles& handles) { return operations().synchronize_event(handles.event); }},
        {"keep_in_graph", [](Handles& handles) { return operations().keep_in_graph(handles.capturing, &drops, [](void*) { ++drops; }); }},
    };
}

class operation_fault : public ::testing::TestWithParam<bool> {};

TEST_P(operation_fault, leaves_device_last_error_and_capture_mode) {
    const bool pending = GetParam();
    int runs = 0;
    for (const Operation& operation : all_operations()) {
        const bool captures = std::string(operation.name) == "keep_in_graph";
        for (const cudaError_t fault : faults) {
            for (std::uint64_t ordinal = 1;; ++ordinal) {
                const std::string about = std::string(operation.name) + ", call " + std::to_string(ordinal) + " fails with " + cudaGetErrorName(fault);
                static_cast<void>(start_fresh());
                drops = 0;
                Handles handles;
                const auto capturing = static_cast<cudaStream_t>(handles.capturing.handle);
                if (captures) {
                    ASSERT_EQ(cudaStreamBeginCapture(capturing, cudaStreamCaptureModeRelaxed), cudaSuccess);
                }
                if (pending) {
                    EXPECT_EQ(cudaSetDevice(99), cudaErrorInvalidDevice);
                }
                simulated_cuda::fail_call(ordinal, fault);
                const Result result = operation.run(handles);
                const std::uint64_t calls = simulated_cuda::calls();
                simulated_cuda::clear_faults();
                const bool failed = calls >= ordinal;
                EXPECT_EQ(cudaGetLastError(), pending ? cudaErrorInvalidDevice : cudaSuccess) << about;
                int device = -1;
                EXPECT_EQ(cudaGetDevice(&device), cudaSuccess);
                EXPECT_EQ(device, 0) << about;
                cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal;
                EXPECT_EQ(cudaThreadExchangeStreamCaptureMode(&mode), cudaSuccess);
                EXPECT_EQ(mode, cudaStreamCaptureModeGlobal) << about;
                if (!failed) {
                    EXPECT_TRUE(result.ok()) << about;
                } else if (!result.ok()) {  // else the call was one that is made again when it fails
                    EXPECT_EQ(result.outcome, gpu::outcome_of(fault)) << about;
                    EXPECT_EQ(result.native, fault) << about;
                    EXPECT_THAT(operations().describe(result), ::testing::HasSubstr(cudaGetErrorName(fault)));
                    EXPECT_EQ(std::string(result.call).substr(0, 4), "cuda") << about;
                    EXPECT_EQ(drops, 0) << about;
                }
                if (captures) {
                    cudaGraph_t graph = nullptr;
                    ASSERT_EQ(cudaStreamEndCapture(capturing, &graph), cudaSuccess) << about;
                    ASSERT_EQ(cudaGraphDestroy(graph), cudaSuccess);
                    EXPECT_EQ(drops, result.ok() ? 1 : 0) << about;
                }
                EXPECT_EQ(simulated_cuda::violation_report(), "") << about;
                ++runs;
                if (!failed) break;
                ASSERT_LT(ordinal, 30U) << about;
            }
        }
        if (HasFailure()) return;
    }
    EXPECT_GT(runs, 400);
}

INSTANTIATE_TEST_SUITE_P(pending, operation_fault, ::testing::Values(true));
INSTANTIATE_TEST_SUITE_P(no_pending, operation_fault, ::testing::Values(false));

TEST(lost_device, is_told_from_other_failures_and_stays) {
    static_cast<void>(start_fresh());
    void* event = nullptr;
    ASSERT_TRUE(succeeds(operations().make_event(0, &event)));
    simulated_cuda::inject(cudaErrorIllegalAddress);
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(operations().query_event(event).outcome, Outcome::device_lost);
        EXPECT_EQ(operations().synchronize_device(1).outcome, Outcome::device_lost);
        EXPECT_EQ(operations().make_event(0, &event).outcome, Outcome::device_lost);
    }
    static_cast<void>(start_fresh());
}

TEST(work_that_runs, is_not_ready) {
    static_cast<void>(start_fresh({.scheduler = simulated_cuda::Scheduler::lazy}));
    {
        void* memory = nullptr;
        ASSERT_EQ(cudaMalloc(&memory, 64), cudaSuccess);
        const NativeStreamOwner stream(0);
        const NativeEventOwner event(0);
        for (int i = 0; i < 8; ++i) ASSERT_EQ(cudaMemsetAsync(memory, i, 64, static_cast<cudaStream_t>(stream.get().handle)), cudaSuccess);
        ASSERT_TRUE(succeeds(operations().record(event.get(), stream.get())));
        EXPECT_EQ(operations().query_event(event.get()).outcome, Outcome::not_ready);
        EXPECT_EQ(operations().query_stream(stream.get()).outcome, Outcome::not_ready);
        EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess);
        EXPECT_TRUE(succeeds(operations().synchronize_event(event.get())));
        EXPECT_TRUE(succeeds(operations().query_event(event.get())));
        ASSERT_EQ(cudaFree(memory), cudaSuccess);
    }
    EXPECT_EQ(simulated_cuda::violation_report(), "");
    EXPECT_TRUE(start_fresh().none());
}

}  // namespace
}  // namespace ndlease::testing
