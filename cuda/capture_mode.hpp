// SPDX-License-Identifier: Apache-2.0
// Calls that wait, ask or allocate on the host would spoil a graph capture that this or another thread has open.
#pragma once

#include <cuda_runtime_api.h>

namespace ndlease::gpu {

/// While it lives, calls of this thread are not held against open captures (cudaStreamCaptureModeRelaxed).
class RelaxedCapture {
public:
    RelaxedCapture() noexcept { code_ = cudaThreadExchangeStreamCaptureMode(&mode_); }
    RelaxedCapture(const RelaxedCapture&) = delete;
    RelaxedCapture& operator=(const RelaxedCapture&) = delete;
    ~RelaxedCapture() {
        if (code_ != cudaSuccess) return;
        cudaStreamCaptureMode back = mode_;
        if (cudaThreadExchangeStreamCaptureMode(&back) != cudaSuccess) {  // once more: a failure that passes must not leave the mode changed
            back = mode_;
            static_cast<void>(cudaThreadExchangeStreamCaptureMode(&back));
        }
    }
    /// cudaSuccess, or why the mode could not be changed.
    [[nodiscard]] cudaError_t code() const noexcept { return code_; }
    static constexpr const char* call = "cudaThreadExchangeStreamCaptureMode";

private:
    cudaStreamCaptureMode mode_ = cudaStreamCaptureModeRelaxed;
    cudaError_t code_ = cudaSuccess;
};

}  // namespace ndlease::gpu
