// SPDX-License-Identifier: Apache-2.0
// Storage types for IEEE binary16 and bfloat16, so that C++ code can name the item of such a View.
#pragma once

#include <cstdint>

#include <ndlease/export.hpp>

namespace ndlease {

/// IEEE 754 binary16. Converts to float exactly; from float it rounds to nearest even, overflow gives infinity, NaN stays NaN.
struct float16 {
    std::uint16_t bits = 0;
    float16() = default;
    explicit float16(float value) noexcept : bits(from_float(value)) {}
    explicit operator float() const noexcept { return to_float(bits); }
    [[nodiscard]] NDLEASE_API static std::uint16_t from_float(float value) noexcept;
    [[nodiscard]] NDLEASE_API static float to_float(std::uint16_t bits) noexcept;
    /// Straight from double, rounded once (through float it would be rounded twice).
    [[nodiscard]] NDLEASE_API static std::uint16_t from_double(double value) noexcept;
};

/// bfloat16: the upper half of a binary32. The same rounding rules.
struct bfloat16 {
    std::uint16_t bits = 0;
    bfloat16() = default;
    explicit bfloat16(float value) noexcept : bits(from_float(value)) {}
    explicit operator float() const noexcept { return to_float(bits); }
    [[nodiscard]] NDLEASE_API static std::uint16_t from_float(float value) noexcept;
    [[nodiscard]] NDLEASE_API static float to_float(std::uint16_t bits) noexcept;
    [[nodiscard]] NDLEASE_API static std::uint16_t from_double(double value) noexcept;
};

}  // namespace ndlease
