// SPDX-License-Identifier: Apache-2.0
#include "call.hpp"

#include <algorithm>

#include "fork_state.hpp"

namespace simulated_cuda {
namespace {
bool named(const Faults& faults, const char* name) {
    return faults.names.empty() || std::find(faults.names.begin(), faults.names.end(), name) != faults.names.end();
}

cudaError_t planted_fault(const Call& call) {
    Faults& faults = call.runtime.faults;
    if (!faults.next_name.empty() && faults.next_name == call.name) {
        faults.next_name.clear();
        return faults.next_error;
    }
    if (!named(faults, call.name)) {
        return cudaSuccess;
    }
    ++faults.counted;
    if (faults.ordinal == 0 || faults.counted < faults.ordinal || (faults.counted > faults.ordinal && !faults.persistent)) {
        return cudaSuccess;
    }
    if (faults.persistent && is_sticky(faults.error)) {
        lose_devices(call.runtime, faults.error);
    }
    return faults.error;
}
}  // namespace

ThreadState& thread_state() {
    thread_local ThreadState state;
    return state;
}

void Call::violate(std::string_view kind, const std::string& message) const {
    std::string where = name;
    if (stream_handle != nullptr) {
        const Stream* const stream = runtime.streams.find(stream_handle);
        where += stream_handle == cudaStreamLegacy      ? " on the legacy stream"
                 : stream_handle == cudaStreamPerThread ? " on the per-thread stream"
                 : stream != nullptr                    ? " on stream " + std::to_string(stream->id)
                                                        : " on an unknown stream";
    }
    report(kind, where + ": " + message);
}

cudaError_t refuse_before_lock(const char* name, ThreadState& thread) {
    if (in_forked_child()) {
        count_call_in_forked_child();
        thread.last_error = cudaErrorInitializationError;
        return cudaErrorInitializationError;
    }
    if (thread.inside != nullptr) {
        report(violation::in_callback, std::string(name) + " called inside " + thread.inside);
        return cudaErrorNotPermitted;
    }
    return cudaSuccess;
}

cudaError_t refuse(const Call& call, bool counted) {
    Runtime& state = call.runtime;
    ThreadState& thread = call.thread;
    if (thread.generation != state.generation) {
        thread = ThreadState{};
        thread.generation = state.generation;
    }
    ++state.statistics.calls;
    if (state.exiting) {
        call.violate(violation::after_exit, "the process is exiting");
        return cudaErrorCudartUnloading;
    }
    if (state.options.absence != cudaSuccess) {
        return counted ? state.options.absence : cudaSuccess;
    }
    if (state.sticky != cudaSuccess) {
        return state.sticky;
    }
    if (counted) {
        return planted_fault(call);
    }
    return cudaSuccess;
}

void finish(const Call& call, cudaError_t result) {
    Runtime& state = call.runtime;
    if (state.pending != 0) {
        run_at_call(state, call.lock);
    }
    if (result != cudaSuccess) {
        call.thread.last_error = result;
    }
    if (state.options.log) {
        const Stream* const stream = state.streams.find(call.stream_handle);
        state.calls.push_back({call.name, stream == nullptr ? 0 : stream->id, call.thread.device, result});
    }
}

void unlock_and_call_user_code(Runtime& state, Lock& lock) {
    ThreadState& thread = thread_state();
    while (!state.user_code.empty()) {
        std::vector<std::function<void()>> due = std::exchange(state.user_code, {});
        ++state.user_code_running;
        lock.unlock();
        thread.inside = "a user object's destructor or a callback";
        for (const std::function<void()>& function : due) {
            function();
        }
        thread.inside = nullptr;
        lock.lock();
        --state.user_code_running;
        state.user_code_ended.notify_all();
    }
    lock.unlock();
}

void lose_devices(Runtime& state, cudaError_t error) {
    state.sticky = error;
    for (Stream* const stream : std::vector<Stream*>(state.active)) {
        drop_work(state, *stream, error);
    }
}

}  // namespace simulated_cuda
