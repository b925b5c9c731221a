// SPDX-License-Identifier: Apache-2.0
// A vector is a row of 16-byte blocks. n = 16 / word rows make a square in each block: log2(n) rounds of interleaving transpose it in registers, in every block
// at once, so that one vector of the result holds as many neighbours as it has words.
#include "cpu/simd/transpose.hpp"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/simd/transpose.cpp"
#include "cpu/simd/targets.hpp"
//
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ndlease::cpu::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

template <int Word>
struct LaneOf;
template <>
struct LaneOf<1> {
    using Type = std::uint8_t;
};
template <>
struct LaneOf<2> {
    using Type = std::uint16_t;
};
template <>
struct LaneOf<4> {
    using Type = std::uint32_t;
};
template <>
struct LaneOf<8> {
    using Type = std::uint64_t;
};
template <>
struct LaneOf<16> {
    using Type = std::uint64_t;  // never taken apart
};
template <int Word>
using Lane = typename LaneOf<Word>::Type;

template <int Word>
HWY_INLINE void move_corner(const MatrixPair& m, std::int64_t row, std::int64_t rows, std::int64_t column, std::int64_t columns) {
    for (std::int64_t i = row; i < rows; ++i) {
        for (std::int64_t j = column; j < columns; ++j) std::memcpy(m.dst + j * m.dst_pitch + i * Word, m.src + i * m.src_pitch + j * Word, Word);
    }
}

#if HWY_TARGET != HWY_SCALAR

// 16-byte blocks that one vector takes from as many rows.
#if HWY_HAVE_SCALABLE
constexpr int widest = 1;
#else
constexpr int widest = HWY_MAX_BYTES / 16;
#endif

template <int Word, int Blocks>
using Tag = hn::FixedTag<Lane<Word>, 16 / sizeof(Lane<Word>) * Blocks>;

/// 16 bytes of each of `Blocks` rows.
template <int Word, int Blocks>
HWY_INLINE auto load_blocks(const std::byte* src, std::int64_t pitch) {
    const Tag<Word, Blocks> d;
    if constexpr (Blocks == 1) {
        return hn::LoadU(d, reinterpret_cast<const Lane<Word>*>(src));
    } else {
        const auto low = load_blocks<Word, Blocks / 2>(src, pitch);
        const auto high = load_blocks<Word, Blocks / 2>(src + Blocks / 2 * pitch, pitch);
        return hn::Combine(d, high, low);
    }
}

template <int N, class D, class V>
HWY_INLINE void interleave_round(D d, const V (&in)[N], V (&out)[N]) {
    for (int k = 0; k < N / 2; ++k) {
        out[2 * k] = hn::InterleaveLower(d, in[k], in[k + N / 2]);
        out[2 * k + 1] = hn::InterleaveUpper(d, in[k], in[k + N / 2]);
    }
}

/// n columns of n * Blocks rows.
template <int Word, int Blocks>
HWY_INLINE void transpose_square(std::byte* dst, std::int64_t dst_pitch, const std::byte* src, std::int64_t src_pitch) {
    constexpr int n = 16 / Word;
    const Tag<Word, Blocks> d;
    using V = hn::Vec<Tag<Word, Blocks>>;
    V a[n];
    V b[n];
    for (int i = 0; i < n; ++i) a[i] = load_blocks<Word, Blocks>(src + i * src_pitch, n * src_pitch);
    const auto put = [&](const V(&v)[n]) {
        for (int i = 0; i < n; ++i) hn::StoreU(v[i], d, reinterpret_cast<Lane<Word>*>(dst + i * dst_pitch));
    };
    if constexpr (n == 1) {
        put(a);
    } else if constexpr (n == 2) {
        interleave_round<n>(d, a, b);
        put(b);
    } else if constexpr (n == 4) {
        interleave_round<n>(d, a, b);
        interleave_round<n>(d, b, a);
        put(a);
    } else if constexpr (n == 8) {
        interleave_round<n>(d, a, b);
        interleave_round<n>(d, b, a);
        interleave_round<n>(d, a, b);
        put(b);
    } else {
        interleave_round<n>(d, a, b);
        interleave_round<n>(d, b, a);
        interleave_round<n>(d, a, b);
        interleave_round<n>(d, b, a);
        put(a);
    }
}

/// Bands of n * Blocks rows from `row` on, as many as fit; returns the first row after them.
template <int Word, int Blocks>
HWY_INLINE std::int64_t transpose_bands(const MatrixPair& m, std::int64_t row, std::int64_t rows, std::int64_t columns) {
    constexpr std::int64_t n = 16 / Word;
    constexpr std::int64_t height = n * Blocks;
    for (; row + height <= rows; row += height) {
        const auto square = [&](std::int64_t column) {
            transpose_square<Word, Blocks>(m.dst + column * m.dst_pitch + row * Word, m.dst_pitch, m.src + row * m.src_pitch + column * Word, m.src_pitch);
        };
        std::int64_t column = 0;
        for (; column + n <= columns; column += n) square(column);
        if (column == columns) continue;
        if (columns >= n) {
            square(columns - n);  // some a second time
        } else {
            move_corner<Word>(m, row, row + height, column, columns);
        }
    }
    return row;
}

/// 2, 3 or 4 rows become one run of items with as many words. Returns the first column that is left.
template <int Word>
HWY_INLINE std::int64_t interleave_rows(const MatrixPair& m, std::int64_t rows, std::int64_t columns) {
    if constexpr (Word > 8) {
        return 0;
    } else {
        using T = Lane<Word>;
        const hn::ScalableTag<T> d;
        const auto step = static_cast<std::int64_t>(hn::Lanes(d));
        const auto row = [&m](std::int64_t i, std::int64_t column) { return reinterpret_cast<const T*>(m.src + i * m.src_pitch + column * Word); };
        std::int64_t j = 0;
        if (m.dst_pitch != rows * Word) return 0;
        for (; j + step <= columns; j += step) {
            auto* const to = reinterpret_cast<T*>(m.dst + j * m.dst_pitch);
            const auto a = hn::LoadU(d, row(0, j));
            const auto b = hn::LoadU(d, row(1, j));
            if (rows == 2) {
                hn::StoreInterleaved2(a, b, d, to);
            } else if (rows == 3) {
                hn::StoreInterleaved3(a, b, hn::LoadU(d, row(2, j)), d, to);
            } else {
                hn::StoreInterleaved4(a, b, hn::LoadU(d, row(2, j)), hn::LoadU(d, row(3, j)), d, to);
            }
        }
        return j;
    }
}

/// A run of items with 2, 3 or 4 words becomes as many rows. Returns the first source row that is left.
template <int Word>
HWY_INLINE std::int64_t separate_columns(const MatrixPair& m, std::int64_t rows, std::int64_t columns) {
    if constexpr (Word > 8) {
        return 0;
    } else {
        using T = Lane<Word>;
        using V = hn::Vec<hn::ScalableTag<T>>;
        const hn::ScalableTag<T> d;
        const auto step = static_cast<std::int64_t>(hn::Lanes(d));
        if (m.src_pitch != columns * Word) return 0;
        std::int64_t i = 0;
        for (; i + step <= rows; i += step) {
            const auto* const from = reinterpret_cast<const T*>(m.src + i * m.src_pitch);
            const auto put = [&](std::int64_t column, V v) { hn::StoreU(v, d, reinterpret_cast<T*>(m.dst + column * m.dst_pitch + i * Word)); };
            V a;
            V b;
            V c;
            V e;
            if (columns == 2) {
                hn::LoadInterleaved2(d, from, a, b);
            } else if (columns == 3) {
                hn::LoadInterleaved3(d, from, a, b, c);
                put(2, c);
            } else {
                hn::LoadInterleaved4(d, from, a, b, c, e);
                put(2, c);
                put(3, e);
            }
            put(0, a);
            put(1, b);
        }
        return i;
    }
}

template <int Word>
void transpose(const MatrixPair& m, std::int64_t rows, std::int64_t columns) {
    if (rows >= 2 && rows <= 4) {
        const std::int64_t done = interleave_rows<Word>(m, rows, columns);
        move_corner<Word>(m, 0, rows, done, columns);
        return;
    }
    if (columns >= 2 && columns <= 4) {
        const std::int64_t done = separate_columns<Word>(m, rows, columns);
        if (done > 0 || 16 / Word > columns) {
            move_corner<Word>(m, done, rows, 0, columns);
            return;
        }
    }
    std::int64_t row = 0;
    if constexpr (widest >= 4) row = transpose_bands<Word, 4>(m, row, rows, columns);
    if constexpr (widest >= 2) row = transpose_bands<Word, 2>(m, row, rows, columns);
    row = transpose_bands<Word, 1>(m, row, rows, columns);
    if (row < rows && rows >= 16 / Word) {
        transpose_bands<Word, 1>(m, rows - 16 / Word, rows, columns);  // some a second time
    } else {
        move_corner<Word>(m, row, rows, 0, columns);
    }
}

#else

template <int Word>
void transpose(const MatrixPair& m, std::int64_t rows, std::int64_t columns) {
    move_corner<Word>(m, 0, rows, 0, columns);
}

#endif

void transpose_words(std::int64_t word_bytes, const MatrixPair& m, std::int64_t rows, std::int64_t columns) {
    switch (word_bytes) {
        case 1: transpose<1>(m, rows, columns); break;
        case 2: transpose<2>(m, rows, columns); break;
        case 4: transpose<4>(m, rows, columns); break;
        case 8: transpose<8>(m, rows, columns); break;
        default: transpose<16>(m, rows, columns); break;
    }
}

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
    for (std::int64_t i = begin; i < end; ++i) {
        const std::byte* const row = ahead.src + ahead.starts.at(i);
        // By the last byte of each line's length: the line that a row begins within was read with the row before it.
        for (std::int64_t at = line - 1; at < ahead.bytes + line - 1; at += line) {
            __builtin_prefetch(row + at, 0, 2);
        }
        if (ahead.begins_cold) __builtin_prefetch(row, 0, 2);
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
HWY_EXPORT(transpose_words);
HWY_EXPORT(gather_rows);
HWY_EXPORT(scatter_rows);

void transpose_words(std::int64_t word_bytes, const MatrixPair& matrices, std::int64_t rows, std::int64_t columns) noexcept {
    HWY_DYNAMIC_DISPATCH(transpose_words)(word_bytes, matrices, rows, columns);
}

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
