// SPDX-License-Identifier: Apache-2.0
// A cudaMemPool_t and the stream for allocations that name none.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <mutex>

namespace ndlease::gpu {

/// Made when first used, so that a process that uses no pool makes none. Never destroyed. Any thread.
class NativePool {
public:
    struct Handles {
        cudaMemPool_t pool = nullptr;
        cudaStream_t stream = nullptr;
    };
    explicit NativePool(int device) noexcept : device_(device) {}

    /// Throws Error: errc::not_supported (a device without pools), errc::device.
    [[nodiscard]] Handles get();
    /// NULL stream while there is none.
    [[nodiscard]] Handles get_if_made() noexcept;
    void set_release_threshold(std::uint64_t bytes);
    void open_to(int user);
    void forget() noexcept;

private:
    void make();
    void apply_release_threshold(const Handles& handles);
    void apply_access(const Handles& handles, int user);

    int device_;
    std::mutex mutex_;
    Handles handles_;
    std::uint64_t release_threshold_ = std::uint64_t{64} << 20;
    std::uint64_t users_ = 0;  // a bit for each other device that may use the memory
};

}  // namespace ndlease::gpu
