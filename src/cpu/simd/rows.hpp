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

/// Rows of a source. Where they are only asked for, they need not exist.
struct RowsAhead {
    const std::byte* src = nullptr;
    RowStarts starts = {};
    std::int64_t rows = 0;
    std::int64_t bytes = 0;  ///< of a row
};

/// Rows on their way from a buffer to a destination.
struct RowsToWrite {
    std::byte* dst = nullptr;
    RowStarts starts = {};
    const std::byte* buffer = nullptr;
    std::int64_t pitch = 0;  ///< of the buffer
    std::int64_t rows = 0;
    std::int64_t bytes = 0;  ///< of a row
    std::int64_t next = 0;   ///< the first that is not written yet
};

/// Copies `rows` rows of `bytes` bytes each, one after the other, into `buffer` at `pitch`.
void gather_rows(std::byte* buffer, std::int64_t pitch, const std::byte* src, const RowStarts& starts, std::int64_t rows, std::int64_t bytes) noexcept;

/// Asks for the lines that rows of `bytes` bytes share with their neighbours: they will be written in part, and a write that waits for its line holds up all
/// that follow it.
void claim_row_ends(std::byte* dst, const RowStarts& starts, std::int64_t rows, std::int64_t bytes) noexcept;

/// How many rows before one of `bytes` bytes is written its ends are asked for.
[[nodiscard]] constexpr std::int64_t rows_claimed_ahead(std::int64_t bytes) noexcept { return 4096 / bytes + 1; }

/// Copies rows out of `buffer`; `stream`: around the caches (finish_streaming is the caller's to call).
/// Meanwhile asks for the rows ahead: memory reads while it writes.
void scatter_rows(std::byte* dst, const RowStarts& starts, const std::byte* buffer, std::int64_t pitch, std::int64_t rows, std::int64_t bytes, bool stream,
                  const RowsAhead& ahead) noexcept;

/// Copies the rows [first, first + count) of `in` into `buffer` at `pitch`. Before each of them it asks for one further on, of `in` or, after its last, of
/// `after`; after each it writes some rows of `out` around the caches (finish_streaming is the caller's to call), so that those before `until` are written
/// when it returns. The ends of the rows written are asked for rows_claimed_ahead() rows before. `out` shares no byte with `buffer`. `count` is not 0.
void exchange_rows(std::byte* buffer, std::int64_t pitch, const RowsAhead& in, std::int64_t first, std::int64_t count, const RowsAhead& after, RowsToWrite* out,
                   std::int64_t until) noexcept;

}  // namespace ndlease::cpu
