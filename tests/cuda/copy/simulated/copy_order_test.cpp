// SPDX-License-Identifier: Apache-2.0
// A copy comes after what its stream was given before, also where another device does it.
#include <gtest/gtest.h>

#include <simulated_cuda/control.hpp>

#include "cuda/copy/device_arena.hpp"

#include <ndlease/copy.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::testing {
namespace {

constexpr std::int64_t arena_bytes = 16 << 10;

// The source is filled on the stream itself; neither view has a lease that could know of it. Work runs only when it is waited for, and the other
// device is waited for first.
TEST(copy_order, on_another_device_is_after_the_work_of_the_callers_stream) {
    const Side dst{{30, 20}, {80, 4}, {}, 4, 512};
    const Side src{{30, 20}, {4, 120}, {}, 4, 8192};
    Random random(9);
    const Arena before(random, arena_bytes);
    const Arena filled(random, arena_bytes);
    DeviceArena pinned(Device::cuda_host(), arena_bytes);
    DeviceArena memory(Device::cuda(1), arena_bytes);
    pinned.put(filled.bytes());
    memory.put(before.bytes());
    const Stream stream = Stream::make(Device::cuda(0));
    simulated_cuda::set_scheduler(simulated_cuda::Scheduler::lazy);
    succeed(cudaMemcpyAsync(memory.data(), pinned.data(), arena_bytes, cudaMemcpyDefault, stream.ref().cuda()), "cudaMemcpyAsync");
    copy(memory.view(dst), memory.view(src), stream);
    succeed(cudaSetDevice(1), "cudaSetDevice");
    succeed(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
    succeed(cudaSetDevice(0), "cudaSetDevice");
    stream.synchronize();
    EXPECT_TRUE(memory.get(arena_bytes) == expected_after_copy(filled, dst, src));
    EXPECT_EQ(simulated_cuda::violation_report(), "");
    static_cast<void>(simulated_cuda::take_violations());
}

}  // namespace
}  // namespace ndlease::testing
