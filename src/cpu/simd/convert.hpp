// SPDX-License-Identifier: Apache-2.0
// Contiguous runs of frequent conversions. The results equal the portable kernels' (cpu/convert_value.hpp) bit by bit.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu/convert_number.hpp"

namespace ndlease::cpu {

/// Converts `count` items. `streamed`: as far as whole lines of dst are written, around the caches (cpu/simd/stream.hpp). Any alignment. The two
/// runs share no byte; those of a byte swap may also be the same.
using VectorKernel = void(std::byte* dst, const std::byte* src, std::int64_t count, bool streamed);

/// NULL where there is none for these types, or for this processor.
[[nodiscard]] VectorKernel* vector_kernel(NumberType to, NumberType from) noexcept;
/// Reverses the bytes of each item. NULL unless `bytes` is 2, 4, 8 or 16, or where the processor has no vectors.
[[nodiscard]] VectorKernel* vector_swap_kernel(std::int64_t bytes) noexcept;

}  // namespace ndlease::cpu
