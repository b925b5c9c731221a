// SPDX-License-Identifier: Apache-2.0
// The lines of a row are read by instructions of their own, four at a time. Where one instruction reads line after line, the processor foresees more of
// them than the row has, and fetches as much again for nothing.
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
constexpr std::int64_t asked_ahead = 2048;  // bytes before they are read: measured, docs/performance.md

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

/// The length of a line.
HWY_INLINE void move_line(std::byte* dst, const std::byte* src) {
    const hn::CappedTag<std::uint8_t, line> d;
    const auto step = static_cast<std::int64_t>(hn::Lanes(d));
    for (std::int64_t at = 0; at < line; at += step) {
        hn::StoreU(hn::LoadU(d, reinterpret_cast<const std::uint8_t*>(src + at)), d, reinterpret_cast<std::uint8_t*>(dst + at));
    }
}

/// A line, around the caches.
HWY_INLINE void stream_line(std::byte* dst, const std::byte* src) {
    const hn::CappedTag<std::uint8_t, line> d;
    const auto step = static_cast<std::int64_t>(hn::Lanes(d));
    for (std::int64_t at = 0; at < line; at += step) {
        hn::Stream(hn::LoadU(d, reinterpret_cast<const std::uint8_t*>(src + at)), d, reinterpret_cast<std::uint8_t*>(dst + at));
    }
}

/// Calls f with the offset of each whole line of `bytes`, four lines an iteration; returns the bytes that are done.
template <class F>
HWY_INLINE std::int64_t each_line(std::int64_t bytes, F&& f) {
    std::int64_t at = 0;
    for (; at + 4 * line <= bytes; at += 4 * line) {
        f(at);
        f(at + line);
        f(at + 2 * line);
        f(at + 3 * line);
    }
    if (at + 2 * line <= bytes) {
        f(at);
        f(at + line);
        at += 2 * line;
    }
    if (at + line <= bytes) {
        f(at);
        at += line;
    }
    return at;
}

/// Some bytes, in vectors as far as they go; the last may overlap the one before.
HWY_INLINE void move_bytes(std::byte* dst, const std::byte* src, std::int64_t bytes) {
    const hn::CappedTag<std::uint8_t, 16> part;
    const auto small = static_cast<std::int64_t>(hn::Lanes(part));
    const auto move_part = [&](std::int64_t at) {
        hn::StoreU(hn::LoadU(part, reinterpret_cast<const std::uint8_t*>(src + at)), part, reinterpret_cast<std::uint8_t*>(dst + at));
    };
    if (bytes < small) return move_few(dst, src, bytes);
    std::int64_t at = each_line(bytes, [&](std::int64_t i) { move_line(dst + i, src + i); });
    for (; at + small <= bytes; at += small) move_part(at);
    if (at < bytes) move_part(bytes - small);
}

HWY_INLINE void ask_for_row(const std::byte* row, std::int64_t bytes) {
    each_line(bytes, [row](std::int64_t i) { __builtin_prefetch(row + i, 0, 2); });  // into the second-level cache: the first has room for tiles only
    __builtin_prefetch(row + bytes - 1, 0, 2);
}

/// For some of the rows ahead.
HWY_INLINE void ask_ahead(const RowsAhead& ahead, std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) ask_for_row(ahead.src + ahead.starts.at(i), ahead.bytes);
}

HWY_INLINE void stream_row(std::byte* row, const std::byte* from, std::int64_t bytes) {
    const auto past = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(row) % line);
    const std::int64_t head = past == 0 ? 0 : line - past;
    if (bytes < head + line) return move_bytes(row, from, bytes);
    move_bytes(row, from, head);
    const std::int64_t at = head + each_line(bytes - head, [&](std::int64_t i) { stream_line(row + head + i, from + head + i); });
    move_bytes(row + at, from + at, bytes - at);
}

void gather_rows(std::byte* buffer, std::int64_t pitch, const std::byte* src, const RowStarts& starts, std::int64_t rows, std::int64_t bytes) {
    for (std::int64_t i = 0; i < rows; ++i) move_bytes(buffer + i * pitch, src + starts.at(i), bytes);
}

void scatter_rows(std::byte* dst, const RowStarts& starts, const std::byte* buffer, std::int64_t pitch, std::int64_t rows, std::int64_t bytes, bool stream,
                  const RowsAhead& ahead) {
    const std::int64_t share = (ahead.rows + rows - 1) / rows;
    for (std::int64_t i = 0; i < rows; ++i) {
        ask_ahead(ahead, i * share, std::min((i + 1) * share, ahead.rows));
        if (stream) {
            stream_row(dst + starts.at(i), buffer + i * pitch, bytes);
        } else {
            move_bytes(dst + starts.at(i), buffer + i * pitch, bytes);
        }
    }
}

HWY_INLINE void claim_ends(std::byte* row, std::int64_t bytes) {
    const auto begin = reinterpret_cast<std::uintptr_t>(row);
    const std::uintptr_t end = begin + static_cast<std::uintptr_t>(bytes);
    if (begin % line != 0) __builtin_prefetch(row, 1, 3);
    if (end % line != 0 && end / line != begin / line) __builtin_prefetch(row + bytes - 1, 1, 3);
}

void claim_row_ends(std::byte* dst, const RowStarts& starts, std::int64_t rows, std::int64_t bytes) {
    for (std::int64_t i = 0; i < rows; ++i) claim_ends(dst + starts.at(i), bytes);
}

void exchange_rows(std::byte* buffer, std::int64_t pitch, const RowsAhead& in, std::int64_t first, std::int64_t count, const RowsAhead& after, RowsToWrite* out,
                   std::int64_t until) {
    const std::int64_t distance = std::max<std::int64_t>(asked_ahead / in.bytes, 4);
    const std::int64_t share = ((until - out->next) << 16) / count;  // rows to write for each that is read, times 65536
    const std::int64_t claimed = rows_claimed_ahead(std::max<std::int64_t>(out->bytes, 1));
    std::int64_t due = out->next << 16;
    std::int64_t written = out->next;
    for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t ahead = first + i + distance;
        if (ahead < in.rows) {
            ask_for_row(in.src + in.starts.at(ahead), in.bytes);
        } else if (ahead - in.rows < after.rows) {
            ask_for_row(after.src + after.starts.at(ahead - in.rows), after.bytes);
        }
        move_bytes(buffer + i * pitch, in.src + in.starts.at(first + i), in.bytes);
        due += share;
        for (const std::int64_t end = i + 1 == count ? until : due >> 16; written < end; ++written) {
            if (written + claimed < out->rows) claim_ends(out->dst + out->starts.at(written + claimed), out->bytes);
            stream_row(out->dst + out->starts.at(written), out->buffer + written * out->pitch, out->bytes);
        }
    }
    out->next = written;
}

}  // namespace
}  // namespace ndlease::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ndlease::cpu {
HWY_EXPORT(gather_rows);
HWY_EXPORT(scatter_rows);
HWY_EXPORT(claim_row_ends);
HWY_EXPORT(exchange_rows);

void gather_rows(std::byte* buffer, std::int64_t pitch, const std::byte* src, const RowStarts& starts, std::int64_t rows, std::int64_t bytes) noexcept {
    HWY_DYNAMIC_DISPATCH(gather_rows)(buffer, pitch, src, starts, rows, bytes);
}

void claim_row_ends(std::byte* dst, const RowStarts& starts, std::int64_t rows, std::int64_t bytes) noexcept {
    HWY_DYNAMIC_DISPATCH(claim_row_ends)(dst, starts, rows, bytes);
}

void scatter_rows(std::byte* dst, const RowStarts& starts, const std::byte* buffer, std::int64_t pitch, std::int64_t rows, std::int64_t bytes, bool stream,
                  const RowsAhead& ahead) noexcept {
    HWY_DYNAMIC_DISPATCH(scatter_rows)(dst, starts, buffer, pitch, rows, bytes, stream, ahead);
}

void exchange_rows(std::byte* buffer, std::int64_t pitch, const RowsAhead& in, std::int64_t first, std::int64_t count, const RowsAhead& after, RowsToWrite* out,
                   std::int64_t until) noexcept {
    HWY_DYNAMIC_DISPATCH(exchange_rows)(buffer, pitch, in, first, count, after, out, until);
}

}  // namespace ndlease::cpu
#endif
