// SPDX-License-Identifier: Apache-2.0
// Turns codes of the CUDA runtime into ndlease::Error.
#pragma once

#include <cuda_runtime_api.h>

#include <string>

#include <ndlease/error.hpp>

namespace ndlease::gpu {

/// "cudaErrorIllegalAddress (700): an illegal memory access was encountered".
[[nodiscard]] inline std::string error_text(cudaError_t code) {
    return std::string(cudaGetErrorName(code)) + " (" + std::to_string(static_cast<int>(code)) + "): " + cudaGetErrorString(code);
}

/// The place of a call, as std::source_location, which clang 14 lacks.
struct SourceLocation {
    const char* file;
    int line;
    [[nodiscard]] static constexpr SourceLocation current(const char* file = __builtin_FILE(), int line = __builtin_LINE()) noexcept { return {file, line}; }
};

/// Throws unless `code` is cudaSuccess: Error{errc::out_of_memory} for cudaErrorMemoryAllocation, else Error{errc::device}. The message names the call, the
/// code, the device where one is given (its ordinal), and file and line. Makes no call that could change the thread's last error.
inline void check(cudaError_t code, const char* call, int device = -1, SourceLocation where = SourceLocation::current()) {
    if (code == cudaSuccess) return;
    throw Error(code == cudaErrorMemoryAllocation ? errc::out_of_memory : errc::device,
                std::string(call) + (device < 0 ? std::string() : " on cuda:" + std::to_string(device)) + ": " + error_text(code) + " [" + where.file + ':' +
                    std::to_string(where.line) + ']');
}

}  // namespace ndlease::gpu
