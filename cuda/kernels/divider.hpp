// SPDX-License-Identifier: Apache-2.0
// Division by a number that is known before the launch, as a multiplication (Granlund and Montgomery 1994, figure 4.1).
#pragma once

#include <cstdint>

namespace ndlease::gpu {

/// Divides numbers below 2^31 (32 bits) or 2^63 (64 bits); kernels do it with `divide` of divide.cuh.
template <class Unsigned>
struct Divider {
    Unsigned divisor;
    Unsigned multiplier;
    std::uint32_t shift;

    Divider() = default;
    /// 1 <= d <= 2^31 or 2^63.
    explicit constexpr Divider(std::uint64_t d) noexcept : divisor(static_cast<Unsigned>(d)), multiplier(0), shift(0) {
        while ((std::uint64_t{1} << shift) < d) ++shift;
        __extension__ using Wide = unsigned __int128;
        const Wide excess = (std::uint64_t{1} << shift) - d;
        multiplier = static_cast<Unsigned>((excess << (8 * sizeof(Unsigned))) / d + 1);
    }
};

}  // namespace ndlease::gpu
