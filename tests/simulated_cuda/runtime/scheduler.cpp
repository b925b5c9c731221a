// SPDX-License-Identifier: Apache-2.0
#include "scheduler.hpp"

#include <algorithm>
#include <exception>

#include "call.hpp"
#include "memory.hpp"

namespace simulated_cuda {
namespace {
bool held_up(const Operation& operation) {
    return !std::all_of(operation.waits.begin(), operation.waits.end(), [](const Position& position) { return position.done(); });
}

void activate(Runtime& state, Stream& stream) {
    if (!stream.active) {
        stream.active = true;
        state.active.push_back(&stream);
    }
}

void retire_first(Runtime& state, Stream& stream) {
    stream.queue.pop_front();
    --state.pending;
    stream.completed = stream.enqueued - stream.queue.size();
    if (stream.queue.empty()) {
        stream.active = false;
        std::erase(state.active, &stream);
    }
}

// Memory that was freed before the work ran, in any order that the program allowed.
bool memory_is_there(const Stream& stream, const Operation& operation) {
    for (const Range& range : operation.ranges) {
        if (!range.block->live) {
            report(violation::dead_memory,
                   operation.name + " on stream " + std::to_string(stream.id) + " runs when its memory is gone: " + describe(*range.block));
            return false;
        }
    }
    return true;
}

// Its own memory, that of enabled peers, and that of pools that grant it access.
bool may_touch(const Runtime& state, int from, int device) {
    return from == device || state.devices[from].peer[device] ||
           std::any_of(state.pools.begin(), state.pools.end(), [&](const std::unique_ptr<std::shared_ptr<Pool>>& pool) {
               return pool && (*pool)->device == device && (*pool)->access[from] != cudaMemAccessFlagsProtNone;
           });
}

void run_kernel(Runtime& state, const Stream& stream, const Operation& operation) {
    for (int device = 0; device < state.options.devices; ++device) {
        if (state.devices[device].window && may_touch(state, stream.device, device)) {
            state.devices[device].window->open();
        }
    }
    state.kernel_runs = true;
    ThreadState& thread = thread_state();
    thread.inside = "a kernel";
    try {
        operation.run();
    } catch (const std::exception& error) {
        report(violation::kernel_failed, operation.name + " on stream " + std::to_string(stream.id) + ": " + error.what());
    }
    thread.inside = nullptr;
    state.kernel_runs = false;
    for (Device& device : state.devices) {
        if (device.window) {
            device.window->close();
        }
    }
    ++state.statistics.kernels;
}

void run_user_code(Runtime& state, Stream& stream, Lock& lock) {
    const std::function<void(cudaError_t)> function = stream.queue.front().host;
    stream.busy = true;
    ++state.user_code_running;
    ThreadState& thread = thread_state();
    lock.unlock();
    const char* const outer = std::exchange(thread.inside, "a host function");
    function(cudaSuccess);
    thread.inside = outer;
    lock.lock();
    stream.busy = false;
    --state.user_code_running;
    state.user_code_ended.notify_all();
}
}  // namespace

std::uint64_t next_random(std::uint64_t& state) {
    state += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
}

void enqueue(Runtime& state, Stream& stream, Operation operation, Lock& lock) {
    ++stream.enqueued;
    stream.queue.push_back(std::move(operation));
    ++state.pending;
    activate(state, stream);
    if (state.options.scheduler == Scheduler::eager) {
        while (step(state, stream, lock)) {
        }
    }
}

bool step(Runtime& state, Stream& stream, Lock& lock, UserCode user_code) {
    if (stream.busy || stream.queue.empty() || held_up(stream.queue.front()) || (user_code == UserCode::leave && stream.queue.front().host)) {
        return false;
    }
    Operation& operation = stream.queue.front();
    ++state.statistics.operations;
    if (state.options.log) {
        state.work.push_back({operation.name, stream.id});
    }
    if (state.sticky_at_run != cudaSuccess) {
        lose_devices(state, std::exchange(state.sticky_at_run, cudaSuccess));
        return true;
    }
    if (operation.host) {
        run_user_code(state, stream, lock);
    } else if (operation.run && memory_is_there(stream, operation)) {
        state.running_device = stream.device;
        state.running = {&stream, stream.completed + 1};
        if (operation.kind == Operation::Kind::kernel) {
            run_kernel(state, stream, operation);
        } else {
            operation.run();
        }
        state.running = {};
        state.running_device = -1;
    }
    retire_first(state, stream);
    return true;
}

bool advance(Runtime& state, Stream& stream, Lock& lock) {
    if (step(state, stream, lock)) {
        return true;
    }
    if (stream.busy || stream.queue.empty()) {
        return false;
    }
    const std::vector<Position> waits = stream.queue.front().waits;
    return std::any_of(waits.begin(), waits.end(), [&](const Position& position) { return !position.done() && advance(state, *position.stream, lock); });
}

void wait_until(Runtime& state, Position position, Lock& lock) {
    if (position.done()) {
        return;
    }
    ++state.statistics.waits_on_host;
    while (!position.done()) {
        if (!advance(state, *position.stream, lock) && !position.done()) {
            state.user_code_ended.wait(lock);
        }
    }
}

void run_everything(Runtime& state, Lock& lock, UserCode user_code) {
    bool progress = true;
    while (progress) {
        progress = false;
        for (std::size_t i = 0; i < state.active.size(); ++i) {
            Stream* const stream = state.active[i];
            while (step(state, *stream, lock, user_code)) {
                progress = true;
            }
        }
    }
}

void run_randomly(Runtime& state, std::uint64_t& random, Lock& lock, UserCode user_code) {
    for (Stream* const stream : std::vector<Stream*>(state.active)) {
        for (std::uint64_t steps = next_random(random) % 3; steps > 0; --steps) {
            step(state, *stream, lock, user_code);
        }
    }
}

void run_at_call(Runtime& state, Lock& lock) {
    switch (state.options.scheduler) {
        case Scheduler::eager: run_everything(state, lock, UserCode::leave); break;
        case Scheduler::lazy: break;
        case Scheduler::random: run_randomly(state, state.random, lock, UserCode::leave); break;
    }
}

void drop_work(Runtime& state, Stream& stream, cudaError_t error) {
    const std::size_t kept = stream.busy ? 1 : 0;
    while (stream.queue.size() > kept) {
        auto first = std::next(stream.queue.begin(), static_cast<std::ptrdiff_t>(kept));
        if (error != cudaSuccess && first->host_on_error) {
            state.user_code.push_back([host = std::move(first->host), error] { host(error); });
        }
        stream.queue.erase(first);
        --state.pending;
    }
    stream.completed = stream.enqueued - stream.queue.size();
    if (stream.queue.empty()) {
        stream.active = false;
        std::erase(state.active, &stream);
    }
}

void host_knows(Position position) {
    if (position.stream != nullptr) {
        position.stream->host_known = std::max(position.stream->host_known, position.count);
    }
}

void host_knows(const Clock& clock) {
    for (const Position& position : clock.positions()) {
        host_knows(position);
    }
}

}  // namespace simulated_cuda
