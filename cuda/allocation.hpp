// SPDX-License-Identifier: Apache-2.0
// What the CUDA memory resources have in common: errors of allocations, and frees that never fail loudly.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>

#include <ndlease/device.hpp>

namespace ndlease::gpu {

/// Every CUDA allocation is aligned to this. Throws Error{errc::invalid_argument} for a larger alignment, which none of them offers.
inline constexpr std::size_t largest_alignment = 256;
void check_alignment(std::size_t alignment, Device memory);

/// Throws that `bytes` could not be allocated: errc::out_of_memory with what is free on `device` (any_device: of the host's memory), errc::device for other
/// codes.
[[noreturn]] void throw_not_allocated(cudaError_t code, const char* call, std::size_t bytes, Device memory, int device);

/// Counts a free that did not happen (see MemoryStatistics). true if `code` is cudaSuccess.
bool count_free(cudaError_t code, std::size_t bytes) noexcept;

}  // namespace ndlease::gpu
