// SPDX-License-Identifier: Apache-2.0
#include "cpu/simd/transpose.hpp"

#include <cstring>

#include "cpu/item.hpp"

namespace ndlease::cpu {

void transpose_words(std::int64_t word_bytes, const MatrixPair& m, std::int64_t rows, std::int64_t columns) noexcept {
    with_item(word_bytes, [&](auto word) {
        for (std::int64_t i = 0; i < rows; ++i) move_items(word, m.dst + i * word.size, m.dst_pitch, m.src + i * m.src_pitch, word.size, columns);
    });
}

void gather_rows(std::byte* buffer, std::int64_t pitch, const std::byte* src, const RowStarts& starts, std::int64_t rows, std::int64_t bytes) noexcept {
    for (std::int64_t i = 0; i < rows; ++i) std::memcpy(buffer + i * pitch, src + starts.at(i), static_cast<std::size_t>(bytes));
}

void claim_row_ends(std::byte* /*dst*/, const RowStarts& /*starts*/, std::int64_t /*rows*/, std::int64_t /*bytes*/) noexcept {}

void scatter_rows(std::byte* dst, const RowStarts& starts, const std::byte* buffer, std::int64_t pitch, std::int64_t rows, std::int64_t bytes, bool /*stream*/,
                  const RowsAhead& /*ahead*/) noexcept {
    for (std::int64_t i = 0; i < rows; ++i) std::memcpy(dst + starts.at(i), buffer + i * pitch, static_cast<std::size_t>(bytes));
}

}  // namespace ndlease::cpu
