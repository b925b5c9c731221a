// SPDX-License-Identifier: Apache-2.0
// The numbers that the host converts, in its own byte order, and the kernels that convert strided runs of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ndlease::cpu {

/// A real number's type. Complex numbers are pairs of these.
enum class NumberType : std::uint8_t {
    boolean,
    int8,
    uint8,
    int16,
    uint16,
    int32,
    uint32,
    int64,
    uint64,
    int128,
    uint128,
    binary16,
    bfloat16,
    binary32,
    binary64,
    x87,
    binary128,
    binary64_odd,  ///< only as a destination: binary64 rounded to odd, which a float8 is then rounded from as if rounded once
};
inline constexpr int number_source_count = static_cast<int>(NumberType::binary64_odd);

/// Converts `count` items; strides in bytes, of any size and sign, 0 included; any alignment. The two runs share no byte.
using ConvertKernel = void(std::byte* dst, std::int64_t dst_stride, const std::byte* src, std::int64_t src_stride, std::int64_t count) noexcept;
/// The index of the first item that the conversion would change; -1 when there is none.
using LossKernel = std::int64_t(const std::byte* src, std::int64_t src_stride, std::int64_t count) noexcept;

struct NumberKernels {
    ConvertKernel* convert = nullptr;  ///< NULL: the host has no such type
    LossKernel* loss = nullptr;        ///< NULL: no value is ever lost
};
[[nodiscard]] NumberKernels number_kernels(NumberType to, NumberType from) noexcept;

/// What a complex number's imaginary part needs, for each real type but boolean and integers (NULL there).
struct ImaginaryKernels {
    ConvertKernel* or_nonzero = nullptr;  ///< dst, a boolean, becomes true where the source is not 0
    LossKernel* nonzero = nullptr;        ///< finds the first that is not 0
};
[[nodiscard]] ImaginaryKernels imaginary_kernels(NumberType type) noexcept;

/// Whether the host can compute with it (x87 and binary128 are not everywhere).
[[nodiscard]] bool has_number(NumberType type) noexcept;
/// Bytes of one in memory; 16 for x87, of which kernels read and write the first 10.
[[nodiscard]] std::int64_t number_bytes(NumberType type) noexcept;

}  // namespace ndlease::cpu
