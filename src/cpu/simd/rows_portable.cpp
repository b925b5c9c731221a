// SPDX-License-Identifier: Apache-2.0
#include "cpu/simd/rows.hpp"

#include <cstring>

namespace ndlease::cpu {

void gather_rows(std::byte* buffer, std::int64_t pitch, const std::byte* src, const RowStarts& starts, std::int64_t rows, std::int64_t bytes) noexcept {
    for (std::int64_t i = 0; i < rows; ++i) std::memcpy(buffer + i * pitch, src + starts.at(i), static_cast<std::size_t>(bytes));
}

void claim_row_ends(std::byte* /*dst*/, const RowStarts& /*starts*/, std::int64_t /*rows*/, std::int64_t /*bytes*/) noexcept {}

void scatter_rows(std::byte* dst, const RowStarts& starts, const std::byte* buffer, std::int64_t pitch, std::int64_t rows, std::int64_t bytes, bool /*stream*/,
                  const RowsAhead& /*ahead*/) noexcept {
    for (std::int64_t i = 0; i < rows; ++i) std::memcpy(dst + starts.at(i), buffer + i * pitch, static_cast<std::size_t>(bytes));
}

void exchange_rows(std::byte* buffer, std::int64_t pitch, const RowsAhead& in, std::int64_t first, std::int64_t count, const RowsAhead& /*after*/,
                   RowsToWrite* out, std::int64_t until) noexcept {
    gather_rows(buffer, pitch, in.src, in.starts.from(first), count, in.bytes);
    if (until <= out->next) return;
    scatter_rows(out->dst, out->starts.from(out->next), out->buffer + out->next * out->pitch, out->pitch, until - out->next, out->bytes, true, {});
    out->next = until;
}

}  // namespace ndlease::cpu
