// SPDX-License-Identifier: Apache-2.0
// All state of the simulated runtime, under one mutex. It is never destroyed: calls may come after main().
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <simulated_cuda/control.hpp>
#include <string>
#include <unordered_map>
#include <vector>

#include "block.hpp"
#include "graph.hpp"
#include "handles.hpp"

namespace simulated_cuda {

inline constexpr int kMaxDevices = 8;
using Lock = std::unique_lock<std::mutex>;

struct Device {
    std::unique_ptr<AddressWindow> window;
    std::size_t used = 0;
    std::uintptr_t next = 0;  ///< where the next allocation is looked for
    Stream* legacy = nullptr;
    std::vector<Stream*> streams;
    bool peer[kMaxDevices] = {};  ///< access enabled to
    std::shared_ptr<Pool> default_pool, pool;
};

struct Faults {
    std::uint64_t ordinal = 0, counted = 0;
    cudaError_t error = cudaSuccess;
    bool persistent = false;
    std::vector<std::string> names;
    std::string next_name;
    cudaError_t next_error = cudaSuccess;
};

struct Runtime {
    std::mutex mutex;
    std::condition_variable user_code_ended;
    std::uint64_t generation = 1;  ///< grows with reset(); states of threads from before are void
    Options options;
    std::uint64_t random = 1;
    cudaError_t sticky = cudaSuccess, sticky_at_run = cudaSuccess;
    bool exiting = false;
    Faults faults;
    Device devices[kMaxDevices];
    Device host;  ///< pinned and managed memory: its window and place only
    Handles<Stream, cudaStream_t> streams{0x51};
    Handles<Event, cudaEvent_t> events{0x52};
    Handles<Graph, cudaGraph_t> graphs{0x53};
    Handles<GraphExec, cudaGraphExec_t> execs{0x54};
    Handles<UserObject, cudaUserObject_t> objects{0x55};
    Handles<std::shared_ptr<Pool>, cudaMemPool_t> pools{0x56};
    std::unordered_map<const Pool*, cudaMemPool_t> pool_handles;
    std::map<std::uintptr_t, std::shared_ptr<Block>> blocks;  ///< live and lately freed, by address
    std::vector<std::unique_ptr<Capture>> captures;
    unsigned long long next_capture = 1;
    std::unordered_map<const void*, int> dynamic_shared_limits;

    std::vector<Stream*> active;  ///< streams with queued work
    std::size_t pending = 0;
    int running_device = -1;
    Position running;  ///< the operation that runs now
    std::atomic<bool> kernel_runs{false};
    std::mutex kernel_mutex;                       ///< for what the threads of a running kernel ask
    std::vector<std::function<void()>> user_code;  ///< to be called when the lock is gone
    int user_code_running = 0;

    Statistics statistics{};
    std::vector<LoggedCall> calls;
    std::vector<LoggedWork> work;
};

[[nodiscard]] Runtime& runtime();

}  // namespace simulated_cuda
