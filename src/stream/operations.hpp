// SPDX-License-Identifier: Apache-2.0
// What the layers above the backends ask of streams and events: a table of operations that each device backend fills in.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

#include <ndlease/device.hpp>

namespace ndlease::detail {

/// What a native call came to, as far as the release protocol has to tell cases apart.
enum class Outcome : std::uint8_t {
    ok,
    not_ready,    ///< asked for, and work is still running
    capturing,    ///< refused because of a graph capture that is going on: try later
    device_lost,  ///< a sticky error: no work on the device runs any more
    unavailable,  ///< no native call was made, or it said that it cannot be any more: the process exits, was forked, or ndlease was shut down
    out_of_memory,
    failed,  ///< any other error
};

struct [[nodiscard]] Result {
    Outcome outcome = Outcome::ok;
    int native = 0;              ///< the backend's own code
    const char* call = nullptr;  ///< the native function's name; static
    [[nodiscard]] bool ok() const noexcept { return outcome == Outcome::ok; }
};

/// A stream in native terms.
struct NativeStream {
    int device = 0;
    void* handle = nullptr;
};

struct CaptureState {
    bool active = false;
    std::uint64_t id = 0;  ///< unique among the captures of the process; 0: none
};

/// A stream as its uses are told apart.
struct StreamIdentity {
    std::uint64_t id = 0;
    CaptureState capture;
};

/// Every operation: any thread, no exception, leaves the thread's current device and its last CUDA error as they were, makes no native call when
/// the process state forbids it (Outcome::unavailable), and never touches the legacy default stream unless it is the one that was named.
/// Events are made without timing. Where a call waits or asks on the host, captures that other threads have open are not disturbed.
struct StreamOperations {
    const char* name;

    Result (*make_stream)(int device, int priority, void** stream) noexcept;
    Result (*destroy_stream)(NativeStream stream) noexcept;
    Result (*stream_device)(void* stream, int* device) noexcept;
    Result (*stream_id)(NativeStream stream, std::uint64_t* id) noexcept;
    Result (*stream_capture)(NativeStream stream, CaptureState* state) noexcept;
    /// Both at once, for less than two calls cost. `capture` is right also where the id cannot be had.
    Result (*identify_stream)(NativeStream stream, StreamIdentity* identity) noexcept;
    Result (*query_stream)(NativeStream stream) noexcept;
    Result (*synchronize_stream)(NativeStream stream) noexcept;
    Result (*synchronize_device)(int device) noexcept;

    Result (*make_event)(int device, void** event) noexcept;
    void (*destroy_event)(int device, void* event) noexcept;
    Result (*record)(void* event, NativeStream stream) noexcept;
    /// The same after identify_stream. The identity is right as far as it could be had.
    Result (*identify_and_record)(void* event, NativeStream stream, StreamIdentity* identity) noexcept;
    /// `external`: the stream is being captured and the event was recorded outside: the graph waits for it each time it runs.
    Result (*wait)(NativeStream stream, void* event, bool external) noexcept;
    Result (*query_event)(void* event) noexcept;
    Result (*synchronize_event)(void* event) noexcept;

    /// The graph that `stream` is being captured into keeps `payload`, and calls `drop` with it, from any thread, once the graph and all that was
    /// made of it are gone and no longer run. `drop` may make no native call. On failure `drop` is not called.
    Result (*keep_in_graph)(NativeStream stream, void* payload, void (*drop)(void*)) noexcept;

    bool (*is_legacy_default)(void* stream) noexcept;
    bool (*is_per_thread_default)(void* stream) noexcept;
    void* (*default_stream)(bool per_thread) noexcept;
    /// "cudaEventRecord: cudaErrorIllegalAddress (700): an illegal memory access was encountered"
    std::string (*describe)(const Result& result);
};

/// The CUDA backend's, simulated or real; null where the build has none. `why` (optional) says so in words for an error.
[[nodiscard]] const StreamOperations* cuda_stream_operations() noexcept;
/// The same, or Error{errc::not_supported} that says how to get a build with CUDA; `what` begins the message.
[[nodiscard]] const StreamOperations& require_cuda_stream_operations(const char* what);

/// Refuses what can have no stream: throws Error{errc::invalid_argument} for a device that is no CUDA device, errc::device for a negative ordinal.
void check_stream_device(Device device);

/// Throws Error{errc::device} (out_of_memory where it fits) that names call, code and `what`.
[[noreturn]] void throw_failed(const StreamOperations& operations, const Result& result, const std::string& what);

/// The same unless the result is ok. `what`: the words, or a callable that makes them when they are needed.
template <class What>
void check(const StreamOperations& operations, const Result& result, const What& what) {
    if (result.ok()) return;
    if constexpr (std::is_invocable_v<const What&>) {
        throw_failed(operations, result, what());
    } else {
        throw_failed(operations, result, what);
    }
}

}  // namespace ndlease::detail
