// SPDX-License-Identifier: Apache-2.0
// Real threads on the simulated runtime; the thread sanitizer runs these.
#include <algorithm>
#include <array>
#include <mutex>
#include <thread>

#include "simulated.hpp"

namespace simulated_cuda::test {
namespace {

template <class Body>
void on_threads(int count, Body body) {
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) {
        threads.emplace_back(body, i);
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

class Threads : public ::testing::TestWithParam<Scheduler> {
protected:
    void SetUp() override { reset({.scheduler = GetParam()}); }
    void TearDown() override { EXPECT_EQ(violation_report(), ""); }
};

TEST_P(Threads, each_has_its_device_stream_and_errors) {
    std::array<unsigned long long, 4> ids{};
    on_threads(4, [&](int i) {
        int device = -1;
        EXPECT_EQ(cudaSetDevice(i % 2), cudaSuccess);
        EXPECT_EQ(cudaStreamGetId(cudaStreamPerThread, &ids[static_cast<std::size_t>(i)]), cudaSuccess);
        EXPECT_EQ(cudaGetLastError(), cudaSuccess);
        EXPECT_EQ(cudaSetDevice(9), cudaErrorInvalidDevice);
        EXPECT_EQ(cudaGetDevice(&device), cudaSuccess);
        EXPECT_EQ(device, i % 2);
        EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidDevice);
    });
    std::sort(ids.begin(), ids.end());
    EXPECT_EQ(std::unique(ids.begin(), ids.end()), ids.end());
}

TEST_P(Threads, work_in_turn_through_events) {
    constexpr int kThreads = 4, kRounds = 200;
    auto* const memory = on_device<unsigned char>(kThreads);
    on_threads(kThreads, [&](int i) {
        const cudaStream_t stream = make_stream(), other = make_stream();
        const cudaEvent_t event = make_event();
        auto* const host = pinned<unsigned char>(1);
        for (int round = 0; round < kRounds; ++round) {
            EXPECT_EQ(cudaMemsetAsync(memory + i, round, 1, stream), cudaSuccess);
            EXPECT_EQ(cudaEventRecord(event, stream), cudaSuccess);
            EXPECT_EQ(cudaStreamWaitEvent(other, event, 0), cudaSuccess);
            EXPECT_EQ(cudaMemcpyAsync(host, memory + i, 1, cudaMemcpyDeviceToHost, other), cudaSuccess);
            EXPECT_EQ(cudaStreamSynchronize(other), cudaSuccess);
            EXPECT_EQ(*host, static_cast<unsigned char>(round));
        }
        EXPECT_EQ(cudaFreeHost(host), cudaSuccess);
        EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
        EXPECT_EQ(cudaStreamDestroy(other), cudaSuccess);
        EXPECT_EQ(cudaEventDestroy(event), cudaSuccess);
    });
    EXPECT_EQ(cudaFree(memory), cudaSuccess);
    EXPECT_TRUE(reset().none());
}

TEST_P(Threads, host_functions_may_wait_for_locks_of_threads_that_call_cuda) {
    std::mutex mutex;
    struct Shared {
        std::mutex& mutex;
        int count;
    } shared{mutex, 0};
    on_threads(3, [&](int) {
        const cudaStream_t stream = make_stream();
        for (int round = 0; round < 50; ++round) {
            EXPECT_EQ(cudaLaunchHostFunc(
                          stream,
                          [](void* data) {
                              const std::lock_guard lock(static_cast<Shared*>(data)->mutex);
                              ++static_cast<Shared*>(data)->count;
                          },
                          &shared),
                      cudaSuccess);
            const std::lock_guard lock(mutex);
            int device = 0;
            EXPECT_EQ(cudaGetDevice(&device), cudaSuccess);
        }
        EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
    });
    EXPECT_EQ(shared.count, 150);
}

INSTANTIATE_TEST_SUITE_P(Schedulers, Threads, ::testing::Values(Scheduler::eager, Scheduler::lazy, Scheduler::random));

}  // namespace
}  // namespace simulated_cuda::test
