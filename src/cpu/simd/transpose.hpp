// SPDX-License-Identifier: Apache-2.0
// Transposes small matrices that lie in or near the first-level cache, and moves their rows in and out.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ndlease::cpu {

/// Where the rows of a matrix start, in bytes: at offsets[i], or at first + i * pitch where there are no offsets.
struct RowStarts {
    const std::int64_t* offsets = nullptr;
    std::int64_t pitch = 0;
    std::int64_t first = 0;

    [[nodiscard]] std::int64_t at(std::int64_t row) const noexcept { return offsets != nullptr ? offsets[row] : first + row * pitch; }
    /// Without the rows before `row`.
    [[nodiscard]] RowStarts from(std::int64_t row) const noexcept { return {offsets != nullptr ? offsets + row : nullptr, pitch, first + row * pitch}; }
};

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

/// Rows that are read next. They need not exist.
struct RowsAhead {
    const std::byte* src = nullptr;
    RowStarts starts = {};
    std::int64_t rows = 0;     ///< 0: nothing is asked for
    std::int64_t bytes = 0;    ///< of a row
    bool begins_cold = false;  ///< the line that a row begins within was not read lately with the row before it
};

/// Copies `rows` rows of `bytes` bytes each, one after the other, into `buffer` at `pitch`.
void gather_rows(std::byte* buffer, std::int64_t pitch, const std::byte* src, const RowStarts& starts, std::int64_t rows, std::int64_t bytes) noexcept;

/// Asks for the lines that rows of `bytes` bytes share with their neighbours: they will be written in part, and a write that waits for its line holds up all
/// that follow it.
void claim_row_ends(std::byte* dst, const RowStarts& starts, std::int64_t rows, std::int64_t bytes) noexcept;

/// Copies rows out of `buffer`; `stream`: around the caches (finish_streaming is the caller's to call).
/// Meanwhile asks for the rows ahead: memory reads while it writes.
void scatter_rows(std::byte* dst, const RowStarts& starts, const std::byte* buffer, std::int64_t pitch, std::int64_t rows, std::int64_t bytes, bool stream,
                  const RowsAhead& ahead) noexcept;

}  // namespace ndlease::cpu
