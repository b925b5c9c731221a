// SPDX-License-Identifier: Apache-2.0
// Planted faults, lost devices, exiting and forked processes, machines without a device.
#include <sys/wait.h>
#include <unistd.h>

#include "simulated.hpp"

namespace simulated_cuda::test {
namespace {

class Fault : public Simulated {};

TEST_F(Fault, each_call_in_turn_fails_once_and_has_no_effect) {
    std::uint64_t ordinal = 1;
    for (;; ++ordinal) {
        start(Scheduler::lazy);
        fail_call(ordinal, cudaErrorMemoryAllocation);
        void* memory = nullptr;
        cudaStream_t stream = nullptr;
        std::vector<cudaError_t> results{cudaStreamCreate(&stream)};
        results.push_back(cudaMalloc(&memory, 4));
        EXPECT_EQ(memory == nullptr, ordinal == 2);
        if (ordinal == 2) {
            EXPECT_EQ(cudaPeekAtLastError(), cudaErrorMemoryAllocation);
        }
        results.push_back(cudaFree(memory));
        if (ordinal == 1) {
            EXPECT_EQ(stream, nullptr);
        } else {
            results.push_back(cudaStreamDestroy(stream));
        }
        for (std::size_t i = 0; i < results.size(); ++i) {
            EXPECT_EQ(results[i], i + 1 == ordinal ? cudaErrorMemoryAllocation : cudaSuccess);
        }
        if (ordinal == 3) {
            EXPECT_EQ(live_allocations().size(), 1U) << "the free that failed freed nothing";
        }
        if (calls() < ordinal) {
            break;
        }
    }
    EXPECT_EQ(ordinal, 5U);
}

TEST_F(Fault, limited_to_names_and_persistent) {
    fail_call(2, cudaErrorMemoryAllocation, true, {"cudaMalloc"});
    void* memory = nullptr;
    EXPECT_EQ(cudaMalloc(&memory, 4), cudaSuccess);
    EXPECT_EQ(cudaFree(nullptr), cudaSuccess);
    EXPECT_EQ(cudaMalloc(&memory, 4), cudaErrorMemoryAllocation);
    EXPECT_EQ(cudaMalloc(&memory, 4), cudaErrorMemoryAllocation);
    EXPECT_EQ(calls(), 3U);
    clear_faults();
    fail_next("cudaFree", cudaErrorUnknown);
    EXPECT_EQ(cudaMalloc(&memory, 4), cudaSuccess);
    EXPECT_EQ(cudaFree(memory), cudaErrorUnknown);
    EXPECT_EQ(cudaFree(memory), cudaSuccess);
}

TEST_F(Fault, the_last_error_belongs_to_the_thread_and_is_taken_once) {
    EXPECT_EQ(cudaSetDevice(99), cudaErrorInvalidDevice);
    EXPECT_EQ(cudaFree(nullptr), cudaSuccess);
    EXPECT_EQ(cudaPeekAtLastError(), cudaErrorInvalidDevice);
    EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidDevice);
    EXPECT_EQ(cudaGetLastError(), cudaSuccess);
}

TEST_F(Fault, a_lost_device_answers_every_call_and_drops_its_work) {
    const cudaStream_t stream = make_stream();
    int* const memory = on_device(1);
    static int host_functions;
    static cudaError_t callback_status;
    host_functions = 0;
    callback_status = cudaSuccess;
    ASSERT_EQ(cudaMemsetAsync(memory, 1, 4, stream), cudaSuccess);
    ASSERT_EQ(cudaLaunchHostFunc(
                  stream, [](void*) { ++host_functions; }, nullptr),
              cudaSuccess);
    ASSERT_EQ(cudaStreamAddCallback(
                  stream, [](cudaStream_t, cudaError_t status, void*) { callback_status = status; }, nullptr, 0),
              cudaSuccess);
    inject(cudaErrorIllegalAddress);
    EXPECT_EQ(pending_work(), 0U);
    EXPECT_EQ(host_functions, 0);
    EXPECT_EQ(callback_status, cudaErrorIllegalAddress);
    EXPECT_EQ(value_at(memory), static_cast<int>(0xA5A5A5A5));
    EXPECT_EQ(cudaStreamSynchronize(stream), cudaErrorIllegalAddress);
    EXPECT_EQ(cudaFree(memory), cudaErrorIllegalAddress);
    EXPECT_EQ(cudaGetLastError(), cudaErrorIllegalAddress);
    EXPECT_EQ(cudaGetLastError(), cudaErrorIllegalAddress);
    EXPECT_STREQ(cudaGetErrorName(cudaErrorIllegalAddress), "cudaErrorIllegalAddress");
    EXPECT_STREQ(cudaGetErrorString(cudaErrorIllegalAddress), "illegal address");
}

TEST_F(Fault, errors_may_show_when_work_runs) {
    const cudaStream_t stream = make_stream();
    int* const memory = on_device(1);
    inject_when_work_runs(cudaErrorLaunchFailure);
    EXPECT_EQ(cudaMemsetAsync(memory, 1, 4, stream), cudaSuccess);
    EXPECT_EQ(cudaStreamQuery(stream), cudaErrorLaunchFailure);
    EXPECT_EQ(cudaStreamSynchronize(stream), cudaErrorLaunchFailure);
}

TEST_F(Fault, persistent_sticky_faults_lose_the_device_at_that_call) {
    fail_call(2, cudaErrorLaunchFailure, true);
    EXPECT_EQ(cudaFree(nullptr), cudaSuccess);
    EXPECT_EQ(cudaFree(nullptr), cudaErrorLaunchFailure);
    EXPECT_EQ(cudaGetLastError(), cudaErrorLaunchFailure);
    EXPECT_EQ(cudaGetLastError(), cudaErrorLaunchFailure);
}

TEST_F(Fault, calls_at_exit_are_violations) {
    enter_exit();
    EXPECT_EQ(cudaFree(nullptr), cudaErrorCudartUnloading);
    expect_violation(violation::after_exit);
}

TEST_F(Fault, forked_children_are_refused_and_counted) {
    const std::uint64_t before = calls_in_forked_children();
    const pid_t child = fork();
    if (child == 0) {
        _exit(cudaFree(nullptr) == cudaErrorInitializationError && cudaDeviceSynchronize() == cudaErrorInitializationError ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(calls_in_forked_children() - before, 2U);
    EXPECT_EQ(cudaFree(nullptr), cudaSuccess);
}

TEST_F(Fault, machines_without_device_or_driver) {
    for (const cudaError_t absence : {cudaErrorNoDevice, cudaErrorInsufficientDriver}) {
        Options options;
        options.absence = absence;
        reset(options);
        int count = -1;
        EXPECT_EQ(cudaGetDeviceCount(&count), absence);
        EXPECT_EQ(cudaGetLastError(), absence);
        EXPECT_EQ(cudaGetLastError(), cudaSuccess);
        int version = -1;
        EXPECT_EQ(cudaDriverGetVersion(&version), cudaSuccess);
        EXPECT_EQ(version, absence == cudaErrorNoDevice ? CUDART_VERSION : 0);
    }
}

TEST_F(Fault, calls_are_logged_in_order) {
    const cudaStream_t stream = make_stream();
    unsigned long long id = 0;
    ASSERT_EQ(cudaStreamGetId(stream, &id), cudaSuccess);
    EXPECT_EQ(cudaSetDevice(7), cudaErrorInvalidDevice);
    const std::vector<LoggedCall> log = call_log();
    ASSERT_EQ(log.size(), 3U);
    EXPECT_EQ(log[1].name, "cudaStreamGetId");
    EXPECT_EQ(log[1].stream_id, id);
    EXPECT_EQ(log[2].result, cudaErrorInvalidDevice);
}

}  // namespace
}  // namespace simulated_cuda::test
