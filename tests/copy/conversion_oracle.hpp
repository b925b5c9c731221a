// SPDX-License-Identifier: Apache-2.0
// An independent model of numeric conversions: numbers are taken apart into sign, integer mantissa and exponent, and rounded by
// integer arithmetic alone. It shares no code with the kernels and uses no floating-point hardware.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <ndlease/format.hpp>

namespace ndlease::oracle {

__extension__ using u128 = unsigned __int128;

/// mantissa * 2^exponent, or something special.
struct Exact {
    enum class Class : std::uint8_t { zero, finite, infinite, nan };
    Class what = Class::zero;
    bool negative = false;
    bool is_float = false;  ///< the source was a floating type: integers saturate instead of wrapping
    u128 mantissa = 0;
    int exponent = 0;
};

/// The value is the same; zeros of both signs are, and NaNs are.
[[nodiscard]] bool same_value(Exact a, Exact b);

struct Type {
    enum class Class : std::uint8_t { boolean, integer, floating };
    enum class Special : std::uint8_t { ieee, finite_nan, one_nan, power_of_two };  ///< what the codes at the top mean

    std::string name;
    Class what;
    int bits;  ///< that hold the value
    bool is_signed;
    int precision = 0;  ///< of floats, the leading bit counted
    int bias = 0;
    bool leading_bit_stored = false;  ///< x87
    Special special = Special::ieee;
    Kind kind;
    std::int64_t item_bytes;  ///< in memory

    [[nodiscard]] std::int64_t value_bytes() const { return bits / 8; }
    [[nodiscard]] Format format(ByteOrder order = ByteOrder::native) const { return Format::number(kind, kind == Kind::x87 ? 80 : bits, order); }
};

/// Every real type that the library converts on this host.
[[nodiscard]] const std::vector<Type>& all_types();
[[nodiscard]] const Type& type_named(const std::string& name);

[[nodiscard]] Exact decode(const Type& type, u128 raw);
[[nodiscard]] u128 encode(const Type& type, Exact value);

/// What docs/conversions.md says of raw bits of one type as another.
[[nodiscard]] inline u128 converted(const Type& to, const Type& from, u128 raw) { return encode(to, decode(from, raw)); }
[[nodiscard]] inline bool loses(const Type& to, const Type& from, u128 raw) { return !same_value(decode(to, converted(to, from, raw)), decode(from, raw)); }
/// Two results mean the same: equal bits, or any NaN for NaN.
[[nodiscard]] bool same_result(const Type& type, u128 a, u128 b);

/// Raw bits worth trying: limits, zeros, powers of two and their neighbours, ties at every precision, subnormals, infinities,
/// NaNs, and random ones. All patterns of types up to 16 bits.
[[nodiscard]] std::vector<u128> edge_values(const Type& type, std::uint64_t seed);

}  // namespace ndlease::oracle
