// SPDX-License-Identifier: Apache-2.0
// Whether a kernel may touch bytes of global memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <simulated_cuda/access.hpp>
#include <simulated_cuda/launch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "../runtime/kernel_side.hpp"

namespace simulated_cuda {

struct Finding {
    std::string_view kind;  ///< empty: nothing is wrong
    bool harmless = false;  ///< the access can be done all the same
};

/// Asks the runtime for blocks and keeps the last ones for the time of one launch, during which none comes or goes.
class GlobalShadow {
public:
    explicit GlobalShadow(std::shared_ptr<const std::vector<AllowedRange>> allowed) : allowed_(std::move(allowed)), device_(running_device()) {}
    /// Marks what is stored as written.
    Finding access(std::uintptr_t address, unsigned bytes, AccessKind kind);
    [[nodiscard]] std::string describe(const Finding& finding, std::uintptr_t address, unsigned bytes, AccessKind kind) const;

private:
    const MemoryBlock* find(std::uintptr_t address);
    [[nodiscard]] bool allowed(std::uintptr_t address, unsigned bytes, bool write) const;

    std::shared_ptr<const std::vector<AllowedRange>> allowed_;
    int device_;
    std::array<MemoryBlock, 4> recent_{};  // bytes 0: empty
    std::size_t next_ = 0;
};

}  // namespace simulated_cuda
