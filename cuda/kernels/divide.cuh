// SPDX-License-Identifier: Apache-2.0
// The device's half of divider.hpp.
#pragma once

#include <cstdint>

#include "kernels/access.cuh"
#include "kernels/divider.hpp"

namespace ndlease::gpu {

__device__ __forceinline__ std::uint32_t divide(std::uint32_t n, const Divider<std::uint32_t>& by) { return (__umulhi(by.multiplier, n) + n) >> by.shift; }
__device__ __forceinline__ std::uint64_t divide(std::uint64_t n, const Divider<std::uint64_t>& by) { return (__umul64hi(by.multiplier, n) + n) >> by.shift; }

/// n becomes the quotient; returns the remainder.
template <class Unsigned>
__device__ __forceinline__ Unsigned take_remainder(Unsigned* n, const Divider<Unsigned>& by) {
    const Unsigned quotient = divide(*n, by);
    const Unsigned remainder = *n - quotient * by.divisor;
    *n = quotient;
    return remainder;
}

}  // namespace ndlease::gpu
