// SPDX-License-Identifier: Apache-2.0
#include "cpu/convert_float8.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

namespace ndlease::cpu {
namespace {

struct Layout8 {
    int mantissa_bits;
    int bias;
    std::uint8_t highest;   ///< the largest finite number's code
    std::uint8_t overflow;  ///< what lies beyond: infinity, or NaN
    std::uint8_t nan;
    bool is_signed = true;
    bool nan_has_sign = true;  ///< fnuz: the code of -0 is the one NaN, and zero has no sign
};

constexpr std::array<Layout8, 8> layouts = {{
    {4, 3, 0x6f, 0x70, 0x78},                // e3m4
    {3, 7, 0x77, 0x78, 0x7c},                // e4m3
    {3, 11, 0x7f, 0x80, 0x80, true, false},  // e4m3b11fnuz
    {3, 7, 0x7e, 0x7f, 0x7f},                // e4m3fn
    {3, 8, 0x7f, 0x80, 0x80, true, false},   // e4m3fnuz
    {2, 15, 0x7b, 0x7c, 0x7e},               // e5m2
    {2, 16, 0x7f, 0x80, 0x80, true, false},  // e5m2fnuz
    {0, 127, 0xfe, 0xff, 0xff, false, false},
}};

/// x >= 0, below 2^8, to the nearest whole number, ties to even.
int round_even(double x) noexcept {
    const double floor = std::floor(x);
    const double rest = x - floor;
    const int whole = static_cast<int>(floor);
    return whole + (rest > 0.5 || (rest == 0.5 && whole % 2 != 0) ? 1 : 0);
}

/// Of a finite size > 0.
int magnitude_code(const Layout8& layout, double size) noexcept {
    const int exponent = std::ilogb(size);
    const int lowest = layout.is_signed ? 1 - layout.bias : -layout.bias;  // of a normal number
    if (exponent < lowest) return layout.is_signed ? round_even(std::ldexp(size, layout.mantissa_bits - lowest)) : 0;
    if (exponent > 200) return layout.highest + 1;
    if (layout.mantissa_bits == 0) {
        const int code = exponent - lowest;
        const double part = std::ldexp(size, -exponent);
        return code + (part > 1.5 || (part == 1.5 && code % 2 != 0) ? 1 : 0);
    }
    const int units = round_even(std::ldexp(size, layout.mantissa_bits - exponent));  // a carry goes into the exponent by itself
    return ((exponent - lowest) << layout.mantissa_bits) + units;
}

template <Float8 type>
void to_float_run(std::byte* dst, std::int64_t dst_stride, const std::byte* src, std::int64_t src_stride, std::int64_t count) noexcept {
    static const auto table = [] {
        std::array<float, 256> values{};
        for (std::size_t code = 0; code < 256; ++code) values[code] = float_from_float8(type, static_cast<std::uint8_t>(code));
        return values;
    }();
    for (std::int64_t i = 0; i < count; ++i) std::memcpy(dst + i * dst_stride, &table[static_cast<std::size_t>(src[i * src_stride])], sizeof(float));
}

double load_double(const std::byte* from) noexcept {
    double value = 0;
    std::memcpy(&value, from, sizeof value);
    return value;
}

template <Float8 type>
void from_double_run(std::byte* dst, std::int64_t dst_stride, const std::byte* src, std::int64_t src_stride, std::int64_t count) noexcept {
    for (std::int64_t i = 0; i < count; ++i) dst[i * dst_stride] = std::byte{float8_from_double(type, load_double(src + i * src_stride))};
}

template <Float8 type>
std::int64_t find_float8_loss(const std::byte* src, std::int64_t src_stride, std::int64_t count) noexcept {
    for (std::int64_t i = 0; i < count; ++i) {
        const double value = load_double(src + i * src_stride);
        const double back = float_from_float8(type, float8_from_double(type, value));
        if (back != value && !std::isnan(value)) return i;
    }
    return -1;
}

template <Float8 type>
constexpr Float8Kernels kernels_of() noexcept {
    return {&to_float_run<type>, &from_double_run<type>, &find_float8_loss<type>};
}

}  // namespace

float float_from_float8(Float8 type, std::uint8_t code) noexcept {
    const Layout8& layout = layouts[static_cast<std::size_t>(type)];
    const bool negative = layout.is_signed && (code & 0x80U) != 0;
    const int size = layout.is_signed ? code & 0x7f : code;
    float value = 0;
    if (!layout.nan_has_sign && code == layout.nan) {
        value = std::numeric_limits<float>::quiet_NaN();
    } else if (size > layout.highest) {
        const bool infinite = size == layout.overflow && layout.overflow != layout.nan;
        value = infinite ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
    } else if (!layout.is_signed) {
        value = std::ldexp(1.0F, size - layout.bias);
    } else {
        const int exponent = size >> layout.mantissa_bits;
        const int mantissa = size & ((1 << layout.mantissa_bits) - 1);
        const int significand = exponent == 0 ? mantissa : mantissa + (1 << layout.mantissa_bits);
        value = std::ldexp(static_cast<float>(significand), (exponent == 0 ? 1 : exponent) - layout.bias - layout.mantissa_bits);
    }
    return negative ? -value : value;
}

std::uint8_t float8_from_double(Float8 type, double value) noexcept {
    const Layout8& layout = layouts[static_cast<std::size_t>(type)];
    const bool negative = std::signbit(value);
    const unsigned sign = negative && layout.is_signed ? 0x80U : 0U;
    if (std::isnan(value)) return static_cast<std::uint8_t>(layout.nan_has_sign ? layout.nan | sign : layout.nan);
    if (negative && !layout.is_signed && value != 0) return layout.nan;
    int code = 0;
    if (std::isinf(value)) {
        code = layout.highest + 1;
    } else if (value != 0) {
        code = magnitude_code(layout, std::fabs(value));
    }
    if (code > layout.highest) return static_cast<std::uint8_t>(layout.nan_has_sign ? layout.overflow | sign : layout.overflow);
    if (code == 0 && !layout.nan_has_sign) return 0;
    return static_cast<std::uint8_t>(static_cast<unsigned>(code) | sign);
}

Float8Kernels float8_kernels(Float8 type) noexcept {
    switch (type) {
        case Float8::e3m4: return kernels_of<Float8::e3m4>();
        case Float8::e4m3: return kernels_of<Float8::e4m3>();
        case Float8::e4m3b11fnuz: return kernels_of<Float8::e4m3b11fnuz>();
        case Float8::e4m3fn: return kernels_of<Float8::e4m3fn>();
        case Float8::e4m3fnuz: return kernels_of<Float8::e4m3fnuz>();
        case Float8::e5m2: return kernels_of<Float8::e5m2>();
        case Float8::e5m2fnuz: return kernels_of<Float8::e5m2fnuz>();
        case Float8::e8m0fnu: return kernels_of<Float8::e8m0fnu>();
    }
    return {};
}

}  // namespace ndlease::cpu
