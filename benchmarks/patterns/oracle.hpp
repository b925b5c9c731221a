// SPDX-License-Identifier: Apache-2.0
// Checks the result of a pattern with nested loops over its elements: slow, simple, and apart from the library's copy engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "pattern.hpp"

namespace ndlease::patterns {

/// What a destination buffer is filled with before the copy.
inline constexpr std::byte poison{0xA5};

/// Random bytes; where the pattern casts floats, random floats of medium size, so that no pattern is slowed down by subnormals or NaNs.
void fill_random(std::span<std::byte> buffer, const Copy& copy, std::uint64_t seed);

/// Compares each element of `dst` with that of `src`, and every byte between the elements with `poison`.
/// Returns "" or where and how the first difference shows. `dst` holds nothing but poison afterwards when all is well.
[[nodiscard]] std::string find_mismatch(const Copy& copy, std::span<const std::byte> src, std::span<std::byte> dst);

}  // namespace ndlease::patterns
