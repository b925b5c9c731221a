// SPDX-License-Identifier: Apache-2.0
// One launch as it runs.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <simulated_cuda/launch.hpp>
#include <string>
#include <vector>

namespace simulated_cuda {

struct Grid {
    std::string name;
    dim3 grid, block;
    std::size_t dynamic_shared_bytes = 0;
    KernelOptions options;
    std::shared_ptr<const std::vector<AllowedRange>> allowed;  ///< null: all
    std::function<void()> body;                                ///< one CUDA thread
    std::vector<std::uintptr_t> argument_words;

    [[nodiscard]] std::uint64_t blocks() const { return std::uint64_t{grid.x} * grid.y * grid.z; }
    [[nodiscard]] unsigned threads() const { return block.x * block.y * block.z; }
    /// x fastest.
    [[nodiscard]] uint3 block_index(std::uint64_t linear) const {
        return {static_cast<unsigned>(linear % grid.x), static_cast<unsigned>(linear / grid.x % grid.y), static_cast<unsigned>(linear / grid.x / grid.y)};
    }
    [[nodiscard]] uint3 thread_index(unsigned linear) const { return {linear % block.x, linear / block.x % block.y, linear / block.x / block.y}; }
};

/// Runs all blocks one after another, in an order that the seed chooses. Lets no exception out: what a kernel throws is reported and ends the launch.
void run_grid(const Grid& grid);

}  // namespace simulated_cuda
