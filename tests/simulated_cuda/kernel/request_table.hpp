// SPDX-License-Identifier: Apache-2.0
// Puts the accesses of a warp's threads together to requests, and counts them per line.
#pragma once

#include <array>
#include <cstdint>
#include <simulated_cuda/counters.hpp>
#include <simulated_cuda/thread.hpp>
#include <vector>

namespace simulated_cuda {

enum class RequestKind : std::uint8_t { load, store, shared_load, shared_store };

/// One address per lane that takes part.
struct Request {
    std::array<std::uint64_t, 32> addresses;
    std::uint32_t lanes = 0;  ///< bit set
    unsigned bytes = 0;       ///< per lane; 0: no request
};
[[nodiscard]] GlobalRequests count_global(const Request& request);
/// Addresses are offsets in shared memory.
[[nodiscard]] SharedRequests count_shared(const Request& request);

/// The n-th access of a line by each thread of a warp makes one request: as the hardware does it, for warps whose threads stay together.
class RequestTable {
public:
    void add(RequestKind kind, const CudaThread& thread, std::uint64_t address, unsigned bytes, Line where);
    void end_block();

    struct Site {
        const char* file;
        unsigned line;
        MemoryRequests requests;
    };
    [[nodiscard]] std::vector<Site> sites() const;

private:
    static constexpr std::uint32_t kNone = 0xFFFFFFFF;
    /// A line and kind, with the requests of the running block.
    struct Slot {
        const char* file = nullptr;
        unsigned line = 0;
        RequestKind kind{};
        struct Warp {
            std::array<std::uint32_t, 32> met{};  // accesses per lane
            std::vector<std::uint32_t> requests;  // by occurrence, indices into requests_
        };
        std::vector<Warp> warps;
        MemoryRequests total;
    };
    Slot& slot(RequestKind kind, Line where);
    void rehash();

    std::vector<Slot> slots_;
    std::vector<std::uint32_t> index_ = std::vector<std::uint32_t>(64, kNone);  // open addressing, at most half full
    std::vector<Request> requests_;
    std::uint32_t used_ = 0;
};

}  // namespace simulated_cuda
