// SPDX-License-Identifier: Apache-2.0
// Where a simulated CUDA thread is, and how it waits for others.
#pragma once

#include <vector_types.h>

#include <cstdint>

namespace simulated_cuda {

/// A place in the source. std::source_location needs a newer clang than the project's oldest.
struct Line {
    const char* file;
    unsigned line;
    static constexpr Line here(const char* f = __builtin_FILE(), unsigned l = static_cast<unsigned>(__builtin_LINE())) { return {f, l}; }
};

class ThreadBlock;

/// One CUDA thread of the running block.
struct CudaThread {
    uint3 thread_index, block_index;
    dim3 block_size, grid_size;
    unsigned linear = 0;  ///< x fastest; its warp is linear / 32
    ThreadBlock* block = nullptr;
    [[nodiscard]] unsigned warp() const { return linear / 32; }
    [[nodiscard]] unsigned lane() const { return linear % 32; }
};

/// The CUDA thread that runs now on this host thread; null outside of kernels.
[[nodiscard]] CudaThread* running_thread() noexcept;
/// The same, in a kernel. Aborts with a message outside of one.
[[nodiscard]] const CudaThread& this_thread() noexcept;

/// Waits for all threads of the block. A thread of the block that ended before, or waits in another line, is a divergent barrier: reported, and
/// the launch ends there.
void block_barrier(Line where = Line::here());
/// Waits for all threads of the warp that have not ended.
void warp_barrier(Line where = Line::here());

}  // namespace simulated_cuda
