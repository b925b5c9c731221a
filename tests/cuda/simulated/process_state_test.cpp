// SPDX-License-Identifier: Apache-2.0
// After exit() has begun, after a fork and after shutdown no call is made at all, and memory that could not be freed is counted.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "cuda/expect_error.hpp"
#include "cuda/operation_fixture.hpp"
#include "cuda/simulated/fresh.hpp"
#include "stream/process_state.hpp"

#include <ndlease/format_types.hpp>
#include <ndlease/lease.hpp>
#include <ndlease/memory.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::testing {
namespace {

using detail::Outcome;
using detail::ProcessState;

/// Everything that could make a call; none may. Returns how many said something else than "unavailable".
int try_everything(detail::NativeStream stream, void* event) {
    int wrong = 0;
    const auto expect_unavailable = [&](const detail::Result& result) { wrong += result.outcome != Outcome::unavailable; };
    void* made = nullptr;
    int device = 0;
    std::uint64_t id = 0;
    detail::CaptureState capture;
    expect_unavailable(operations().make_stream(0, 0, &made));
    expect_unavailable(operations().stream_device(stream.handle, &device));
    expect_unavailable(operations().stream_id(stream, &id));
    expect_unavailable(operations().stream_capture(stream, &capture));
    expect_unavailable(operations().query_stream(stream));
    expect_unavailable(operations().synchronize_stream(stream));
    expect_unavailable(operations().synchronize_device(0));
    expect_unavailable(operations().make_event(0, &made));
    expect_unavailable(operations().record(event, stream));
    expect_unavailable(operations().wait(stream, event, false));
    expect_unavailable(operations().query_event(event));
    expect_unavailable(operations().synchronize_event(event));
    expect_unavailable(operations().keep_in_graph(stream, nullptr, [](void*) {}));
    expect_unavailable(operations().destroy_stream(stream));
    operations().destroy_event(0, event);
    wrong += cuda_device_count() != 0;
    return wrong;
}

class process_state : public ::testing::TestWithParam<ProcessState> {};

TEST_P(process_state, forbids_every_call) {
    static_cast<void>(start_fresh());
    detail::NativeStream stream{0, nullptr};
    void* event = nullptr;
    ASSERT_TRUE(succeeds(operations().make_stream(0, 0, &stream.handle)));
    ASSERT_TRUE(succeeds(operations().make_event(0, &event)));
    MemoryResource& plain = device_memory(Device::cuda(0));
    MemoryResource& pool = device_pool(Device::cuda(0));
    void* const plain_data = plain.allocate(64, 64);
    void* const pool_data = pool.allocate(64, 64);
    const MemoryStatistics before = memory_statistics();
    simulated_cuda::fail_call(0, cudaSuccess);  // counts
    detail::set_process_state(GetParam());
    EXPECT_EQ(try_everything(stream, event), 0);
    plain.deallocate(plain_data, 64, 64);
    pool.deallocate_on(StreamRef::cuda(static_cast<CUstream_st*>(stream.handle), Device::cuda(0)), pool_data, 64, 64);
    expect_error(errc::device, "no device call is made any more", [] { static_cast<void>(device_memory(Device::cuda(0))); });
    EXPECT_EQ(simulated_cuda::calls(), 0U);
    EXPECT_EQ(memory_statistics().skipped_frees, before.skipped_frees + 2);
    EXPECT_EQ(memory_statistics().failed_frees, before.failed_frees);
    static_cast<void>(start_fresh());
}

INSTANTIATE_TEST_SUITE_P(exiting, process_state, ::testing::Values(ProcessState::exiting));
INSTANTIATE_TEST_SUITE_P(forked, process_state, ::testing::Values(ProcessState::forked));
INSTANTIATE_TEST_SUITE_P(shut_down, process_state, ::testing::Values(ProcessState::shut_down));

TEST(forked_child, makes_no_call_and_drops_its_books) {
    static_cast<void>(start_fresh());
    const std::uint64_t before = simulated_cuda::calls_in_forked_children();
    {
        const Stream stream = Stream::make(Device::cuda(0));
        const std::int64_t shape[] = {16};
        View view = allocate(Format::of<int>(), shape, Order::c, memory_of(Device::cuda(0)), stream);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            view = View();
            const bool good = detail::process_state() == ProcessState::forked && lease_statistics().released > 0 && memory_statistics().skipped_frees > 0;
            ::_exit(good ? 0 : 1);
        }
        int status = -1;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    }
    EXPECT_EQ(simulated_cuda::calls_in_forked_children(), before);
    EXPECT_EQ(simulated_cuda::violation_report(), "");
}

// What exit() runs, in this order: ndlease's own handler, one that makes the simulation refuse calls, the destructor of `kept`, and the judge.
TEST(exit_of_the_process, makes_no_call_from_destructors_of_statics) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");  // in a process that has not made a call yet
    const auto leave = [] {
        static_cast<void>(std::atexit([] {
            if (simulated_cuda::violation_count() != 0 || memory_statistics().skipped_frees != 1) ::_exit(1);
        }));
        static View kept;
        static_cast<void>(std::atexit([] { simulated_cuda::enter_exit(); }));
        const std::int64_t shape[] = {16};
        static const Stream stream = Stream::make(Device::cuda(0));
        kept = allocate(Format::of<int>(), shape, Order::c, memory_of(Device::cuda(0)), stream);
        std::exit(0);
    };
    EXPECT_EXIT(leave(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace ndlease::testing
