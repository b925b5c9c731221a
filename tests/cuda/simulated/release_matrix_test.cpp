// SPDX-License-Identifier: Apache-2.0
// The release matrix: every situation of the failure catalogue, under every policy and many schedules, with every CUDA call failing in turn with each
// of many errors. Whatever fails: no early free, no double free, nothing lost silently, no abort, and the caller's device and last error as before.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "lease/stream_uses.hpp"
#include "release_world.hpp"
#include "stream/process_state.hpp"

// On a lost device a graph cannot be destroyed, and the share that it holds stays with it: that is what is expected, and no leak of ours.
extern "C" const char* __lsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier): the sanitizer's name
extern "C" const char* __lsan_default_suppressions() { return "leak:ndlease::detail::keep_in_graph\n"; }

namespace ndlease::testing {
namespace {

using simulated_cuda::Options;
using simulated_cuda::Scheduler;

StreamRef on_device_0(cudaStream_t stream) { return StreamRef::cuda(stream, Device::cuda(0)); }

void one_consumer(World& w) {
    w.lend();
    w.use(w.lease, w.first);
    w.drop();
}

void several_consumers(World& w) {
    w.lend();
    const Lease second = w.lease;
    w.use(w.lease, w.first);
    w.use(second, w.second);
    w.use(second, w.first);
    w.drop();
}

void consumers_on_two_devices(World& w) {
    w.lend();
    w.use(w.lease, w.first);
    w.use(w.lease, w.other_device, 1);
    w.drop();
}

void double_release(World& w) {
    w.lend();
    if (!w.lease) return;
    w.use(w.lease, w.first);
    const LeaseToken token = Lease(w.lease).detach();
    w.drop();
    const LeaseStatistics before = lease_statistics();
    w.call([&] { (void)Lease::release_token(token); });
    w.call([&] {
        if (Lease::release_token(token)) w.note("a second release was taken");
    });
    if (lease_statistics().double_releases != before.double_releases + 1) w.note("a double release was not counted");
}

void release_on_a_foreign_thread(World& w) {
    w.lend();
    w.use(w.lease, w.first);
    std::thread([&w] { w.drop(); }).join();
}

void release_with_another_current_device(World& w) {
    w.lend();
    w.use(w.lease, w.first);
    (void)cudaSetDevice(1);
    w.drop();
    (void)cudaSetDevice(0);
}

void consumers_stream_destroyed_first(World& w) {
    w.lend();
    w.use(w.lease, w.first);
    (void)cudaStreamDestroy(w.first);
    w.drop();
}

void per_thread_stream_of_another_thread(World& w) {
    w.lend();
    std::thread([&w] { w.use(w.lease, cudaStreamPerThread); }).join();
    w.use(w.lease, cudaStreamPerThread);
    w.drop();
}

void legacy_stream(World& w) {
    w.lend();
    w.use(w.lease, cudaStreamLegacy);
    w.drop();
}

void use_in_a_captured_graph(World& w) {
    w.lend();
    if (!w.lease) return;
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t executable = nullptr;
    w.expect_live_when_lost();  // a graph that cannot be destroyed on a lost device keeps its share
    if (cudaStreamBeginCapture(w.first, cudaStreamCaptureModeThreadLocal) != cudaSuccess) return w.drop();
    w.use(w.lease, w.first);
    const bool used = !w.threw;
    if (cudaStreamEndCapture(w.first, &graph) != cudaSuccess) graph = nullptr;
    if (used && graph != nullptr && cudaGraphInstantiate(&executable, graph, 0) == cudaSuccess) {
        (void)cudaGraphLaunch(executable, w.second);
        (void)cudaGraphLaunch(executable, w.second);
    }
    w.drop();
    w.clear_faults();  // a program that cannot destroy its graph keeps the memory, rightly
    if (graph == nullptr && cudaStreamEndCapture(w.first, &graph) != cudaSuccess) graph = nullptr;
    if (executable != nullptr) (void)cudaGraphExecDestroy(executable);
    if (graph != nullptr) (void)cudaGraphDestroy(graph);
    simulated_cuda::run_all();
}

void release_while_the_owners_stream_is_captured(World& w) {
    w.frees_on = w.second;
    w.lend();
    w.use(w.lease, w.first);
    const bool capturing = cudaStreamBeginCapture(w.owner, cudaStreamCaptureModeThreadLocal) == cudaSuccess;
    w.drop();
    if (!capturing) return;
    cudaGraph_t graph = nullptr;
    w.clear_faults();
    if (cudaStreamEndCapture(w.owner, &graph) == cudaSuccess) (void)cudaGraphDestroy(graph);
}

void release_beside_a_global_capture(World& w) {
    w.frees_on = w.owner;
    w.lend();
    w.use(w.lease, w.first);
    const bool capturing = cudaStreamBeginCapture(w.second, cudaStreamCaptureModeGlobal) == cudaSuccess;
    std::thread([&w] { w.drop(); }).join();
    if (!capturing) return;
    cudaGraph_t graph = nullptr;
    cudaError_t ended = cudaStreamEndCapture(w.second, &graph);
    w.clear_faults();
    if (ended != cudaSuccess) ended = cudaStreamEndCapture(w.second, &graph);  // the failure may have been the fault
    if (ended == cudaErrorStreamCaptureInvalidated) w.note("a release invalidated the capture of another stream");
    if (ended == cudaSuccess) (void)cudaGraphDestroy(graph);
}

void sticky_error_in_the_consumers_work(World& w) {
    w.lend();
    simulated_cuda::inject_when_work_runs(cudaErrorIllegalAddress);
    w.use(w.lease, w.first);
    w.drop();
}

void device_reset_before_the_release(World& w) {
    w.lend();
    w.use(w.lease, w.first);
    (void)cudaDeviceSynchronize();
    (void)cudaDeviceReset();
    (void)simulated_cuda::take_violations();
    w.expect_unfreed();
    const std::int64_t draining = lease_statistics().draining;
    w.drop();
    w.clear_faults();
    while (lease_statistics().draining != draining) std::this_thread::yield();
    detail::destroy_idle_events();
    (void)simulated_cuda::take_violations();  // handles of the reset device are used, and found to be no good
}

void release_after_exit_has_begun(World& w) {
    w.lend();
    w.use(w.lease, w.first);
    detail::set_process_state(detail::ProcessState::exiting);
    const std::uint64_t calls = simulated_cuda::calls();
    w.lease = {};
    if (simulated_cuda::calls() != calls) w.note("a CUDA call was made after exit began");
}

void release_in_a_forked_child(World& w) {
    w.lend();
    w.use(w.lease, w.first);
    detail::set_process_state(detail::ProcessState::forked);
    const std::uint64_t calls = simulated_cuda::calls();
    w.lease = {};
    if (simulated_cuda::calls() != calls) w.note("a CUDA call was made in a forked child");
}

void callback_throws(World& w) {
    w.lend(true);
    const LeaseStatistics before = lease_statistics();
    w.use(w.lease, w.first);
    w.drop();
    while (lease_statistics().draining != before.draining) std::this_thread::yield();
}

void pending_error_of_the_caller(World& w) {
    w.lend();
    (void)cudaSetDevice(99);  // sets the last error to cudaErrorInvalidDevice
    w.use(w.lease, w.first);
    w.drop();
    (void)cudaGetLastError();
}

void callback_drops_another_lease(World& w) {
    w.lend();
    w.use(w.lease, w.first);
    Lease outer;
    w.call([&] {
        LeaseOptions options;
        options.policy = w.policy();
        options.memory = Device::cuda(0);
        outer = Lease::make([inner = w.lease, &w](const ReleaseInfo&) { ++w.other_callbacks; }, std::move(options));
        ++w.other_owners;
    });
    w.use(w.lease, w.second);
    w.drop();
    w.call([&] { outer.used_on(on_device_0(w.second)); });
    w.call([&] { outer = {}; });
}

void transfer_into_pinned_memory(World& w) {
    void* pinned = nullptr;
    if (cudaHostAlloc(&pinned, World::bytes, cudaHostAllocDefault) != cudaSuccess) pinned = nullptr;
    w.lend();
    if (pinned != nullptr && w.lease) {
        const Lease host = w.lend_pinned(pinned);
        const StreamRef stream = on_device_0(w.first);
        w.call([&] { w.lease.order_after(stream, Use::read); });
        if (!w.threw && cudaMemcpyAsync(pinned, w.memory, World::bytes, cudaMemcpyDeviceToHost, w.first) == cudaSuccess) {
            w.call([&] { w.lease.used_on(stream, Use::read); });
            w.call([&] { host.used_on(stream, Use::write); });
        }
    }
    w.drop();
    w.expect_unfreed();  // the pinned block itself is freed below by the test's reset
}

void reader_on_the_host(World& w) {
    w.lend();
    if (!w.lease) return;
    w.use(w.lease, w.first);
    w.call([&] {
        w.lease.order_after(StreamRef::host(), Use::read);
        // Reached when order_after has not thrown.
        if (simulated_cuda::used_by_pending_work(w.memory, World::bytes)) w.note("early: the host was let in while work was pending");
    });
    w.drop();
}

void shutdown_while_draining(World& w) {
    w.expect_events_left();
    w.lend();
    w.use(w.lease, w.first);
    w.drop();
    w.call([] { (void)shutdown(); });
    detail::set_process_state(detail::ProcessState::running);
}

struct Situation {
    const char* name;
    void (*run)(World& world);
};
constexpr std::array situations = {
    Situation{"one_consumer", one_consumer},
    Situation{"several_consumers", several_consumers},
    Situation{"consumers_on_two_devices", consumers_on_two_devices},
    Situation{"double_release", double_release},
    Situation{"release_on_a_foreign_thread", release_on_a_foreign_thread},
    Situation{"release_with_another_current_device", release_with_another_current_device},
    Situation{"consumers_stream_destroyed_first", consumers_stream_destroyed_first},
    Situation{"per_thread_stream_of_another_thread", per_thread_stream_of_another_thread},
    Situation{"legacy_stream", legacy_stream},
    Situation{"use_in_a_captured_graph", use_in_a_captured_graph},
    Situation{"release_while_the_owners_stream_is_captured", release_while_the_owners_stream_is_captured},
    Situation{"release_beside_a_global_capture", release_beside_a_global_capture},
    Situation{"sticky_error_in_the_consumers_work", sticky_error_in_the_consumers_work},
    Situation{"device_reset_before_the_release", device_reset_before_the_release},
    Situation{"release_after_exit_has_begun", release_after_exit_has_begun},
    Situation{"release_in_a_forked_child", release_in_a_forked_child},
    Situation{"callback_throws", callback_throws},
    Situation{"pending_error_of_the_caller", pending_error_of_the_caller},
    Situation{"callback_drops_another_lease", callback_drops_another_lease},
    Situation{"transfer_into_pinned_memory", transfer_into_pinned_memory},
    Situation{"reader_on_the_host", reader_on_the_host},
    Situation{"shutdown_while_draining", shutdown_while_draining},
};

constexpr std::array errors = {
    cudaErrorInvalidValue,  cudaErrorMemoryAllocation,      cudaErrorCudartUnloading,          cudaErrorInvalidDevice,
    cudaErrorNoDevice,      cudaErrorInvalidResourceHandle, cudaErrorIllegalAddress,           cudaErrorContextIsDestroyed,
    cudaErrorLaunchFailure, cudaErrorNotSupported,          cudaErrorStreamCaptureUnsupported, cudaErrorStreamCaptureInvalidated,
    cudaErrorUnknown,       cudaErrorECCUncorrectable,
};

struct Schedule {
    Scheduler scheduler;
    std::uint64_t seed;
};

/// Eager, lazy, and RELEASE_MATRIX_SEEDS (32) random ones.
std::vector<Schedule> schedules() {
    const char* text = std::getenv("RELEASE_MATRIX_SEEDS");
    const std::uint64_t seeds = text == nullptr ? 32 : std::strtoull(text, nullptr, 10);
    std::vector<Schedule> result = {{Scheduler::eager, 1}, {Scheduler::lazy, 1}};
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) result.push_back({Scheduler::random, seed});
    return result;
}

/// Under eager and lazy every call fails with every error. A random schedule takes every fourth call and one error for it, other ones with each seed, so
/// that the 32 seeds together have every call fail under eight of them. RELEASE_MATRIX_FULL=1 leaves nothing out (an hour and more).
bool is_chosen(const Schedule& schedule, std::uint64_t ordinal, std::size_t error) {
    static const bool full = std::getenv("RELEASE_MATRIX_FULL") != nullptr;
    if (full || schedule.scheduler != Scheduler::random) return true;
    return (schedule.seed + ordinal) % 4 == 0 && error == (schedule.seed + ordinal / 4) % errors.size();
}

/// What waits for the reaper's pauses takes a hundred times longer: there four seeds must do.
bool is_slow(const Situation& situation, PolicyKind policy) {
    return policy == PolicyKind::deferred || situation.run == device_reset_before_the_release || situation.run == callback_drops_another_lease ||
           situation.run == pending_error_of_the_caller;
}

const char* name_of(PolicyKind kind) { return kind == PolicyKind::wait ? "wait" : kind == PolicyKind::stream_ordered ? "stream_ordered" : "deferred"; }

std::int64_t total_runs = 0;

class ReleaseMatrix : public ::testing::TestWithParam<std::tuple<std::size_t, PolicyKind>> {
protected:
    void SetUp() override {
        set_quarantine_handler([](Device, const char*) {});
    }
    static void TearDownTestSuite() { RecordProperty("runs", std::to_string(total_runs)); }
};

/// Returns how many calls the run made.
std::uint64_t run_once(const Situation& situation, PolicyKind policy, const Schedule& schedule, Fault fault) {
    Options options;
    options.scheduler = schedule.scheduler;
    options.seed = schedule.seed;
    World world(policy, options, fault);
    situation.run(world);
    const std::string problems = world.finish();
    ++total_runs;
    EXPECT_EQ(problems, "") << situation.name << ", " << name_of(policy) << ", scheduler " << static_cast<int>(schedule.scheduler) << " seed " << schedule.seed
                            << ", call " << fault.ordinal << " fails with " << cudaGetErrorName(fault.error)
                            << "\nrepeat: RELEASE_MATRIX_ONLY=" << fault.ordinal << ',' << fault.error << ',' << static_cast<int>(schedule.scheduler) << ','
                            << schedule.seed;
    return world.calls();
}

TEST_P(ReleaseMatrix, keeps_its_promises_whatever_fails) {
    const Situation& situation = situations[std::get<0>(GetParam())];
    const PolicyKind policy = std::get<1>(GetParam());
    if (const char* only = std::getenv("RELEASE_MATRIX_ONLY")) {
        unsigned long long ordinal = 0, seed = 0;
        int error = 0, scheduler = 0;
        ASSERT_EQ(std::sscanf(only, "%llu,%d,%d,%llu", &ordinal, &error, &scheduler, &seed), 4);
        run_once(situation, policy, {static_cast<Scheduler>(scheduler), seed}, {ordinal, static_cast<cudaError_t>(error)});
        return;
    }
    for (const Schedule& schedule : schedules()) {
        if (schedule.scheduler == Scheduler::random && schedule.seed % 8 != 1 && is_slow(situation, policy) && std::getenv("RELEASE_MATRIX_FULL") == nullptr) {
            continue;
        }
        // After a reset nobody answers, so that every run takes the reaper's whole patience.
        const Schedule chosen_by = situation.run == device_reset_before_the_release ? Schedule{Scheduler::random, schedule.seed} : schedule;
        const std::uint64_t calls = run_once(situation, policy, schedule, {});
        ASSERT_GT(calls, 0U);
        for (std::uint64_t ordinal = 1; ordinal <= calls; ++ordinal) {
            for (std::size_t i = 0; i < errors.size(); ++i) {
                if (!is_chosen(chosen_by, ordinal, i)) continue;
                run_once(situation, policy, schedule, {ordinal, errors[i]});
                if (::testing::Test::HasFailure()) return;  // one is enough to look at
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Situations, ReleaseMatrix,
                         ::testing::Combine(::testing::Range(std::size_t{0}, situations.size()),
                                            ::testing::Values(PolicyKind::wait, PolicyKind::stream_ordered, PolicyKind::deferred)),
                         [](const auto& chosen) { return std::string(situations[std::get<0>(chosen.param)].name) + "_" + name_of(std::get<1>(chosen.param)); });

/// The number that is promised: at least 50,000 runs. Counted when all tests have run.
class TotalOfRuns : public ::testing::Environment {
    void TearDown() override {
        std::printf("release matrix: %lld runs over %zu situations x 3 policies x %zu errors x %zu schedules\n", static_cast<long long>(total_runs),
                    situations.size(), errors.size(), schedules().size());
        const bool whole = std::getenv("RELEASE_MATRIX_ONLY") == nullptr && ::testing::GTEST_FLAG(filter) == "*";
        if (whole) {
            EXPECT_GE(total_runs, 50'000);
        }
    }
};
[[maybe_unused]] const ::testing::Environment* const total_of_runs = ::testing::AddGlobalTestEnvironment(new TotalOfRuns);

}  // namespace
}  // namespace ndlease::testing
