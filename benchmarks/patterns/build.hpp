// SPDX-License-Identifier: Apache-2.0
// What the table of patterns is written with: formats by name, extents that follow from bytes, and copies between packed arrays.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "pattern.hpp"

namespace ndlease::patterns {

using Bytes = std::int64_t;

template <Kind kind, int bits>
const Format& number() {
    static const Format format = Format::number(kind, bits);
    return format;
}

inline const Format& u8() { return number<Kind::unsigned_integer, 8>(); }
inline const Format& u16() { return number<Kind::unsigned_integer, 16>(); }
inline const Format& u64() { return number<Kind::unsigned_integer, 64>(); }
inline const Format& f16() { return number<Kind::floating, 16>(); }
inline const Format& f32() { return number<Kind::floating, 32>(); }
inline const Format& f64() { return number<Kind::floating, 64>(); }
inline const Format& bf16() { return number<Kind::bfloat, 16>(); }
inline const Format& c64() { return number<Kind::complex, 64>(); }
inline const Format& c128() { return number<Kind::complex, 128>(); }

inline std::int64_t fit(Bytes bytes, std::int64_t unit) { return std::max<std::int64_t>(1, bytes / unit); }

inline int log2_floor(std::int64_t n) { return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(n))) - 1; }

/// The largest n with n^power <= count.
inline std::int64_t root(std::int64_t count, int power) {
    auto n = static_cast<std::int64_t>(std::pow(static_cast<double>(count), 1.0 / power)) + 1;
    while (std::pow(static_cast<double>(n), power) > static_cast<double>(count)) --n;
    return n;
}

/// Rows and columns, powers of two as near to a square as they get.
inline std::pair<std::int64_t, std::int64_t> rectangle(std::int64_t count) {
    const int log2 = log2_floor(count);
    return {std::int64_t{1} << (log2 / 2), std::int64_t{1} << (log2 - log2 / 2)};
}

inline Dims rows_of(Bytes bytes, std::int64_t columns, std::int64_t itemsize) { return {fit(bytes, columns * itemsize), columns}; }

inline Strided array(const Dims& shape, const Format& format) { return Strided::packed(shape, format.itemsize()); }

inline Copy copy_of(const Strided& src, const Strided& dst, const Format& format) { return {src, dst, format, format, Change::none}; }

/// From any layout to one without gaps.
inline Copy pack(const Strided& src, const Format& format) { return copy_of(src, Strided::packed(src.shape, src.itemsize), format); }

inline Copy pack_as(const Strided& src, const Format& from, const Format& to, Change change) {
    return {src, Strided::packed(src.shape, to.itemsize()), from, to, change};
}

/// The copy back: sides exchanged.
inline Copy reversed(const Copy& copy) { return copy_of(copy.dst, copy.src, copy.src_format); }

inline Copy transpose_2d(Bytes bytes, const Format& format) {
    const auto [rows, columns] = rectangle(fit(bytes, format.itemsize()));
    return pack(array({rows, columns}, format).reversed_axes(), format);
}

/// The table while it is written.
class Table {
public:
    /// Patterns that follow belong to this family.
    void family(int number) { family_ = number; }
    Pattern& add(std::string name, std::string why, std::function<Copy(Bytes)> make) {
        Pattern& pattern = patterns_.emplace_back();
        pattern.name = std::move(name);
        pattern.why = std::move(why);
        pattern.make = std::move(make);
        pattern.family = family_;
        return pattern;
    }
    Pattern& add_batch(std::string name, std::string why, const std::function<std::vector<Copy>(Bytes)>& make) {
        Pattern& pattern = add(std::move(name), std::move(why), [make](Bytes bytes) { return make(bytes).front(); });
        pattern.make_batch = make;
        return pattern;
    }
    [[nodiscard]] std::vector<Pattern> take() { return std::move(patterns_); }

private:
    std::vector<Pattern> patterns_;
    int family_ = 0;
};

// The parts of the suite, in its order.
void add_runs_and_rows(Table& table);
void add_permutations(Table& table);
void add_single_items(Table& table);
void add_halos(Table& table);
void add_item_sizes(Table& table);
void add_small(Table& table);
void add_changes(Table& table);
void add_links(Table& table);
void add_huge(Table& table);

}  // namespace ndlease::patterns
