// SPDX-License-Identifier: Apache-2.0
// What the memory system would have been asked: one request is one access of one line by the up to 32 threads of a warp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace simulated_cuda {

/// Global memory moves in sectors of 32 bytes.
struct GlobalRequests {
    std::uint64_t requests = 0, sectors = 0;
    std::uint64_t bytes = 0;          ///< asked for, each address once per request
    std::uint64_t ideal_sectors = 0;  ///< that would hold the bytes of each request if they lay together
    [[nodiscard]] double sectors_per_request() const { return requests == 0 ? 0 : static_cast<double>(sectors) / static_cast<double>(requests); }
    GlobalRequests& operator+=(const GlobalRequests& other);
};

/// Shared memory serves 32 banks of 4 bytes in a wave; requests of 8 and 16 bytes a thread go as half and quarter warps.
struct SharedRequests {
    std::uint64_t requests = 0, waves = 0;
    std::uint64_t ideal_waves = 0;  ///< without bank conflicts
    [[nodiscard]] double waves_per_request() const { return requests == 0 ? 0 : static_cast<double>(waves) / static_cast<double>(requests); }
    SharedRequests& operator+=(const SharedRequests& other);
};

struct MemoryRequests {
    GlobalRequests loads, stores;
    SharedRequests shared_loads, shared_stores;
    MemoryRequests& operator+=(const MemoryRequests& other);
    [[nodiscard]] SharedRequests shared() const;  ///< both
};

struct LineRequests {
    std::string file;
    unsigned line = 0;
    MemoryRequests requests;
};

struct KernelCounters {
    std::string kernel;
    std::uint64_t launches = 0, blocks = 0, threads = 0, barriers = 0;  ///< barriers: per block
    MemoryRequests total;
    std::vector<LineRequests> lines;  ///< by file and line
    /// All lines of that number, whatever the file.
    [[nodiscard]] MemoryRequests at(unsigned line) const;
};

/// Of the launch that ran last, of all launches under a name since the reset. Zeros where nothing ran, or with the counters switched off.
[[nodiscard]] KernelCounters last_counters();
[[nodiscard]] KernelCounters counters_of(std::string_view kernel);
void reset_counters();

}  // namespace simulated_cuda
