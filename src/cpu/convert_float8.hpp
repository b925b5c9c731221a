// SPDX-License-Identifier: Apache-2.0
// The 8-bit floats: exact to binary32, rounded once from binary64 (which may itself have been rounded to odd).
#pragma once

#include "cpu/convert_number.hpp"

namespace ndlease::cpu {

/// How an 8-bit float is laid out. Bits from the top: sign (where there is one), exponent, mantissa.
enum class Float8 : std::uint8_t { e3m4, e4m3, e4m3b11fnuz, e4m3fn, e4m3fnuz, e5m2, e5m2fnuz, e8m0fnu };

[[nodiscard]] float float_from_float8(Float8 type, std::uint8_t code) noexcept;
/// Nearest, ties to the even code; beyond the largest it is infinity, or NaN where the type has no infinity (never saturated).
/// e8m0fnu has neither zero nor sign: 0 becomes its smallest, 2^-127, and what is negative becomes NaN.
[[nodiscard]] std::uint8_t float8_from_double(Float8 type, double value) noexcept;

struct Float8Kernels {
    ConvertKernel* to_float;     ///< to binary32
    ConvertKernel* from_double;  ///< from binary64
    LossKernel* loss;            ///< of from_double
};
[[nodiscard]] Float8Kernels float8_kernels(Float8 type) noexcept;

}  // namespace ndlease::cpu
