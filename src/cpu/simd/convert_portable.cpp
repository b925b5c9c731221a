// SPDX-License-Identifier: Apache-2.0
#include "cpu/simd/convert.hpp"

namespace ndlease::cpu {

VectorKernel* vector_kernel(NumberType, NumberType) noexcept { return nullptr; }
VectorKernel* vector_swap_kernel(std::int64_t) noexcept { return nullptr; }

}  // namespace ndlease::cpu
