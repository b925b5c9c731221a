// SPDX-License-Identifier: Apache-2.0
// Moves the rows of tiles between where they lie and small buffers.
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

/// Rows that are read next. They need not exist.
struct RowsAhead {
    const std::byte* src = nullptr;
    RowStarts starts = {};
    std::int64_t rows = 0;     ///< 0: nothing is asked for
    std::int64_t bytes = 0;    ///< of a row
    bool begins_known = true;  ///< the line that each begins within was read not long ago: the one that it ends within is asked for whole instead
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
