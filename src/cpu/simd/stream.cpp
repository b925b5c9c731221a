// SPDX-License-Identifier: Apache-2.0
#include "cpu/simd/stream.hpp"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/simd/stream.cpp"
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
constexpr std::int64_t woven_bytes = 256;  // of a row at once

HWY_INLINE std::int64_t bytes_to_line(const std::byte* at) { return static_cast<std::int64_t>((line - reinterpret_cast<std::uintptr_t>(at) % line) % line); }

/// Whole lines.
HWY_INLINE void stream_lines(std::byte* dst, const std::byte* src, std::int64_t bytes) {
    const hn::ScalableTag<std::uint8_t> d;
    const auto step = static_cast<std::int64_t>(hn::Lanes(d));
    auto* const to = reinterpret_cast<std::uint8_t*>(dst);
    const auto* const from = reinterpret_cast<const std::uint8_t*>(src);
    for (std::int64_t at = 0; at < bytes; at += line) {
        for (std::int64_t i = 0; i < line; i += step) hn::Stream(hn::LoadU(d, from + at + i), d, to + at + i);
    }
}

/// Less than a line.
HWY_INLINE void copy_part(std::byte* dst, const std::byte* src, std::int64_t bytes) {
    if (bytes != 0) std::memcpy(dst, src, static_cast<std::size_t>(bytes));
}

void stream_run(std::byte* dst, const std::byte* src, std::int64_t bytes) {
    const std::int64_t head = bytes_to_line(dst);
    if (bytes < head + line) {
        std::memcpy(dst, src, static_cast<std::size_t>(bytes));
        return;
    }
    const std::int64_t body = (bytes - head) / line * line;
    copy_part(dst, src, head);
    stream_lines(dst + head, src + head, body);
    copy_part(dst + head + body, src + head + body, bytes - head - body);
}

void stream_rows(const StreamedRow* rows, int count, std::int64_t bytes) {
    std::int64_t most_head = 0;
    for (int i = 0; i < count; ++i) most_head = std::max(most_head, bytes_to_line(rows[i].dst));
    std::int64_t end = 0;  // of what is copied of every row, beside its first bytes that fill no line
    for (; most_head + end + woven_bytes <= bytes; end += woven_bytes) {
        for (int i = 0; i < count; ++i) {
            const StreamedRow& row = rows[i];
            if (row.later != nullptr) {
                for (std::int64_t at = 0; at < woven_bytes; at += line) __builtin_prefetch(row.later + end + at, 0, 2);
            }
            const std::int64_t head = bytes_to_line(row.dst);
            if (end == 0) copy_part(row.dst, row.src, head);
            stream_lines(row.dst + head + end, row.src + head + end, woven_bytes);
        }
    }
    for (int i = 0; i < count; ++i) {
        const StreamedRow& row = rows[i];
        const std::int64_t done = end == 0 ? 0 : end + bytes_to_line(row.dst);
        if (done == bytes) continue;
        if (row.later != nullptr) {
            for (std::int64_t at = end; at < bytes; at += line) __builtin_prefetch(row.later + at, 0, 2);
        }
        stream_run(row.dst + done, row.src + done, bytes - done);
    }
}

void stream_grid(const RowGrid& grid, std::int64_t bytes) {
    for (std::int64_t i = 0; i < grid.count[0]; ++i) {
        std::byte* dst = grid.dst + i * grid.dst_stride[0];
        const std::byte* src = grid.src + i * grid.src_stride[0];
        for (std::int64_t k = 0; k < grid.count[1]; ++k) {
            stream_lines(dst, src, bytes);
            dst += grid.dst_stride[1];
            src += grid.src_stride[1];
        }
    }
}

void finish_streaming() { hwy::FlushStream(); }

}  // namespace
}  // namespace ndlease::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ndlease::cpu {
HWY_EXPORT(stream_run);
HWY_EXPORT(stream_rows);
HWY_EXPORT(stream_grid);
HWY_EXPORT(finish_streaming);

void stream_run(std::byte* dst, const std::byte* src, std::int64_t bytes) noexcept { HWY_DYNAMIC_DISPATCH(stream_run)(dst, src, bytes); }
void stream_rows(const StreamedRow* rows, int count, std::int64_t bytes) noexcept { HWY_DYNAMIC_DISPATCH(stream_rows)(rows, count, bytes); }
void stream_grid(const RowGrid& grid, std::int64_t bytes) noexcept { HWY_DYNAMIC_DISPATCH(stream_grid)(grid, bytes); }
void finish_streaming() noexcept { HWY_DYNAMIC_DISPATCH(finish_streaming)(); }

}  // namespace ndlease::cpu
#endif
