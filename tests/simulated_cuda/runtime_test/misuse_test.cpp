// SPDX-License-Identifier: Apache-2.0
// Planted mistakes, each of which must be reported.
#include <cstring>

#include "../runtime/kernel_side.hpp"
#include "simulated.hpp"

namespace simulated_cuda::test {
namespace {

class Misuse : public Simulated {};

TEST_F(Misuse, missing_synchronisation_shows_under_lazy_and_not_under_eager) {
    const auto read_too_early = [](Scheduler scheduler) {
        reset({.scheduler = scheduler});
        const cudaStream_t stream = make_stream();
        int *const memory = on_device(1), *const host = pinned(1);
        *host = 0;
        EXPECT_EQ(cudaMemsetAsync(memory, 1, sizeof(int), stream), cudaSuccess);
        EXPECT_EQ(cudaMemcpyAsync(host, memory, sizeof(int), cudaMemcpyDeviceToHost, stream), cudaSuccess);
        EXPECT_EQ(used_by_pending_work(host, sizeof(int)), scheduler == Scheduler::lazy);
        return *host;
    };
    EXPECT_EQ(read_too_early(Scheduler::eager), 0x01010101);
    EXPECT_EQ(read_too_early(Scheduler::lazy), 0);
}

TEST_F(Misuse, free_while_queued_work_uses_the_memory) {
    for (const Scheduler scheduler : {Scheduler::eager, Scheduler::lazy}) {
        start(scheduler);
        const cudaStream_t stream = make_stream();
        int* const memory = on_device(1);
        ASSERT_EQ(cudaMemsetAsync(memory, 1, sizeof(int), stream), cudaSuccess);
        ASSERT_EQ(cudaFree(memory), cudaSuccess);
        expect_violation(violation::early_free);
    }
}

TEST_F(Misuse, free_after_the_host_waited_by_any_means_is_right) {
    const cudaStream_t stream = make_stream(), other = make_stream();
    const cudaEvent_t event = make_event();
    for (int way = 0; way < 5; ++way) {
        int* const memory = on_device(1);
        ASSERT_EQ(cudaMemsetAsync(memory, 1, sizeof(int), stream), cudaSuccess);
        ASSERT_EQ(cudaEventRecord(event, stream), cudaSuccess);
        switch (way) {
            case 0: ASSERT_EQ(cudaStreamSynchronize(stream), cudaSuccess); break;
            case 1: ASSERT_EQ(cudaEventSynchronize(event), cudaSuccess); break;
            case 2: ASSERT_EQ(cudaDeviceSynchronize(), cudaSuccess); break;
            case 3:
                while (cudaEventQuery(event) != cudaSuccess) {
                }
                break;
            case 4:
                ASSERT_EQ(cudaStreamWaitEvent(other, event, 0), cudaSuccess);
                ASSERT_EQ(cudaStreamSynchronize(other), cudaSuccess);
                break;
        }
        ASSERT_EQ(cudaFree(memory), cudaSuccess);
        EXPECT_EQ(violation_report(), "") << "way " << way;
    }
}

TEST_F(Misuse, free_on_another_device_than_the_user_is_early_even_when_not_strict) {
    Options options;
    options.scheduler = Scheduler::lazy;
    options.strict = false;
    reset(options);
    int* const here = on_device(1);
    ASSERT_EQ(cudaSetDevice(1), cudaSuccess);
    int* const there = on_device(1);
    const cudaStream_t stream = make_stream();
    ASSERT_EQ(cudaMemcpyPeerAsync(there, 1, here, 0, sizeof(int), stream), cudaSuccess);
    ASSERT_EQ(cudaFree(here), cudaSuccess);
    expect_violation(violation::early_free);
    ASSERT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
    expect_violation(violation::dead_memory);
}

TEST_F(Misuse, stream_ordered_free_needs_an_order_after_every_user) {
    for (const Scheduler scheduler : {Scheduler::eager, Scheduler::lazy}) {
        start(scheduler);
        const cudaStream_t user = make_stream(), freeing = make_stream();
        const cudaEvent_t event = make_event();
        void *right = nullptr, *wrong = nullptr;
        ASSERT_EQ(cudaMallocAsync(&right, 4, freeing), cudaSuccess);
        ASSERT_EQ(cudaMallocAsync(&wrong, 4, freeing), cudaSuccess);
        ASSERT_EQ(cudaStreamSynchronize(freeing), cudaSuccess);
        ASSERT_EQ(cudaMemsetAsync(right, 1, 4, user), cudaSuccess);
        ASSERT_EQ(cudaEventRecord(event, user), cudaSuccess);
        ASSERT_EQ(cudaStreamWaitEvent(freeing, event, 0), cudaSuccess);
        ASSERT_EQ(cudaFreeAsync(right, freeing), cudaSuccess);
        EXPECT_EQ(violation_report(), "");
        ASSERT_EQ(cudaMemsetAsync(wrong, 1, 4, user), cudaSuccess);
        ASSERT_EQ(cudaFreeAsync(wrong, freeing), cudaSuccess);
        expect_violation(violation::early_free);
    }
}

// A kernel that touches one address: the runtime learns of it when the kernel runs.
cudaError_t touch(const void* address, cudaStream_t stream) {
    KernelLaunch launch;
    launch.name = "touch";
    launch.grid = launch.block = dim3(1);
    launch.run = [address] { ASSERT_NE(block_containing(reinterpret_cast<std::uintptr_t>(address)), nullptr); };
    return enqueue_kernel(stream, std::move(launch));
}

TEST_F(Misuse, frees_under_kernels_are_early_in_every_schedule) {
    for (const Scheduler scheduler : {Scheduler::eager, Scheduler::lazy}) {
        start(scheduler);
        const cudaStream_t user = make_stream();
        void *const first = on_device(1), *const waited_for = on_device(1);
        ASSERT_EQ(touch(first, user), cudaSuccess);
        ASSERT_EQ(cudaFree(first), cudaSuccess);
        expect_violation(violation::early_free);
        ASSERT_EQ(touch(waited_for, user), cudaSuccess);
        ASSERT_EQ(cudaStreamSynchronize(user), cudaSuccess);
        ASSERT_EQ(cudaFree(waited_for), cudaSuccess);
        EXPECT_EQ(violation_report(), "");
    }
}

TEST_F(Misuse, unordered_free_after_the_kernel_ran_is_still_early) {
    const cudaStream_t user = make_stream(), freeing = make_stream();
    void* memory = nullptr;
    ASSERT_EQ(cudaMallocAsync(&memory, 4, user), cudaSuccess);
    ASSERT_EQ(cudaMemsetAsync(memory, 1, 4, user), cudaSuccess);
    ASSERT_EQ(cudaStreamSynchronize(user), cudaSuccess);
    ASSERT_EQ(touch(memory, user), cudaSuccess);
    ASSERT_EQ(cudaFreeAsync(memory, freeing), cudaSuccess);
    EXPECT_EQ(violation_report(), "") << "nobody knows yet";
    const cudaEvent_t event = make_event();
    ASSERT_EQ(cudaEventRecord(event, user), cudaSuccess);
    while (pending_work() > 2) {
        EXPECT_EQ(cudaEventQuery(event), cudaErrorNotReady);
    }
    run_all();
    expect_violation(violation::early_free);
}

TEST_F(Misuse, use_after_a_stream_ordered_free) {
    const cudaStream_t stream = make_stream();
    void* memory = nullptr;
    ASSERT_EQ(cudaMallocAsync(&memory, 4, stream), cudaSuccess);
    ASSERT_EQ(cudaFreeAsync(memory, stream), cudaSuccess);
    EXPECT_EQ(cudaMemsetAsync(memory, 1, 4, stream), cudaErrorInvalidValue);
    expect_violation(violation::dead_memory);
}

TEST_F(Misuse, use_on_a_stream_not_ordered_after_the_allocation) {
    const cudaStream_t a = make_stream(), b = make_stream();
    void* memory = nullptr;
    ASSERT_EQ(cudaMallocAsync(&memory, 4, a), cudaSuccess);
    ASSERT_EQ(cudaMemsetAsync(memory, 1, 4, b), cudaSuccess);
    expect_violation(violation::not_ordered);
    const cudaEvent_t event = make_event();
    ASSERT_EQ(cudaEventRecord(event, a), cudaSuccess);
    ASSERT_EQ(cudaStreamWaitEvent(b, event, 0), cudaSuccess);
    ASSERT_EQ(cudaMemsetAsync(memory, 1, 4, b), cudaSuccess);
}

TEST_F(Misuse, double_free_and_free_of_what_is_none) {
    int* const memory = on_device(4);
    ASSERT_EQ(cudaFree(memory), cudaSuccess);
    EXPECT_EQ(cudaFree(memory), cudaErrorInvalidValue);
    expect_violation(violation::double_free);
    int* const other = on_device(4);
    EXPECT_EQ(cudaFree(other + 1), cudaErrorInvalidValue);
    expect_violation(violation::bad_free);
    EXPECT_EQ(cudaFreeHost(other), cudaErrorInvalidValue);
    expect_violation(violation::bad_free);
    int local = 0;
    EXPECT_EQ(cudaFree(&local), cudaErrorInvalidValue);
    expect_violation(violation::bad_free);
    ASSERT_EQ(cudaFreeAsync(other, nullptr), cudaSuccess);
    EXPECT_EQ(cudaFreeAsync(other, nullptr), cudaErrorInvalidValue);
    expect_violation(violation::double_free);
    EXPECT_EQ(cudaFree(nullptr), cudaSuccess);
}

TEST_F(Misuse, dead_streams_and_events) {
    const cudaStream_t stream = make_stream();
    const cudaEvent_t event = make_event();
    ASSERT_EQ(cudaStreamDestroy(stream), cudaSuccess);
    EXPECT_EQ(cudaStreamSynchronize(stream), cudaErrorInvalidResourceHandle);
    EXPECT_EQ(cudaEventRecord(event, stream), cudaErrorInvalidResourceHandle);
    EXPECT_EQ(cudaStreamDestroy(stream), cudaErrorInvalidResourceHandle);
    EXPECT_EQ(violation_count(violation::dead_stream), 3U);
    expect_violation(violation::dead_stream);
    ASSERT_EQ(cudaEventDestroy(event), cudaSuccess);
    EXPECT_EQ(cudaEventQuery(event), cudaErrorInvalidResourceHandle);
    EXPECT_EQ(cudaEventDestroy(event), cudaErrorInvalidResourceHandle);
    expect_violation(violation::dead_event);
}

TEST_F(Misuse, copies_one_byte_too_long) {
    char* const memory = on_device<char>(64);
    std::vector<char> host(128);
    EXPECT_EQ(cudaMemcpy(memory, host.data(), 65, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
    EXPECT_EQ(cudaMemcpy(host.data(), memory + 1, 64, cudaMemcpyDeviceToHost), cudaErrorInvalidValue);
    EXPECT_EQ(cudaMemset(memory, 0, 65), cudaErrorInvalidValue);
    EXPECT_EQ(cudaMemcpy2D(memory, 32, host.data(), 33, 33, 2, cudaMemcpyHostToDevice), cudaErrorInvalidPitchValue);
    EXPECT_EQ(cudaMemcpy2D(memory + 1, 32, host.data(), 32, 32, 2, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
    EXPECT_EQ(violation_count(), 4U);
    expect_violation(violation::out_of_bounds);
    EXPECT_EQ(cudaMemcpy(memory, host.data(), 64, cudaMemcpyHostToDevice), cudaSuccess);
}

TEST_F(Misuse, record_across_devices_and_waits_that_may) {
    const cudaStream_t first = make_stream();
    ASSERT_EQ(cudaSetDevice(1), cudaSuccess);
    const cudaStream_t second = make_stream();
    const cudaEvent_t event = make_event();
    EXPECT_EQ(cudaEventRecord(event, first), cudaErrorInvalidResourceHandle);
    expect_violation(violation::wrong_device);
    ASSERT_EQ(cudaEventRecord(event, second), cudaSuccess);
    EXPECT_EQ(cudaStreamWaitEvent(first, event, 0), cudaSuccess);
    EXPECT_EQ(cudaStreamSynchronize(first), cudaSuccess);
}

TEST_F(Misuse, cuda_calls_inside_host_functions) {
    const cudaStream_t stream = make_stream();
    cudaError_t seen = cudaSuccess;
    ASSERT_EQ(cudaLaunchHostFunc(
                  stream, [](void* data) { *static_cast<cudaError_t*>(data) = cudaDeviceSynchronize(); }, &seen),
              cudaSuccess);
    ASSERT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
    EXPECT_EQ(seen, cudaErrorNotPermitted);
    expect_violation(violation::in_callback);
}

TEST_F(Misuse, host_writes_to_a_pinned_source_that_is_still_read) {
    Options options;
    options.scheduler = Scheduler::lazy;
    options.check_pinned_sources = true;
    reset(options);
    const cudaStream_t stream = make_stream();
    int *const memory = on_device(1), *const host = pinned(1);
    *host = 1;
    ASSERT_EQ(cudaMemcpyAsync(memory, host, sizeof(int), cudaMemcpyHostToDevice, stream), cudaSuccess);
    *host = 2;
    ASSERT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
    expect_violation(violation::pinned_write);
}

TEST_F(Misuse, device_reset_leaves_handles_dangling) {
    const cudaStream_t stream = make_stream();
    const cudaEvent_t event = make_event();
    int* const memory = on_device(1);
    ASSERT_EQ(cudaMemsetAsync(memory, 1, 4, stream), cudaSuccess);
    ASSERT_EQ(cudaDeviceReset(), cudaSuccess);
    EXPECT_EQ(pending_work(), 0U);
    EXPECT_EQ(cudaStreamSynchronize(stream), cudaErrorInvalidResourceHandle);
    expect_violation(violation::dead_stream);
    EXPECT_EQ(cudaEventQuery(event), cudaErrorInvalidResourceHandle);
    expect_violation(violation::dead_event);
    EXPECT_EQ(cudaFree(memory), cudaErrorInvalidValue);
    expect_violation(violation::double_free);
}

TEST_F(Misuse, reset_tells_what_leaked) {
    reset();
    make_stream();
    make_event();
    on_device(3);
    const Leaks leaks = reset();
    EXPECT_EQ(leaks.streams, 1U);
    EXPECT_EQ(leaks.events, 1U);
    EXPECT_EQ(leaks.blocks, 1U);
    EXPECT_EQ(leaks.bytes, 12U);
    EXPECT_FALSE(leaks.none());
    EXPECT_TRUE(reset().none());
}

TEST(MisuseDeathTest, host_touching_device_memory) {
    testing::GTEST_FLAG(death_test_style) = "fast";
    reset();
    explain_host_access();
    const volatile int* const memory = on_device(4);
    EXPECT_DEATH(static_cast<void>(memory[1]), "simulated CUDA: the host touched device memory at .*device block of 16 bytes");
    EXPECT_TRUE(cudaFree(const_cast<int*>(memory)) == cudaSuccess && violation_report().empty());
}

TEST(MisuseDeathTest, abort_on_violation) {
    testing::GTEST_FLAG(death_test_style) = "fast";
    Options options;
    options.abort_on_violation = true;
    reset(options);
    EXPECT_DEATH(report(violation::double_free, "planted"), "simulated CUDA: double free: planted");
    reset();
}

}  // namespace
}  // namespace simulated_cuda::test
