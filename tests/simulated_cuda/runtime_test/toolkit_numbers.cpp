// SPDX-License-Identifier: Apache-2.0
// The toolkit's numbers under the simulation's names. Compiled against the toolkit's headers alone.
#include <cuda_runtime_api.h>

#include "toolkit_numbers.hpp"

#ifdef NDLEASE_SIMULATED_CUDA
#error "this file is to see the toolkit's headers"
#endif

namespace simulated_cuda::test {

std::span<const Number> toolkit_numbers() {
#define NUMBER(name) {#name, static_cast<long long>(name)},
    static constexpr Number numbers[] = {
#include "numbers.inc"
    };
#undef NUMBER
    return numbers;
}

std::span<const Number> toolkit_sizes() {
    static constexpr Number sizes[] = {
        {"dim3", sizeof(dim3)},
        {"uint3", sizeof(uint3)},
        {"uint2 alignment", alignof(uint2)},
        {"uint4 alignment", alignof(uint4)},
        {"uchar4 alignment", alignof(uchar4)},
        {"double2 alignment", alignof(double2)},
        {"longlong2 alignment", alignof(longlong2)},
        {"cudaMemcpy3DParms", sizeof(cudaMemcpy3DParms)},
        {"cudaMemPoolProps", sizeof(cudaMemPoolProps)},
        {"cudaGraphEdgeData", sizeof(cudaGraphEdgeData)},
    };
    return sizes;
}

}  // namespace simulated_cuda::test
