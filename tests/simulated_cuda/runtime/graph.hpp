// SPDX-License-Identifier: Apache-2.0
// Graphs, their owners, and the captures that make them.
#pragma once

#include <cstdint>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "stream.hpp"

namespace simulated_cuda {

struct UserObject {
    cudaUserObject_t handle = nullptr;
    void* pointer = nullptr;
    cudaHostFn_t destroy = nullptr;
    std::uint64_t references = 0;    ///< the program's and those of graphs; at 0 the destructor runs
    std::vector<Position> launches;  ///< of graphs that held it: the destructor tells the host that they are over
};

struct Node {
    cudaGraphNodeType type = cudaGraphNodeTypeEmpty;
    Operation operation;  ///< run again at every launch
    std::vector<std::size_t> dependencies;
};

/// References to user objects of a graph or an executable graph.
struct HeldObjects {
    std::vector<std::pair<cudaUserObject_t, std::uint64_t>> counts;
};

struct Graph {
    cudaGraph_t handle = nullptr;
    std::vector<Node> nodes;  ///< in an order that keeps the dependencies: that of capture
    HeldObjects objects;
    bool capturing = false;  ///< owned by its capture until that ends
};

struct GraphExec {
    std::vector<Node> nodes;
    std::shared_ptr<HeldObjects> objects;  ///< shared with launches in flight
    Position last_launch;                  ///< a graph does not run beside itself
};

struct Capture {
    unsigned long long id = 0;
    Stream* origin = nullptr;
    cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal;
    std::thread::id thread;
    bool valid = true;
    Graph* graph = nullptr;
    std::vector<Stream*> streams;
};

struct Event {
    cudaEvent_t handle = nullptr;
    int device = 0;
    unsigned flags = 0;
    bool recorded = false;
    Position position;  ///< done when this is
    Clock clock;        ///< what the recording stream was ordered after
    double milliseconds = 0;
    std::uint64_t records = 0;       ///< how often it was recorded; only the latest sets the time
    unsigned long long capture = 0;  ///< the capture that it was last recorded in; 0: none
    std::vector<std::size_t> captured_tail;
};

}  // namespace simulated_cuda
