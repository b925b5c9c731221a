// SPDX-License-Identifier: Apache-2.0
// Checks the result of a pattern with loops over its elements, apart from the library's copy engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pattern.hpp"

namespace ndlease::patterns {

/// What a destination buffer is filled with before the copy.
inline constexpr std::byte poison{0xA5};

/// What a source buffer is filled with: random bytes, or random floats of medium size where a pattern converts them, so that none is slowed down by
/// subnormals or NaNs.
enum class Content : std::uint8_t { bytes, floats };
[[nodiscard]] Content content_for(const Copy& copy) noexcept;

/// The same bytes for the same seed, whatever `threads` is.
void fill_random(std::span<std::byte> buffer, Content content, std::uint64_t seed, int threads = 1);
void fill_random(std::span<std::byte> buffer, const Copy& copy, std::uint64_t seed);
/// Whether the buffer still holds what fill_random wrote.
[[nodiscard]] bool is_random(std::span<const std::byte> buffer, Content content, std::uint64_t seed, int threads = 1);

void fill_poison(std::span<std::byte> buffer, int threads = 1);

/// Compares each element of `dst` with that of `src`, and every byte between the elements with `poison`.
/// Returns "" or where and how the first difference shows. Elements of `dst` may be overwritten with poison.
[[nodiscard]] std::string find_mismatch(const Copy& copy, std::span<const std::byte> src, std::span<std::byte> dst, int threads = 1);
/// The same for copies between two buffers, all of which were made.
[[nodiscard]] std::string find_mismatch(const std::vector<Copy>& copies, std::span<const std::byte> src, std::span<std::byte> dst, int threads = 1);

}  // namespace ndlease::patterns
