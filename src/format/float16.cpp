// SPDX-License-Identifier: Apache-2.0
#include <ndlease/float16.hpp>

#include "format/float16_bits.hpp"

namespace ndlease {

std::uint16_t float16::from_float(float value) noexcept { return detail::binary16_from_float(value); }
float float16::to_float(std::uint16_t bits) noexcept { return detail::float_from_binary16(bits); }
std::uint16_t float16::from_double(double value) noexcept { return detail::binary16_from_double(value); }

std::uint16_t bfloat16::from_float(float value) noexcept { return detail::bfloat16_from_float(value); }
float bfloat16::to_float(std::uint16_t bits) noexcept { return detail::float_from_bfloat16(bits); }
std::uint16_t bfloat16::from_double(double value) noexcept { return detail::bfloat16_from_double(value); }

}  // namespace ndlease
