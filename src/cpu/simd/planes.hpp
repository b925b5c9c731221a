// SPDX-License-Identifier: Apache-2.0
// Words that alternate in one run and lie by kind in several: pixels and planes, structures of arrays.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ndlease::cpu {

inline constexpr int most_planes = 4;

/// Whether there are kernels for so many planes of such words (bytes).
[[nodiscard]] constexpr bool has_plane_kernels(std::int64_t planes, std::int64_t word_bytes) noexcept {
    return planes >= 2 && planes <= most_planes && (word_bytes == 1 || word_bytes == 2 || word_bytes == 4 || word_bytes == 8);
}

/// dst[p][i] = src[i][p] for `count` pixels of `planes` words each. Any alignment; no plane shares a byte with another, or with the source.
/// `streamed`: around the caches (cpu/simd/stream.hpp) as far as whole lines are written, where the planes start at whole words.
void split_planes(std::byte* const* dst, int planes, std::int64_t word_bytes, const std::byte* src, std::int64_t count, bool streamed) noexcept;

/// dst[i][p] = src[p][i], likewise; streamed, where dst is at a line's start after some pixels.
void join_planes(std::byte* dst, const std::byte* const* src, int planes, std::int64_t word_bytes, std::int64_t count, bool streamed) noexcept;

}  // namespace ndlease::cpu
