// SPDX-License-Identifier: Apache-2.0
// Keeps errors of ndlease's own calls out of the calling thread's last CUDA error.
#pragma once

#include <cuda_runtime_api.h>

namespace ndlease::gpu {

/// For a scope that begins without a pending error: what fails in it is cleared at its end. An error that stays (see is_sticky) stays.
class LastErrorGuard {
public:
    LastErrorGuard() noexcept : was_clear_(cudaPeekAtLastError() == cudaSuccess) {}
    LastErrorGuard(const LastErrorGuard&) = delete;
    LastErrorGuard& operator=(const LastErrorGuard&) = delete;
    ~LastErrorGuard() {
        if (was_clear_) static_cast<void>(cudaGetLastError());
    }

private:
    bool was_clear_;
};

}  // namespace ndlease::gpu
