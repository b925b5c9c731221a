// SPDX-License-Identifier: Apache-2.0
// Transposes small matrices that lie in or near the first-level cache.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ndlease::cpu {

/// Whether transpose_words has a kernel for such words (bytes).
[[nodiscard]] constexpr bool is_transposable(std::int64_t word_bytes) noexcept {
    return word_bytes == 1 || word_bytes == 2 || word_bytes == 4 || word_bytes == 8 || word_bytes == 16;
}

/// A matrix and its transpose; pitches are bytes from row to row, may be negative, and need no alignment. The two share no byte.
struct MatrixPair {
    std::byte* dst;
    std::int64_t dst_pitch;
    const std::byte* src;
    std::int64_t src_pitch;
};

/// dst[column][row] = src[row][column]; the source has `rows` rows of `columns` words each.
void transpose_words(std::int64_t word_bytes, const MatrixPair& matrices, std::int64_t rows, std::int64_t columns) noexcept;

}  // namespace ndlease::cpu
