// SPDX-License-Identifier: Apache-2.0
// Each operation on streams and events does what its contract says, on each device, and leaves the thread where it was.
#include <cuda_runtime_api.h>

#include <cstdint>
#include <set>
#include <thread>
#include <vector>

#include "cuda/on_device.hpp"
#include "cuda/operation_fixture.hpp"

namespace ndlease::testing {
namespace {

using detail::CaptureState;
using detail::NativeStream;
using detail::Outcome;

class stream_operations : public OnDevice {};

TEST_F(stream_operations, streams_are_of_their_device_and_do_not_block) {
    for (int device = 0; device < cuda_device_count(); ++device) {
        const NativeStreamOwner stream(device);
        int found = -1;
        ASSERT_TRUE(succeeds(operations().stream_device(stream.get().handle, &found)));
        EXPECT_EQ(found, device);
        unsigned flags = 0;
        ASSERT_EQ(cudaStreamGetFlags(static_cast<cudaStream_t>(stream.get().handle), &flags), cudaSuccess);
        EXPECT_EQ(flags, static_cast<unsigned>(cudaStreamNonBlocking));
        EXPECT_TRUE(succeeds(operations().query_stream(stream.get())));
        EXPECT_TRUE(succeeds(operations().synchronize_stream(stream.get())));
        EXPECT_TRUE(succeeds(operations().synchronize_device(device)));
    }
}

TEST_F(stream_operations, a_device_that_is_not_there_fails) {
    void* stream = nullptr;
    const detail::Result result = operations().make_stream(cuda_device_count(), 0, &stream);
    EXPECT_EQ(result.outcome, Outcome::failed);
    EXPECT_EQ(result.native, cudaErrorInvalidDevice);
    EXPECT_STREQ(result.call, "cudaSetDevice");
    EXPECT_NE(operations().describe(result).find("cudaSetDevice: cudaErrorInvalidDevice (101): "), std::string::npos) << operations().describe(result);
    EXPECT_EQ(stream, nullptr);
}

TEST_F(stream_operations, ids_are_unique_and_per_thread) {
    std::set<std::uint64_t> ids;
    std::uint64_t id = 0;
    for (int i = 0; i < 8; ++i) {
        const NativeStreamOwner stream(0);  // its handle may come again
        ASSERT_TRUE(succeeds(operations().stream_id(stream.get(), &id)));
        EXPECT_TRUE(ids.insert(id).second) << id;
    }
    const NativeStream per_thread{0, operations().default_stream(true)};
    ASSERT_TRUE(succeeds(operations().stream_id(per_thread, &id)));
    std::uint64_t elsewhere = 0;
    std::thread([&] { EXPECT_TRUE(succeeds(operations().stream_id(per_thread, &elsewhere))); }).join();
    EXPECT_NE(id, elsewhere);
    std::uint64_t again = 0;
    ASSERT_TRUE(succeeds(operations().stream_id(per_thread, &again)));
    EXPECT_EQ(id, again);
}

TEST_F(stream_operations, default_streams_are_known_by_handle) {
    EXPECT_TRUE(operations().is_legacy_default(operations().default_stream(false)));
    EXPECT_TRUE(operations().is_per_thread_default(operations().default_stream(true)));
    EXPECT_FALSE(operations().is_legacy_default(operations().default_stream(true)));
    const NativeStreamOwner stream(0);
    EXPECT_FALSE(operations().is_legacy_default(stream.get().handle));
    EXPECT_FALSE(operations().is_per_thread_default(stream.get().handle));
    CaptureState capture;
    EXPECT_TRUE(succeeds(operations().stream_capture({0, operations().default_stream(false)}, &capture)));
    EXPECT_FALSE(capture.active);
}

TEST_F(stream_operations, events_mark_work_and_order_streams) {
    constexpr std::size_t bytes = 1 << 20;
    void* memory = nullptr;
    ASSERT_EQ(cudaMalloc(&memory, bytes), cudaSuccess);
    {
        const NativeStreamOwner first(0);
        const NativeStreamOwner second(0);
        const NativeEventOwner event(0);
        EXPECT_TRUE(succeeds(operations().query_event(event.get())));  // nothing recorded: done
        ASSERT_EQ(cudaMemsetAsync(memory, 5, bytes, static_cast<cudaStream_t>(first.get().handle)), cudaSuccess);
        ASSERT_TRUE(succeeds(operations().record(event.get(), first.get())));
        ASSERT_TRUE(succeeds(operations().wait(second.get(), event.get(), false)));
        std::vector<unsigned char> found(bytes);
        ASSERT_EQ(cudaMemcpyAsync(found.data(), memory, bytes, cudaMemcpyDefault, static_cast<cudaStream_t>(second.get().handle)), cudaSuccess);
        ASSERT_TRUE(succeeds(operations().synchronize_stream(second.get())));
        EXPECT_EQ(found, std::vector<unsigned char>(bytes, 5));
        EXPECT_TRUE(succeeds(operations().synchronize_event(event.get())));
        EXPECT_TRUE(succeeds(operations().query_event(event.get())));
    }
    ASSERT_EQ(cudaFree(memory), cudaSuccess);
}

class stream_operations_of_two : public OnTwoDevices {};

TEST_F(stream_operations_of_two, waits_cross_devices) {
    const NativeStreamOwner first(0);
    const NativeStreamOwner second(1);
    const NativeEventOwner event(0);
    ASSERT_TRUE(succeeds(operations().record(event.get(), first.get())));
    ASSERT_TRUE(succeeds(operations().wait(second.get(), event.get(), false)));
    ASSERT_TRUE(succeeds(operations().synchronize_stream(second.get())));
    const NativeEventOwner others(1);
    EXPECT_EQ(operations().record(others.get(), first.get()).outcome, Outcome::failed) << "an event of another device";
#if defined(NDLEASE_SIMULATED_CUDA)
    EXPECT_EQ(simulated_cuda::take_violations().size(), 1U);  // the one that was meant
#endif
}

}  // namespace
}  // namespace ndlease::testing
