// SPDX-License-Identifier: Apache-2.0
// What tests ask for; see simulated_cuda/control.hpp.
#include <algorithm>
#include <cstring>

#include "call.hpp"
#include "memory.hpp"
#include "violations.hpp"

namespace simulated_cuda {
namespace {
Leaks leaks_of(const Runtime& state) {
    Leaks leaks;
    for (const auto& [begin, block] : state.blocks) {
        if (block->live && !block->graph_owned && !block->free_queued) {
            ++leaks.blocks;
            leaks.bytes += block->bytes;
        }
    }
    for (const std::unique_ptr<Stream>& stream : state.streams) {
        leaks.streams += stream && stream->alive && stream->counts_as_leak ? 1 : 0;
    }
    for (const std::unique_ptr<std::shared_ptr<Pool>>& pool : state.pools) {
        leaks.pools += pool && !(*pool)->is_default ? 1 : 0;
    }
    leaks.events = state.events.live();
    leaks.graphs = state.graphs.live();
    leaks.graph_execs = state.execs.live();
    leaks.user_objects = state.objects.live();
    return leaks;
}

void wait_for_user_code(Runtime& state, Lock& lock) {
    state.user_code_ended.wait(lock, [&] { return state.user_code_running == 0; });
}

// Work and lost callbacks run on the calling thread, which may not hold the lock in user code.
template <class Body>
void steer(Body&& body) {
    Runtime& state = runtime();
    Lock lock(state.mutex);
    body(state, lock);
    if (!state.user_code.empty()) {
        unlock_and_call_user_code(state, lock);
    }
}

bool reach_range(const Runtime& state, const void* memory, std::size_t bytes, std::shared_ptr<Block>& block) {
    const auto address = reinterpret_cast<std::uintptr_t>(memory);
    block = find_block(state, address);
    return block && block->live && block->holds(address, bytes);
}
}  // namespace

Runtime& runtime() {
    static auto& leaked = *new Runtime;
    return leaked;
}

Leaks reset(const Options& wanted) {
    Runtime& state = runtime();
    Lock lock(state.mutex);
    wait_for_user_code(state, lock);
    const Leaks leaks = leaks_of(state);
    for (Stream* const stream : std::vector<Stream*>(state.active)) {
        drop_work(state, *stream, cudaSuccess);
    }
    state.captures.clear();
    state.execs.clear();
    state.graphs.clear();
    state.objects.clear();
    state.user_code.clear();
    state.events.clear();
    forget_blocks(state);
    state.streams.clear();
    state.pools.clear();
    state.pool_handles.clear();
    for (Device& device : state.devices) {
        device.legacy = nullptr;
        device.streams.clear();
        device.default_pool = device.pool = nullptr;
        std::fill(std::begin(device.peer), std::end(device.peer), false);
    }
    state.active.clear();
    state.pending = 0;
    state.dynamic_shared_limits.clear();
    state.sticky = state.sticky_at_run = cudaSuccess;
    state.exiting = false;
    state.faults = {};
    state.statistics = {};
    state.calls.clear();
    state.work.clear();
    state.options = wanted;
    state.options.devices = std::clamp(wanted.devices, 1, kMaxDevices);
    state.options.device_bytes = std::min(wanted.device_bytes, Options{}.device_bytes);
    state.random = wanted.seed;
    ++state.generation;
    abort_on_violation(wanted.abort_on_violation);
    take_violations();
    return leaks;
}

const Options& options() { return runtime().options; }

void set_scheduler(Scheduler scheduler, std::uint64_t seed) {
    steer([&](Runtime& state, Lock&) {
        state.options.scheduler = scheduler;
        state.random = seed;
    });
}

void fail_call(std::uint64_t ordinal, cudaError_t error, bool persistent, std::vector<std::string> names) {
    steer([&](Runtime& state, Lock&) {
        Faults faults;
        faults.ordinal = ordinal;
        faults.error = error;
        faults.persistent = persistent;
        faults.names = std::move(names);
        state.faults = std::move(faults);
    });
}

std::uint64_t calls() {
    const Lock lock(runtime().mutex);
    return runtime().faults.counted;
}

void fail_next(std::string_view name, cudaError_t error) {
    steer([&](Runtime& state, Lock&) {
        state.faults.next_name = name;
        state.faults.next_error = error;
    });
}

void clear_faults() {
    steer([](Runtime& state, Lock&) { state.faults = {}; });
}

void inject(cudaError_t error) {
    steer([&](Runtime& state, Lock&) { lose_devices(state, error); });
}
void inject_when_work_runs(cudaError_t error) {
    steer([&](Runtime& state, Lock&) { state.sticky_at_run = error; });
}
void enter_exit() {
    steer([](Runtime& state, Lock&) { state.exiting = true; });
}

void run_all() {
    steer([](Runtime& state, Lock& lock) {
        while (state.pending != 0) {
            run_everything(state, lock, UserCode::run);
            if (state.pending != 0 && state.user_code_running != 0) {
                state.user_code_ended.wait(lock);
            }
        }
    });
}
void run_some(std::uint64_t seed) {
    steer([&](Runtime& state, Lock& lock) { run_randomly(state, seed, lock, UserCode::run); });
}

std::size_t pending_work() {
    const Lock lock(runtime().mutex);
    return runtime().pending;
}

std::vector<Allocation> live_allocations() {
    const Lock lock(runtime().mutex);
    std::vector<Allocation> live;
    for (const auto& [begin, block] : runtime().blocks) {
        if (block->live) {
            static constexpr cudaMemoryType kTypes[] = {cudaMemoryTypeDevice, cudaMemoryTypeHost, cudaMemoryTypeManaged};
            live.push_back({reinterpret_cast<void*>(begin), block->bytes, block->device, kTypes[static_cast<std::size_t>(block->kind)]});
        }
    }
    return live;
}

bool used_by_pending_work(const void* address, std::size_t bytes) {
    const Lock lock(runtime().mutex);
    return used_by_pending(runtime(), reinterpret_cast<std::uintptr_t>(address), bytes, false);
}

Statistics statistics() {
    const Lock lock(runtime().mutex);
    return runtime().statistics;
}
std::vector<LoggedCall> call_log() {
    const Lock lock(runtime().mutex);
    return runtime().calls;
}
std::vector<LoggedWork> work_log() {
    const Lock lock(runtime().mutex);
    return runtime().work;
}

bool peek(void* host, const void* device_memory, std::size_t bytes) {
    const Lock lock(runtime().mutex);
    std::shared_ptr<Block> block;
    if (!reach_range(runtime(), device_memory, bytes, block)) {
        return false;
    }
    std::memcpy(host, reach(block.get(), reinterpret_cast<std::uintptr_t>(device_memory)), bytes);
    return true;
}

bool poke(void* device_memory, const void* host, std::size_t bytes) {
    const Lock lock(runtime().mutex);
    std::shared_ptr<Block> block;
    if (!reach_range(runtime(), device_memory, bytes, block)) {
        return false;
    }
    const auto address = reinterpret_cast<std::uintptr_t>(device_memory);
    std::memcpy(reach(block.get(), address), host, bytes);
    std::memset(block->initialised + (address - block->begin), 1, bytes);
    return true;
}

}  // namespace simulated_cuda
