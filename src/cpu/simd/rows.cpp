// SPDX-License-Identifier: Apache-2.0
#include "cpu/simd/rows.hpp"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/simd/rows.cpp"
#include "cpu/simd/targets.hpp"
//
#include <hwy/foreach_target.h>
//
#include <hwy/cache_control.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ndlease::cpu::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr std::int64_t line = 64;

/// Less than 16 bytes, by halves that may overlap.
HWY_INLINE void move_few(std::byte* dst, const std::byte* src, std::int64_t bytes) {
    const auto ends = [&](auto word) {
        auto last = word;
        std::memcpy(&word, src, sizeof word);
        std::memcpy(&last, src + bytes - sizeof last, sizeof last);
        std::memcpy(dst, &word, sizeof word);
        std::memcpy(dst + bytes - sizeof last, &last, sizeof last);
    };
    if (bytes >= 8) {
        ends(std::uint64_t{});
    } else if (bytes >= 4) {
        ends(std::uint32_t{});
    } else if (bytes >= 2) {
        ends(std::uint16_t{});
    } else if (bytes == 1) {
        *dst = *src;
    }
}

/// Some bytes, in vectors as far as they go; the last may overlap the one before.
HWY_INLINE void move_bytes(std::byte* dst, const std::byte* src, std::int64_t bytes) {
    const hn::ScalableTag<std::uint8_t> d;
    const hn::CappedTag<std::uint8_t, 16> part;
    auto* const to = reinterpret_cast<std::uint8_t*>(dst);
    const auto* const from = reinterpret_cast<const std::uint8_t*>(src);
    const auto step = static_cast<std::int64_t>(hn::Lanes(d));
    const auto small = static_cast<std::int64_t>(hn::Lanes(part));
    if (bytes < small) return move_few(dst, src, bytes);
    std::int64_t at = 0;
    for (; at + step <= bytes; at += step) hn::StoreU(hn::LoadU(d, from + at), d, to + at);
    for (; at + small <= bytes; at += small) hn::StoreU(hn::LoadU(part, from + at), part, to + at);
    if (at < bytes) hn::StoreU(hn::LoadU(part, from + bytes - small), part, to + bytes - small);
}

/// For some of the rows ahead. Into the second-level cache: the first has room for one tile only.
HWY_INLINE void ask_ahead(const RowsAhead& ahead, std::int64_t begin, std::int64_t end) {
    const std::int64_t first = ahead.begins_known ? line - 1 : 0;
    for (std::int64_t i = begin; i < end; ++i) {
        const std::byte* const row = ahead.src + ahead.starts.at(i);
        for (std::int64_t at = first; at < ahead.bytes + first; at += line) __builtin_prefetch(row + at, 0, 2);
        if (!ahead.begins_known && (reinterpret_cast<std::uintptr_t>(row) + static_cast<std::uintptr_t>(ahead.bytes)) % line != 0) {
            __builtin_prefetch(row + ahead.bytes - 1, 0, 2);
        }
    }
}

void gather_rows(std::byte* buffer, std::int64_t pitch, const std::byte* src, const RowStarts& starts, std::int64_t rows, std::int64_t bytes) {
    for (std::int64_t i = 0; i < rows; ++i) move_bytes(buffer + i * pitch, src + starts.at(i), bytes);
}

void scatter_rows(std::byte* dst, const RowStarts& starts, const std::byte* buffer, std::int64_t pitch, std::int64_t rows, std::int64_t bytes, bool stream,
                  const RowsAhead& ahead) {
    const hn::ScalableTag<std::uint8_t> d;
    const auto step = static_cast<std::int64_t>(hn::Lanes(d));
    const std::int64_t share = (ahead.rows + rows - 1) / rows;
    for (std::int64_t i = 0; i < rows; ++i) {
        ask_ahead(ahead, i * share, std::min((i + 1) * share, ahead.rows));
        std::byte* const row = dst + starts.at(i);
        const std::byte* const from = buffer + i * pitch;
        const auto past = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(row) % line);
        const std::int64_t head = past == 0 ? 0 : line - past;
        if (!stream || bytes < head + line) {
            move_bytes(row, from, bytes);
            continue;
        }
        move_bytes(row, from, head);
        std::int64_t at = head;
        for (; at + line <= bytes; at += line) {
            for (std::int64_t k = at; k < at + line; k += step) {
                hn::Stream(hn::LoadU(d, reinterpret_cast<const std::uint8_t*>(from + k)), d, reinterpret_cast<std::uint8_t*>(row + k));
            }
        }
        move_bytes(row + at, from + at, bytes - at);
    }
}

}  // namespace
}  // namespace ndlease::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ndlease::cpu {
HWY_EXPORT(gather_rows);
HWY_EXPORT(scatter_rows);

void gather_rows(std::byte* buffer, std::int64_t pitch, const std::byte* src, const RowStarts& starts, std::int64_t rows, std::int64_t bytes) noexcept {
    HWY_DYNAMIC_DISPATCH(gather_rows)(buffer, pitch, src, starts, rows, bytes);
}

void scatter_rows(std::byte* dst, const RowStarts& starts, const std::byte* buffer, std::int64_t pitch, std::int64_t rows, std::int64_t bytes, bool stream,
                  const RowsAhead& ahead) noexcept {
    HWY_DYNAMIC_DISPATCH(scatter_rows)(dst, starts, buffer, pitch, rows, bytes, stream, ahead);
}

void claim_row_ends(std::byte* dst, const RowStarts& starts, std::int64_t rows, std::int64_t bytes) noexcept {
    constexpr std::uintptr_t line = 64;
    for (std::int64_t i = 0; i < rows; ++i) {
        std::byte* const row = dst + starts.at(i);
        const auto begin = reinterpret_cast<std::uintptr_t>(row);
        const std::uintptr_t end = begin + static_cast<std::uintptr_t>(bytes);
        if (begin % line != 0) __builtin_prefetch(row, 1, 3);
        if (end % line != 0 && end / line != begin / line) __builtin_prefetch(row + bytes - 1, 1, 3);
    }
}

}  // namespace ndlease::cpu
#endif
