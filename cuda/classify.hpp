// SPDX-License-Identifier: Apache-2.0
// What a code of the CUDA runtime means to ndlease.
#pragma once

#include <cuda_runtime_api.h>

#include "stream/operations.hpp"

namespace ndlease::gpu {

/// Errors after which no work of this process runs on the device any more ("the process must be terminated and relaunched", says the runtime's manual),
/// and those that say that the context is gone. cudaGetLastError does not clear them.
[[nodiscard]] bool is_sticky(cudaError_t code) noexcept;
[[nodiscard]] detail::Outcome outcome_of(cudaError_t code) noexcept;
[[nodiscard]] inline detail::Result result_of(cudaError_t code, const char* call) noexcept {
    return {code == cudaSuccess ? detail::Outcome::ok : outcome_of(code), static_cast<int>(code), call};
}

}  // namespace ndlease::gpu
