// SPDX-License-Identifier: Apache-2.0
// How tests steer the simulated CUDA runtime and ask what it saw. All functions may be called on any thread; none counts as a CUDA call.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace simulated_cuda {

/// When queued work runs. All schedules keep stream order; a program that is right is right under each. Host functions run on the thread that queues
/// them (eager) or waits for or polls them, never in a call that has nothing to do with them.
enum class Scheduler : std::uint8_t {
    eager,   ///< at the call, as on a quick device: misses absent waits
    lazy,    ///< only when a call waits for it; a query that answers "not ready" runs one operation that it depends on, so polling loops end
    random,  ///< at every call each stream runs 0 to 2 operations; the seed repeats the schedule
};

struct Options {
    int devices = 2;  ///< 1 to 8
    Scheduler scheduler = Scheduler::eager;
    std::uint64_t seed = 1;
    std::size_t device_bytes = std::size_t{1} << 30;  ///< cudaMalloc answers "out of memory" beyond; at most 1 GiB
    bool peer_access_possible = true;                 ///< what cudaDeviceCanAccessPeer says
    /// Also report a free that CUDA itself would make safe by waiting (cudaFree, cudaFreeHost), when the caller has not waited for the users.
    bool strict = true;
    bool check_pinned_sources = false;  ///< report host writes to pinned memory that a queued copy still reads
    bool abort_on_violation = false;    ///< print and abort at the first violation
    bool log = false;                   ///< keep call_log() and work_log()
    /// cudaErrorNoDevice (100) or cudaErrorInsufficientDriver (35): the answer of every call on a machine like that.
    cudaError_t absence = cudaSuccess;
};

/// What a test left behind. Memory of default allocations only: graph memory belongs to its graph.
struct Leaks {
    std::size_t blocks = 0, bytes = 0, streams = 0, events = 0, graphs = 0, graph_execs = 0, user_objects = 0, pools = 0;
    [[nodiscard]] bool none() const { return blocks + streams + events + graphs + graph_execs + user_objects + pools == 0; }
};

/// Starts anew, as a fresh process would: drops queued work without running it (host functions are not called), every handle, block, violation,
/// fault and error. Returns what was still alive. Old handles stay invalid for good and their use is reported. Waits for running host functions.
Leaks reset(const Options& options = {});
[[nodiscard]] const Options& options();
/// Changes the scheduler in the middle of a test; queued work stays queued.
void set_scheduler(Scheduler scheduler, std::uint64_t seed = 1);

/// Kinds of violations that the runtime reports; the kernel side adds its own.
namespace violation {
inline constexpr std::string_view dead_stream = "dead stream", dead_event = "dead event", dead_graph = "dead graph", dead_pool = "dead pool",
                                  dead_object = "dead user object", double_free = "double free", bad_free = "bad free", early_free = "early free",
                                  dead_memory = "dead memory", out_of_bounds = "out of bounds", not_ordered = "not ordered after allocation",
                                  wrong_device = "wrong device", in_capture = "illegal in capture", after_exit = "call after exit",
                                  in_callback = "call in callback", pinned_write = "pinned source written", kernel_failed = "kernel failed";
}  // namespace violation

struct Violation {
    std::string kind;     ///< one of the above
    std::string message;  ///< with the call and the stream
};
[[nodiscard]] std::vector<Violation> violations();
[[nodiscard]] std::size_t violation_count();
[[nodiscard]] std::size_t violation_count(std::string_view kind);
/// Returns what was recorded and forgets it: for tests of planted misuse.
std::vector<Violation> take_violations();
/// Empty when there was none, else one line each: EXPECT_EQ(violation_report(), "").
[[nodiscard]] std::string violation_report();
/// Prints the report to stderr; whether there was nothing to print.
[[nodiscard]] bool expect_no_violations();
/// Adds one (kernel side, tests). Safe in device work.
void report(std::string_view kind, std::string message);

/// Counts API calls from now on (all but cudaGetLastError, cudaPeekAtLastError, cudaGetErrorName and cudaGetErrorString), limited to `names` when
/// it is not empty ("cudaMalloc"). The call numbered `ordinal` (from 1) fails with `error`, sets the last error and has no other effect. Persistent:
/// that call and all later ones; with an error that stays on a real device (is_sticky) this is inject() at that call. ordinal 0 only counts.
void fail_call(std::uint64_t ordinal, cudaError_t error, bool persistent = false, std::vector<std::string> names = {});
/// Counted calls since the last fail_call() or reset(): a fault loop ends when it is below the ordinal.
[[nodiscard]] std::uint64_t calls();
/// The next call of that name fails.
void fail_next(std::string_view name, cudaError_t error);
void clear_faults();

/// Errors after which a real process gets no more work done (illegal address and its like).
[[nodiscard]] bool is_sticky(cudaError_t error);
/// The device is lost: queued work is dropped, host functions are not called, stream callbacks get the error, and each call answers with it.
void inject(cudaError_t error);
/// The same, when the next queued operation runs: an error that shows later than its cause.
void inject_when_work_runs(cudaError_t error);
/// The process is exiting: each call answers cudaErrorCudartUnloading (4) and is a violation, until reset().
void enter_exit();
/// CUDA calls made in forked children of this process since it began; they answer cudaErrorInitializationError (3).
[[nodiscard]] std::uint64_t calls_in_forked_children();

/// Runs all queued work, as a very patient device would. Nobody has waited for it: strict checks still count it as unwaited.
void run_all();
/// Each stream runs 0 to 2 operations, chosen by `seed`.
void run_some(std::uint64_t seed);
/// Queued operations that have not run.
[[nodiscard]] std::size_t pending_work();

struct Allocation {
    void* address;
    std::size_t bytes;
    int device;
    cudaMemoryType type;  ///< Host: pinned
};
[[nodiscard]] std::vector<Allocation> live_allocations();
/// Pending copies read or write this range: a host that touches it now races with them.
[[nodiscard]] bool used_by_pending_work(const void* address, std::size_t bytes);

struct Statistics {
    std::uint64_t calls, operations, kernels, copies, copied_bytes, allocations, frees, waits_on_host;
};
/// Since reset().
[[nodiscard]] Statistics statistics();

struct LoggedCall {
    std::string name;
    unsigned long long stream_id;  ///< 0: no stream, or the handle 0
    int device;                    ///< the thread's current one
    cudaError_t result;
};
/// API calls in order; only with Options::log.
[[nodiscard]] std::vector<LoggedCall> call_log();
struct LoggedWork {
    std::string name;  ///< "copy", "memset", "event record", "kernel <name>", ...
    unsigned long long stream_id;
};
/// Operations in the order in which they ran; only with Options::log.
[[nodiscard]] std::vector<LoggedWork> work_log();

/// Copies between device memory and a host buffer at once, past all queues and checks: for oracles. False if a block does not hold the range.
bool peek(void* host, const void* device_memory, std::size_t bytes);
bool poke(void* device_memory, const void* host, std::size_t bytes);

/// Before a host touch of device memory kills the process, print "simulated CUDA: the host touched device memory at ..., block ...".
/// Installs a SIGSEGV handler that passes on to the one before.
void explain_host_access();

}  // namespace simulated_cuda
