// SPDX-License-Identifier: Apache-2.0
// How kernels are launched: one way for nvcc and for the simulation. The result of the launch is returned, not left to be asked for.
#pragma once

#include <algorithm>
#include <cstdint>

#include <cuda_runtime_api.h>

#if defined(NDLEASE_SIMULATED_CUDA)
#include <simulated_cuda/kernel.hpp>
#endif

namespace ndlease::gpu {

/// One dimension; kernels loop over what is beyond the limit.
[[nodiscard]] inline dim3 grid_of(std::uint64_t blocks) noexcept {
    constexpr std::uint64_t limit = 0x7fffffff;
    return dim3(static_cast<unsigned>(std::min(blocks, limit)));
}

/// The current device must be the stream's. `name` is what reports call the kernel.
template <class Parameters>
[[nodiscard]] cudaError_t launch(void (*kernel)(Parameters), const char* name, dim3 grid, int threads, cudaStream_t stream, const Parameters& parameters) {
#if defined(NDLEASE_SIMULATED_CUDA)
    return simulated_cuda::launch(kernel, name, grid, dim3(static_cast<unsigned>(threads)), 0, stream, parameters);
#else
    static_cast<void>(name);
    void* arguments[] = {const_cast<Parameters*>(&parameters)};
    return cudaLaunchKernel(reinterpret_cast<const void*>(kernel), grid, dim3(static_cast<unsigned>(threads)), arguments, 0, stream);
#endif
}

}  // namespace ndlease::gpu
