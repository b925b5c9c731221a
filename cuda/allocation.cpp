// SPDX-License-Identifier: Apache-2.0
#include "allocation.hpp"

#include <string>

#include "error.hpp"
#include "isolated.hpp"
#include "memory/statistics.hpp"

#include <ndlease/memory.hpp>

namespace ndlease::gpu {

void check_alignment(std::size_t alignment, Device memory) {
    if (alignment <= largest_alignment) return;
    throw Error(errc::invalid_argument, "an alignment of " + std::to_string(alignment) + " bytes on " + to_string(memory) +
                                            ": CUDA's allocations are aligned to " + std::to_string(largest_alignment) + " bytes");
}

void throw_not_allocated(cudaError_t code, const char* call, std::size_t bytes, Device memory, int device) {
    std::string message = std::to_string(bytes) + " bytes of " + to_string(memory) + " memory could not be allocated: " + call + ": " + error_text(code);
    if (code != cudaErrorMemoryAllocation) throw Error(errc::device, message);
    std::size_t free = 0;
    std::size_t total = 0;
    if (device != any_device && isolated(device, [&] { return cudaMemGetInfo(&free, &total); }) == cudaSuccess) {
        message += "; " + std::to_string(free) + " of " + std::to_string(total) + " bytes are free";
    }
    throw Error(errc::out_of_memory, message);
}

bool count_free(cudaError_t code, std::size_t bytes) noexcept {
    if (code == cudaSuccess) return true;
    if (code == cudaErrorCudartUnloading) {
        detail::count_skipped_free();
    } else {
        detail::count_failed_free(bytes);
    }
    return false;
}

}  // namespace ndlease::gpu
