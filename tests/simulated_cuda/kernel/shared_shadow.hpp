// SPDX-License-Identifier: Apache-2.0
// Who touched each byte of shared memory last: finds races whatever the order in which the threads ran.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <simulated_cuda/access.hpp>
#include <simulated_cuda/thread.hpp>
#include <vector>

namespace simulated_cuda {

struct SharedFinding {
    bool uninitialised = false;
    const char* race = nullptr;  ///< "read after write", "write after write" or "write after read"
};

/// Two accesses of one byte race when one writes, the threads differ, and neither a block barrier nor (within a warp) a warp barrier lies between.
/// Epochs number the barriers of all blocks ever, so that nothing needs clearing between blocks.
class SharedShadow {
public:
    explicit SharedShadow(std::size_t bytes) : bytes_(bytes) {}
    void begin_block();
    void next_epoch() { ++epoch_; }
    void next_warp_epoch(unsigned warp) { ++warp_epochs_[warp]; }
    SharedFinding access(const CudaThread& thread, std::size_t offset, unsigned bytes, AccessKind kind);

private:
    static constexpr std::uint16_t kSeveral = 0xFFFF;
    struct Touch {
        std::uint32_t epoch = 0, warp_epoch = 0;
        std::uint16_t thread = 0, warp = 0;  // kSeveral: more than one
    };
    struct Byte {
        Touch write, read, atomic;
    };
    /// Whether `touch`, by another, is not ordered before `now`.
    static bool concurrent(const Touch& touch, const Touch& now);
    static void merge(Touch& readers, const Touch& now);

    std::vector<Byte> bytes_;
    std::uint32_t epoch_ = 0, first_epoch_ = 1;
    std::array<std::uint32_t, 32> warp_epochs_{};
};

}  // namespace simulated_cuda
