// SPDX-License-Identifier: Apache-2.0
// What the tests of the simulated runtime share: a fresh process for each test, and nothing left behind by it.
#pragma once

#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

#include <numeric>
#include <simulated_cuda/control.hpp>
#include <vector>

namespace simulated_cuda::test {

class Simulated : public ::testing::Test {
protected:
    explicit Simulated(Scheduler scheduler = Scheduler::lazy) { start(scheduler); }
    ~Simulated() override {
        EXPECT_EQ(violation_report(), "") << "take_violations() what a test provokes";
        reset();
    }
    static void start(Scheduler scheduler, std::uint64_t seed = 1) {
        Options options;
        options.scheduler = scheduler;
        options.seed = seed;
        options.log = true;
        reset(options);
    }
};

/// One violation of that kind and no other; forgets it.
inline void expect_violation(std::string_view kind) {
    const std::vector<Violation> seen = take_violations();
    ASSERT_FALSE(seen.empty()) << "no violation, expected: " << kind;
    for (const Violation& violation : seen) {
        EXPECT_EQ(violation.kind, kind) << violation.message;
    }
}

inline cudaStream_t make_stream(unsigned flags = cudaStreamNonBlocking) {
    cudaStream_t stream = nullptr;
    EXPECT_EQ(cudaStreamCreateWithFlags(&stream, flags), cudaSuccess);
    return stream;
}
inline cudaEvent_t make_event(unsigned flags = cudaEventDisableTiming) {
    cudaEvent_t event = nullptr;
    EXPECT_EQ(cudaEventCreateWithFlags(&event, flags), cudaSuccess);
    return event;
}
template <class T = int>
T* on_device(std::size_t count) {
    void* pointer = nullptr;
    EXPECT_EQ(cudaMalloc(&pointer, count * sizeof(T)), cudaSuccess);
    return static_cast<T*>(pointer);
}
template <class T = int>
T* pinned(std::size_t count) {
    void* pointer = nullptr;
    EXPECT_EQ(cudaMallocHost(&pointer, count * sizeof(T)), cudaSuccess);
    return static_cast<T*>(pointer);
}
/// What the memory holds, past all queues.
template <class T>
T value_at(const T* address) {
    T value{};
    EXPECT_TRUE(peek(&value, address, sizeof value));
    return value;
}

}  // namespace simulated_cuda::test
