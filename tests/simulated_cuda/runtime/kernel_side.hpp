// SPDX-License-Identifier: Apache-2.0
// What the two halves of the simulation ask of each other: the runtime (streams, memory) and the kernel side (grids of fibers, checkers).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include <cuda_runtime_api.h>

namespace simulated_cuda {

// -- implemented by the runtime, used by the kernel side --

enum class MemoryKind : std::uint8_t { device, pinned, managed };

/// One allocation that the simulated runtime handed out; it stays known after it was freed.
struct MemoryBlock {
    std::uintptr_t begin = 0;
    std::size_t bytes = 0;  ///< as asked for
    MemoryKind kind = MemoryKind::device;
    int device = 0;                       ///< owner; for pinned and managed memory the device that was current
    bool live = false;                    ///< false: freed in stream order or at once; a kernel must not touch it
    std::uint8_t* initialised = nullptr;  ///< one byte per byte, 0: never written
};

/// The block that holds `address`, live or freed lately; null for memory that the runtime does not know. Valid until the next runtime call.
[[nodiscard]] MemoryBlock* block_containing(std::uintptr_t address);
/// Whether a kernel on `device` may dereference the block: its own, pinned, managed, or a peer's with access enabled.
[[nodiscard]] bool reachable(int device, const MemoryBlock& block);
/// The device whose work is being run by the scheduler now; -1 outside of device work.
[[nodiscard]] int running_device();

/// One launch in stream order. `run` executes the whole grid, when the scheduler decides so.
struct KernelLaunch {
    std::string name;
    dim3 grid, block;
    std::size_t dynamic_shared_bytes = 0;
    std::function<void()> run;
    const void* function = nullptr;  ///< the kernel, for limits set by cudaFuncSetAttribute; null: the default limits
};
/// Checks the configuration (limits of threads per block, grid, shared memory), then queues or captures the launch. Counts as a runtime call
/// (cudaLaunchKernel): it can fail by fault injection, and sets the thread's last error.
cudaError_t enqueue_kernel(cudaStream_t stream, KernelLaunch launch);

}  // namespace simulated_cuda
