// SPDX-License-Identifier: Apache-2.0
// An error that the caller has pending stays, and none of ours is left.
#include <cuda_runtime_api.h>

#include <thread>

#include "classify.hpp"
#include "cuda/on_device.hpp"
#include "cuda/operation_fixture.hpp"
#include "isolated.hpp"

namespace ndlease::testing {
namespace {

using detail::Outcome;

class last_error : public OnDevice {
protected:
    static void make_pending() {
        EXPECT_EQ(cudaSetDevice(4711), cudaErrorInvalidDevice);
        ASSERT_EQ(cudaPeekAtLastError(), cudaErrorInvalidDevice);
    }
};

TEST_F(last_error, a_failure_leaves_none) {
    void* stream = nullptr;
    EXPECT_EQ(operations().make_stream(4711, 0, &stream).outcome, Outcome::failed);
    EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess);
    EXPECT_EQ(gpu::isolated(0, [] { return cudaSetDevice(4711); }), cudaErrorInvalidDevice);
    EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess);
}

TEST_F(last_error, pending_ones_survive_success_and_failure) {
    const NativeStreamOwner stream(0);
    const NativeEventOwner event(0);
    make_pending();
    EXPECT_TRUE(succeeds(operations().record(event.get(), stream.get())));
    EXPECT_TRUE(succeeds(operations().synchronize_event(event.get())));
    EXPECT_EQ(cudaPeekAtLastError(), cudaErrorInvalidDevice);
    void* none = nullptr;
    EXPECT_EQ(operations().make_stream(4712, 0, &none).outcome, Outcome::failed);
    EXPECT_EQ(cudaPeekAtLastError(), cudaErrorInvalidDevice);
    EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidDevice);
}

TEST_F(last_error, calls_beside_a_pending_one_are_made_on_another_thread) {
    std::thread::id where = std::this_thread::get_id();
    EXPECT_EQ(gpu::isolated(0, [&] { return where = std::this_thread::get_id(), cudaSuccess; }), cudaSuccess);
    EXPECT_EQ(where, std::this_thread::get_id());
    make_pending();
    EXPECT_EQ(gpu::isolated(0, [&] { return where = std::this_thread::get_id(), cudaSuccess; }), cudaSuccess);
    EXPECT_NE(where, std::this_thread::get_id());
    // Where the thread's own default stream is meant, it stays here.
    const auto per_thread = StreamRef::per_thread_default(Device::cuda(0));
    EXPECT_EQ(gpu::isolated(per_thread, [&] { return where = std::this_thread::get_id(), cudaSuccess; }), cudaSuccess);
    EXPECT_EQ(where, std::this_thread::get_id());
    EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidDevice);
}

class last_error_of_two : public OnTwoDevices {};

TEST_F(last_error_of_two, default_streams_are_of_the_callers_device) {
    ASSERT_EQ(cudaSetDevice(1), cudaSuccess);
    EXPECT_EQ(cudaSetDevice(4711), cudaErrorInvalidDevice);
    for (const bool per_thread : {false, true}) {
        int device = -1;
        EXPECT_TRUE(succeeds(operations().stream_device(operations().default_stream(per_thread), &device)));
        EXPECT_EQ(device, 1);
    }
    EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidDevice);
    ASSERT_EQ(cudaSetDevice(0), cudaSuccess);
}

TEST(outcome, of_each_kind_of_code) {
    using gpu::outcome_of;
    EXPECT_EQ(outcome_of(cudaSuccess), Outcome::ok);
    EXPECT_EQ(outcome_of(cudaErrorNotReady), Outcome::not_ready);
    EXPECT_EQ(outcome_of(cudaErrorMemoryAllocation), Outcome::out_of_memory);
    EXPECT_EQ(outcome_of(cudaErrorCudartUnloading), Outcome::unavailable);
    for (int code = 900; code <= 908; ++code) EXPECT_EQ(outcome_of(static_cast<cudaError_t>(code)), Outcome::capturing) << code;
    for (const int code : {214, 220, 226, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719, 721, 810, 911}) {
        EXPECT_EQ(outcome_of(static_cast<cudaError_t>(code)), Outcome::device_lost) << code;
    }
    for (const int code : {1, 3, 35, 100, 101, 400, 701, 704, 708, 720, 801, 899, 909, 999}) {
        EXPECT_EQ(outcome_of(static_cast<cudaError_t>(code)), Outcome::failed) << code;
    }
}

}  // namespace
}  // namespace ndlease::testing
