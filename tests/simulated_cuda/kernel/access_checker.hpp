// SPDX-License-Identifier: Apache-2.0
// All that is checked and counted of a launch's accesses.
#pragma once

#include <cstdint>
#include <simulated_cuda/access.hpp>

#include "global_shadow.hpp"
#include "grid.hpp"
#include "launch_report.hpp"
#include "request_table.hpp"
#include "shared_arena.hpp"
#include "shared_shadow.hpp"

namespace simulated_cuda {

class AccessChecker {
public:
    AccessChecker(const Grid& grid, LaunchReport& report, SharedShadow& shared_shadow, const SharedArena& arena);

    void begin_block(const SharedLayout& layout);
    void end_block() { requests_.end_block(); }
    void block_passed_barrier() { shared_.next_epoch(); }
    void warp_passed_barrier(unsigned warp) { shared_.next_warp_epoch(warp); }

    bool global(const CudaThread& thread, std::uintptr_t address, unsigned bytes, AccessKind kind, Line where);
    bool shared(const CudaThread& thread, std::uintptr_t address, unsigned bytes, AccessKind kind, Line where);
    [[nodiscard]] const RequestTable& requests() const { return requests_; }

private:
    LaunchReport& report_;
    GlobalShadow global_;
    SharedShadow& shared_;
    const SharedArena& arena_;
    const SharedLayout* layout_ = nullptr;
    RequestTable requests_;
    bool count_;
};

}  // namespace simulated_cuda
