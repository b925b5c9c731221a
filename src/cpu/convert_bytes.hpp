// SPDX-License-Identifier: Apache-2.0
// Kernels that move items of a fixed size: as they are, or with their bytes reversed.
#pragma once

#include "cpu/convert_number.hpp"

namespace ndlease::cpu {

/// NULL unless `bytes` is 1, 2, 4, 8 or 16.
[[nodiscard]] ConvertKernel* move_kernel(std::int64_t bytes) noexcept;
/// Reverses the bytes of each item, also in place (both runs the same). NULL unless `bytes` is 2, 4, 8, 12 or 16.
[[nodiscard]] ConvertKernel* swap_kernel(std::int64_t bytes) noexcept;

}  // namespace ndlease::cpu
