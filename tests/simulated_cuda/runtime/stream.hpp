// SPDX-License-Identifier: Apache-2.0
// Streams as queues of operations, and the vector clocks that say what is ordered after what.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

namespace simulated_cuda {

struct Block;
struct Capture;
struct Stream;

/// Everything enqueued in `stream` up to and including its operation number `count`.
struct Position {
    Stream* stream = nullptr;
    std::uint64_t count = 0;
    [[nodiscard]] bool done() const;
};

/// What an enqueuer is ordered after: per stream the latest position. Positions that the host has waited for are left out.
class Clock {
public:
    void merge(const Stream& self, Position position);
    void merge(const Stream& self, const Clock& other);
    [[nodiscard]] bool covers(Position position) const;
    void clear() { positions_.clear(); }
    [[nodiscard]] const std::vector<Position>& positions() const { return positions_; }

private:
    std::vector<Position> positions_;
};

/// Bytes that an operation reads or writes, in memory that the runtime knows.
struct Range {
    std::shared_ptr<Block> block;
    std::uintptr_t begin = 0;
    std::size_t bytes = 0;
    bool write = false;
};

/// One piece of queued or captured work.
struct Operation {
    enum class Kind : std::uint8_t { marker, copy, fill, kernel, host, allocate, free };
    Kind kind = Kind::marker;
    std::string name;
    std::function<void()> run;              ///< under the runtime's lock; may be empty
    std::function<void(cudaError_t)> host;  ///< user code, called without the lock
    bool host_on_error = false;             ///< stream callbacks also hear of a lost device
    std::vector<Position> waits;            ///< before it may run
    std::vector<Range> ranges;
    std::shared_ptr<void> keep;  ///< lives until it has run or was dropped
};

struct Stream {
    unsigned long long id = 0;
    int device = 0;
    unsigned flags = 0;
    int priority = 0;
    bool legacy = false, alive = true, counts_as_leak = false;
    bool busy = false;    ///< its first operation is user code that runs now
    bool active = false;  ///< in the scheduler's list
    std::uint64_t enqueued = 0, completed = 0;
    std::uint64_t host_known = 0;  ///< the host has waited for these, or was told that they are done
    std::list<Operation> queue;
    Clock clock;
    Capture* capture = nullptr;
    std::vector<std::size_t> capture_tail;               ///< nodes that the next captured one depends on
    std::vector<cudaGraphNode_t> reported_dependencies;  ///< what cudaStreamGetCaptureInfo handed out

    [[nodiscard]] bool blocking() const { return (flags & cudaStreamNonBlocking) == 0; }
    [[nodiscard]] Position end() { return {this, enqueued}; }
    /// Whether work enqueued here from now on runs after `position`, whatever the schedule.
    [[nodiscard]] bool ordered_after(Position position) const;
};

inline bool Position::done() const { return stream == nullptr || stream->completed >= count; }

}  // namespace simulated_cuda
