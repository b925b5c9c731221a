// SPDX-License-Identifier: Apache-2.0
// The current device of the calling thread, changed for a scope.
#pragma once

#include <cuda_runtime_api.h>

namespace ndlease::gpu {

/// For a scope that leaves the device as it is.
inline constexpr int any_device = -1;

/// Makes `device` the current one and puts the one before back, on every path. Does not throw: ask code(). Like every call that names a device, it may start
/// the runtime there.
class DeviceGuard {
public:
    explicit DeviceGuard(int device) noexcept {
        if (device == any_device) return;
        code_ = cudaGetDevice(&before_);
        call_ = "cudaGetDevice";
        if (code_ != cudaSuccess || before_ == device) return;
        code_ = cudaSetDevice(device);
        call_ = "cudaSetDevice";
        changed_ = code_ == cudaSuccess;
    }
    DeviceGuard(const DeviceGuard&) = delete;
    DeviceGuard& operator=(const DeviceGuard&) = delete;
    ~DeviceGuard() {
        // Once more where it fails: the caller must not be left on another device by a failure that passes.
        if (changed_ && cudaSetDevice(before_) != cudaSuccess) static_cast<void>(cudaSetDevice(before_));
    }
    /// cudaSuccess, or why `device` could not be made current; then nothing was changed.
    [[nodiscard]] cudaError_t code() const noexcept { return code_; }
    [[nodiscard]] const char* call() const noexcept { return call_; }

private:
    int before_ = 0;
    bool changed_ = false;
    cudaError_t code_ = cudaSuccess;
    const char* call_ = nullptr;
};

}  // namespace ndlease::gpu
