// SPDX-License-Identifier: Apache-2.0
// One number to another: how it is stored, what it becomes, and whether that loses anything. docs/conversions.md states the rules.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "cpu/convert_number.hpp"
#include "format/float16_bits.hpp"

namespace ndlease::cpu {

__extension__ using int128 = __int128;
__extension__ using uint128 = unsigned __int128;

#if __LDBL_MANT_DIG__ == 64
inline constexpr bool has_x87 = true;
#else
inline constexpr bool has_x87 = false;
#endif
#if __LDBL_MANT_DIG__ == 113
inline constexpr bool has_binary128 = true;
using quad = long double;
#elif defined(__SIZEOF_FLOAT128__)
inline constexpr bool has_binary128 = true;
__extension__ using quad = __float128;
#else
inline constexpr bool has_binary128 = false;
using quad = long double;  // a stand-in that keeps the templates well-formed; its kernels are never instantiated
#endif

[[nodiscard]] constexpr bool is_available(NumberType type) noexcept {
    return type == NumberType::x87 ? has_x87 : type == NumberType::binary128 ? has_binary128 : true;
}

/// Bits, value type and sizes of a stored number. `digits`: value bits of an integer (without the sign), precision of a float.
template <class RawType, class ValueType, int Digits, int ExponentBits = 0, bool IsSigned = true>
struct NumberTraits {
    using Raw = RawType;      ///< what memory holds
    using Value = ValueType;  ///< what the host computes with; every Raw has an exact Value
    static constexpr int digits = Digits;
    static constexpr int exponent_bits = ExponentBits;  ///< 0 for integers
    static constexpr bool is_signed = IsSigned;
    static constexpr bool is_float = ExponentBits != 0;
    static constexpr std::size_t stored_bytes = sizeof(Raw);
};

template <NumberType>
struct Number;
template <>
struct Number<NumberType::boolean> : NumberTraits<std::uint8_t, bool, 1, 0, false> {};
template <>
struct Number<NumberType::int8> : NumberTraits<std::int8_t, std::int8_t, 7> {};
template <>
struct Number<NumberType::uint8> : NumberTraits<std::uint8_t, std::uint8_t, 8, 0, false> {};
template <>
struct Number<NumberType::int16> : NumberTraits<std::int16_t, std::int16_t, 15> {};
template <>
struct Number<NumberType::uint16> : NumberTraits<std::uint16_t, std::uint16_t, 16, 0, false> {};
template <>
struct Number<NumberType::int32> : NumberTraits<std::int32_t, std::int32_t, 31> {};
template <>
struct Number<NumberType::uint32> : NumberTraits<std::uint32_t, std::uint32_t, 32, 0, false> {};
template <>
struct Number<NumberType::int64> : NumberTraits<std::int64_t, std::int64_t, 63> {};
template <>
struct Number<NumberType::uint64> : NumberTraits<std::uint64_t, std::uint64_t, 64, 0, false> {};
template <>
struct Number<NumberType::int128> : NumberTraits<int128, int128, 127> {};
template <>
struct Number<NumberType::uint128> : NumberTraits<uint128, uint128, 128, 0, false> {};
template <>
struct Number<NumberType::binary16> : NumberTraits<std::uint16_t, float, 11, 5> {};
template <>
struct Number<NumberType::bfloat16> : NumberTraits<std::uint16_t, float, 8, 8> {};
template <>
struct Number<NumberType::binary32> : NumberTraits<float, float, 24, 8> {};
template <>
struct Number<NumberType::binary64> : NumberTraits<double, double, 53, 11> {};
template <>
struct Number<NumberType::x87> : NumberTraits<long double, long double, 64, 15> {
    static constexpr std::size_t stored_bytes = 10;  // the other bytes are padding, and an item of 12 bytes lacks some of them
};
template <>
struct Number<NumberType::binary128> : NumberTraits<quad, quad, 113, 15> {};
template <>
struct Number<NumberType::binary64_odd> : NumberTraits<double, double, 53, 11> {};

template <NumberType T>
using Raw = typename Number<T>::Raw;
template <NumberType T>
using Value = typename Number<T>::Value;

template <NumberType T>
[[nodiscard]] inline Value<T> value_of(Raw<T> raw) noexcept {
    if constexpr (T == NumberType::boolean) {
        return raw != 0;
    } else if constexpr (T == NumberType::binary16) {
        return detail::float_from_binary16(raw);
    } else if constexpr (T == NumberType::bfloat16) {
        return detail::float_from_bfloat16(raw);
    } else {
        return raw;
    }
}

template <NumberType T>
[[nodiscard]] inline Value<T> load(const std::byte* from) noexcept {
    Raw<T> raw{};
    std::memcpy(&raw, from, Number<T>::stored_bytes);
    return value_of<T>(raw);
}

template <NumberType T>
inline void store(std::byte* to, Raw<T> raw) noexcept {
    std::memcpy(to, &raw, Number<T>::stored_bytes);
}

/// 2 to the power of an integer type's digits: the first value above its range. Infinity where F ends before that.
template <NumberType I, class F>
[[nodiscard]] constexpr F range_end() noexcept {
    if constexpr (std::is_same_v<F, float> && Number<I>::digits == 128) {
        return std::numeric_limits<float>::infinity();
    } else {
        F end = 1;
        for (int i = 0; i < Number<I>::digits; ++i) end *= 2;
        return end;
    }
}

/// Whether the value, its fraction cut off, lies in I's range. False for NaN, and just below I's lowest, which saturates to the same.
template <NumberType I, class F>
[[nodiscard]] inline bool truncates_into(F value) noexcept {
    constexpr F end = range_end<I, F>();
    if constexpr (Number<I>::is_signed) {
        return value >= -end && value < end;
    } else {
        return value > F(-1) && value < end;
    }
}

/// Cuts the fraction off; saturates out of range; NaN gives 0. C++ leaves the last two open.
template <NumberType I, class F>
[[nodiscard]] inline Value<I> saturate(F value) noexcept {
    using Int = Value<I>;
    constexpr Int highest = static_cast<Int>(Number<I>::is_signed ? (((Int{1} << (Number<I>::digits - 1)) - 1) * 2 + 1) : ~Int{0});
    constexpr Int lowest = static_cast<Int>(Number<I>::is_signed ? -highest - 1 : 0);
    const bool inside = truncates_into<I>(value);
    const Int cut = static_cast<Int>(inside ? value : F(0));
    const Int end = value > F(0) ? highest : value < F(0) ? lowest : Int{0};
    return inside ? cut : end;
}

/// Rounds to odd in binary64 (see float_round_to_odd): exact for every type of at most 53 digits.
template <NumberType S>
[[nodiscard]] inline double double_round_to_odd(Value<S> value) noexcept {
    if constexpr (Number<S>::digits <= 53) {
        return static_cast<double>(value);
    } else if constexpr (Number<S>::is_float) {
        const auto nearest = static_cast<double>(value);
        const auto bits = std::bit_cast<std::uint64_t>(nearest);
        const Value<S> back = nearest;
        const bool grew = value < 0 ? back < value : back > value;
        const bool shrank = value < 0 ? back > value : back < value;
        if ((bits & 1U) != 0 || !(grew || shrank)) return nearest;
        return std::bit_cast<double>(grew ? bits - 1 : bits + 1);
    } else {
        const bool negative = value < 0;
        uint128 size = negative ? uint128{0} - static_cast<uint128>(value) : static_cast<uint128>(value);
        double scale = 1;
        for (int step = 64; step > 0; step /= 2) {  // down to at most 53 bits, and never below 53 once a bit was cut
            while (size >> (52 + step) != 0) {
                const bool cut = (size & ((uint128{1} << step) - 1)) != 0;
                size = (size >> step) | static_cast<uint128>(cut);
                scale *= std::bit_cast<double>(static_cast<std::uint64_t>(1023 + step) << 52);
            }
        }
        const double rounded = static_cast<double>(static_cast<std::uint64_t>(size)) * scale;
        return negative ? -rounded : rounded;
    }
}

/// What a number of type S is as D.
template <NumberType D, NumberType S>
[[nodiscard]] inline Raw<D> converted(Value<S> value) noexcept {
    if constexpr (D == NumberType::boolean) {
        return static_cast<std::uint8_t>(value != Value<S>(0));  // NaN is true
    } else if constexpr (!Number<D>::is_float) {
        if constexpr (Number<S>::is_float) {
            return saturate<D>(value);
        } else {
            return static_cast<Raw<D>>(value);
        }
    } else if constexpr (D == NumberType::binary64_odd) {
        return double_round_to_odd<S>(value);
    } else if constexpr (D == NumberType::binary16 || D == NumberType::bfloat16) {
        float narrow = 0;  // with enough left of the value that one rounding follows
        if constexpr (Number<S>::digits <= 24) {
            narrow = static_cast<float>(value);
        } else {
            narrow = detail::float_round_to_odd(double_round_to_odd<S>(value));
        }
        return D == NumberType::binary16 ? detail::binary16_from_float(narrow) : detail::bfloat16_from_float(narrow);
    } else {
        return static_cast<Raw<D>>(value);
    }
}

/// Whether every S has an equal D.
template <NumberType D, NumberType S>
[[nodiscard]] constexpr bool never_loses() noexcept {
    using To = Number<D>;
    using From = Number<S>;
    if constexpr (S == D || S == NumberType::boolean) return true;
    if constexpr (D == NumberType::boolean || (From::is_float && !To::is_float)) return false;
    if constexpr (From::is_signed && !To::is_signed) return false;
    return To::digits >= From::digits && To::exponent_bits >= From::exponent_bits;
}

/// Whether the number is the same as D: -0 counts as 0, and NaN as NaN.
template <NumberType D, NumberType S>
[[nodiscard]] inline bool keeps_value(Value<S> value) noexcept {
    if constexpr (never_loses<D, S>()) {
        return true;
    } else if constexpr (D == NumberType::boolean) {
        return value == Value<S>(0) || value == Value<S>(1);
    } else if constexpr (!Number<S>::is_float && !Number<D>::is_float) {
        const Raw<D> result = converted<D, S>(value);
        return static_cast<Value<S>>(result) == value && (result < 0) == (value < 0);
    } else if constexpr (!Number<D>::is_float) {
        return truncates_into<D>(value) && static_cast<Value<S>>(saturate<D>(value)) == value;
    } else if constexpr (!Number<S>::is_float) {
        const Value<D> result = value_of<D>(converted<D, S>(value));
        return truncates_into<S>(result) && saturate<S>(result) == value;
    } else {
        return value_of<D>(converted<D, S>(value)) == value || value != value;
    }
}

}  // namespace ndlease::cpu
