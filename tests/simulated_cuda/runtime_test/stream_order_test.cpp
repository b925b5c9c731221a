// SPDX-License-Identifier: Apache-2.0
// Which work runs before which, and when the host may rely on it.
#include <array>

#include "simulated.hpp"

namespace simulated_cuda::test {
namespace {

class StreamOrder : public Simulated {};

TEST_F(StreamOrder, lazy_work_runs_only_when_waited_for) {
    const cudaStream_t stream = make_stream();
    int* const memory = on_device(1);
    ASSERT_EQ(cudaMemsetAsync(memory, 7, sizeof(int), stream), cudaSuccess);
    EXPECT_EQ(value_at(memory), static_cast<int>(0xA5A5A5A5));
    EXPECT_EQ(pending_work(), 1U);
    ASSERT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
    EXPECT_EQ(value_at(memory), 0x07070707);
    EXPECT_EQ(pending_work(), 0U);
}

TEST_F(StreamOrder, eager_work_runs_at_the_call) {
    start(Scheduler::eager);
    int* const memory = on_device(1);
    ASSERT_EQ(cudaMemsetAsync(memory, 7, sizeof(int), make_stream()), cudaSuccess);
    EXPECT_EQ(value_at(memory), 0x07070707);
}

TEST_F(StreamOrder, random_schedules_repeat_with_their_seed_and_differ_between_seeds) {
    const auto order = [](std::uint64_t seed) {
        start(Scheduler::random, seed);
        const std::array streams{make_stream(), make_stream(), make_stream()};
        char* const memory = on_device<char>(64);
        unsigned long long first = 0;
        EXPECT_EQ(cudaStreamGetId(streams[0], &first), cudaSuccess);
        for (int i = 0; i < 30; ++i) {
            EXPECT_EQ(cudaMemsetAsync(memory + i, i, 1, streams[static_cast<std::size_t>(i) % 3]), cudaSuccess);
        }
        run_all();
        std::vector<unsigned long long> ran;
        for (const LoggedWork& work : work_log()) {
            ran.push_back(work.stream_id - first);
        }
        return ran;
    };
    const auto one = order(1);
    EXPECT_EQ(one.size(), 30U);
    EXPECT_EQ(order(1), one);
    EXPECT_NE(order(2), one);
}

TEST_F(StreamOrder, wait_takes_the_state_of_the_event_at_the_call) {
    const cudaStream_t a = make_stream(), b = make_stream();
    const cudaEvent_t event = make_event();
    int *const first = on_device(1), *const second = on_device(1);
    ASSERT_EQ(cudaMemsetAsync(first, 1, sizeof(int), a), cudaSuccess);
    ASSERT_EQ(cudaEventRecord(event, a), cudaSuccess);
    ASSERT_EQ(cudaStreamWaitEvent(b, event, 0), cudaSuccess);
    ASSERT_EQ(cudaMemsetAsync(second, 1, sizeof(int), a), cudaSuccess);
    ASSERT_EQ(cudaEventRecord(event, a), cudaSuccess);
    ASSERT_EQ(cudaStreamSynchronize(b), cudaSuccess);
    EXPECT_EQ(value_at(first), 0x01010101);
    EXPECT_EQ(value_at(second), static_cast<int>(0xA5A5A5A5)) << "recorded after the wait";
}

TEST_F(StreamOrder, an_event_not_recorded_is_complete) {
    const cudaEvent_t event = make_event();
    EXPECT_EQ(cudaEventQuery(event), cudaSuccess);
    EXPECT_EQ(cudaEventSynchronize(event), cudaSuccess);
    EXPECT_EQ(cudaStreamWaitEvent(make_stream(), event, 0), cudaSuccess);
    EXPECT_EQ(pending_work(), 0U);
}

TEST_F(StreamOrder, polling_makes_progress_on_what_is_polled_only) {
    const cudaStream_t a = make_stream(), b = make_stream(), other = make_stream();
    const cudaEvent_t event = make_event(), last = make_event();
    char* const memory = on_device<char>(8);
    ASSERT_EQ(cudaMemsetAsync(memory, 1, 1, other), cudaSuccess);
    for (int i = 1; i < 4; ++i) {
        ASSERT_EQ(cudaMemsetAsync(memory + i, 1, 1, a), cudaSuccess);
    }
    ASSERT_EQ(cudaEventRecord(event, a), cudaSuccess);
    ASSERT_EQ(cudaStreamWaitEvent(b, event, 0), cudaSuccess);
    ASSERT_EQ(cudaEventRecord(last, b), cudaSuccess);
    int polls = 0;
    while (cudaEventQuery(last) == cudaErrorNotReady) {
        ASSERT_LT(++polls, 20);
    }
    EXPECT_EQ(polls, 6) << "3 fills, record, wait, record";
    EXPECT_EQ(pending_work(), 1U) << "the stream that nobody asked about";
    EXPECT_EQ(cudaGetLastError(), cudaErrorNotReady);
}

TEST_F(StreamOrder, work_outlives_its_stream_handle) {
    const cudaStream_t stream = make_stream();
    int* const memory = on_device(1);
    ASSERT_EQ(cudaMemsetAsync(memory, 7, sizeof(int), stream), cudaSuccess);
    ASSERT_EQ(cudaStreamDestroy(stream), cudaSuccess);
    EXPECT_EQ(pending_work(), 1U);
    ASSERT_EQ(cudaDeviceSynchronize(), cudaSuccess);
    EXPECT_EQ(value_at(memory), 0x07070707);
}

TEST_F(StreamOrder, legacy_waits_for_blocking_streams_and_not_for_others) {
    const cudaStream_t blocking = make_stream(cudaStreamDefault), free_running = make_stream();
    char* const memory = on_device<char>(3);
    ASSERT_EQ(cudaMemsetAsync(memory, 1, 1, blocking), cudaSuccess);
    ASSERT_EQ(cudaMemsetAsync(memory + 1, 2, 1, free_running), cudaSuccess);
    ASSERT_EQ(cudaMemsetAsync(memory + 2, 3, 1, nullptr), cudaSuccess);
    ASSERT_EQ(cudaStreamSynchronize(cudaStreamLegacy), cudaSuccess);
    EXPECT_EQ(value_at(memory), 1);
    EXPECT_EQ(value_at(memory + 1), static_cast<char>(0xA5));
    EXPECT_EQ(value_at(memory + 2), 3);
}

TEST_F(StreamOrder, blocking_streams_wait_for_legacy) {
    const cudaStream_t blocking = make_stream(cudaStreamDefault), free_running = make_stream();
    char* const memory = on_device<char>(1);
    ASSERT_EQ(cudaMemsetAsync(memory, 1, 1, nullptr), cudaSuccess);
    ASSERT_EQ(cudaStreamSynchronize(free_running), cudaSuccess);
    EXPECT_EQ(value_at(memory), static_cast<char>(0xA5));
    int host = 0;
    ASSERT_EQ(cudaMemcpyAsync(&host, memory, 1, cudaMemcpyDeviceToHost, blocking), cudaSuccess);
    EXPECT_EQ(host, 1);
}

TEST_F(StreamOrder, legacy_streams_of_two_devices_are_two) {
    char* const memory = on_device<char>(1);
    ASSERT_EQ(cudaMemsetAsync(memory, 1, 1, nullptr), cudaSuccess);
    ASSERT_EQ(cudaSetDevice(1), cudaSuccess);
    ASSERT_EQ(cudaStreamSynchronize(nullptr), cudaSuccess);
    EXPECT_EQ(pending_work(), 1U);
    unsigned long long one = 0, zero = 0;
    ASSERT_EQ(cudaStreamGetId(nullptr, &one), cudaSuccess);
    ASSERT_EQ(cudaSetDevice(0), cudaSuccess);
    ASSERT_EQ(cudaStreamGetId(cudaStreamLegacy, &zero), cudaSuccess);
    EXPECT_NE(zero, one);
}

TEST_F(StreamOrder, host_functions_run_in_stream_order_off_the_lock) {
    const cudaStream_t stream = make_stream();
    int value = 0;
    ASSERT_EQ(cudaLaunchHostFunc(
                  stream, [](void* data) { *static_cast<int*>(data) = static_cast<int>(pending_work()); }, &value),
              cudaSuccess);
    ASSERT_EQ(cudaStreamAddCallback(
                  stream, [](cudaStream_t, cudaError_t status, void* data) { *static_cast<int*>(data) += 10 + status; }, &value, 0),
              cudaSuccess);
    EXPECT_EQ(value, 0);
    ASSERT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
    EXPECT_EQ(value, 12);
}

TEST_F(StreamOrder, elapsed_time_needs_timed_events_that_are_done) {
    const cudaStream_t stream = make_stream();
    const cudaEvent_t start = make_event(cudaEventDefault), stop = make_event(cudaEventDefault), untimed = make_event();
    float ms = -1;
    EXPECT_EQ(cudaEventElapsedTime(&ms, start, stop), cudaErrorInvalidResourceHandle);
    ASSERT_EQ(cudaEventRecord(start, stream), cudaSuccess);
    ASSERT_EQ(cudaEventRecord(stop, stream), cudaSuccess);
    ASSERT_EQ(cudaEventRecord(untimed, stream), cudaSuccess);
    EXPECT_EQ(cudaEventElapsedTime(&ms, start, stop), cudaErrorNotReady);
    ASSERT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
    EXPECT_EQ(cudaEventElapsedTime(&ms, start, stop), cudaSuccess);
    EXPECT_GE(ms, 0);
    EXPECT_EQ(cudaEventElapsedTime(&ms, start, untimed), cudaErrorInvalidResourceHandle);
}

TEST_F(StreamOrder, stream_ids_are_never_given_out_twice) {
    const cudaStream_t first = make_stream();
    unsigned long long id = 0, later = 0;
    ASSERT_EQ(cudaStreamGetId(first, &id), cudaSuccess);
    reset();
    const cudaStream_t second = make_stream();
    ASSERT_EQ(cudaStreamGetId(second, &later), cudaSuccess);
    EXPECT_GT(later, id);
    EXPECT_NE(first, second);
}

}  // namespace
}  // namespace simulated_cuda::test
