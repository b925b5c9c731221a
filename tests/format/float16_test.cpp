// SPDX-License-Identifier: Apache-2.0
// All 65,536 patterns of both types, every midpoint between neighbours and its own neighbours, and the processor's F16C.
#include <ndlease/float16.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace ndlease {
namespace {

/// sign, exponent and fraction put together by arithmetic.
double value_of(std::uint32_t bits, int fraction_bits, int bias) {
    const std::uint32_t magnitude = bits & 0x7fffU;
    const auto exponent = static_cast<int>(magnitude >> fraction_bits);
    const auto fraction = static_cast<int>(magnitude & ((1U << fraction_bits) - 1));
    const int top = static_cast<int>(0x7fffU >> fraction_bits);
    double value = 0;
    if (exponent == top) {
        value = fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
    } else {
        const int units = exponent == 0 ? fraction : fraction + (1 << fraction_bits);
        value = std::ldexp(units, (exponent == 0 ? 1 : exponent) - bias - fraction_bits);
    }
    return (bits & 0x8000U) != 0 ? -value : value;
}

template <class Half, int fraction_bits, int bias>
void check_all_patterns() {
    for (std::uint32_t bits = 0; bits < 65'536; ++bits) {
        const auto pattern = static_cast<std::uint16_t>(bits);
        const float value = Half::to_float(pattern);
        const double expected = value_of(bits, fraction_bits, bias);
        if (std::isnan(expected)) {
            ASSERT_TRUE(std::isnan(value)) << bits;
            ASSERT_EQ(std::signbit(value), (bits & 0x8000U) != 0) << bits;
            const std::uint16_t quiet = static_cast<std::uint16_t>(pattern | 1U << (fraction_bits - 1));
            ASSERT_EQ(Half::from_float(value), quiet) << bits;
            ASSERT_EQ(Half::from_double(value), quiet) << bits;
            continue;
        }
        ASSERT_EQ(std::bit_cast<std::uint64_t>(static_cast<double>(value)), std::bit_cast<std::uint64_t>(expected)) << bits;
        ASSERT_EQ(Half::from_float(value), pattern);
        ASSERT_EQ(Half::from_double(expected), pattern);
    }
}

/// Between the neighbours at `low` and `low` + 1 the midpoint goes to the even one, and anything beside it to the nearer.
template <class Half>
void check_midpoints(std::uint16_t infinity, double above_largest) {
    for (std::uint16_t low = 0; low < infinity; ++low) {
        const auto high = static_cast<std::uint16_t>(low + 1);
        const std::uint16_t even = low % 2 == 0 ? low : high;
        const double end = high == infinity ? above_largest : static_cast<double>(Half::to_float(high));
        const double middle = (Half::to_float(low) + end) / 2;
        for (const std::uint16_t sign : {std::uint16_t{0}, std::uint16_t{0x8000}}) {
            const double side = sign == 0 ? 1 : -1;
            ASSERT_EQ(Half::from_double(side * middle), even | sign) << low;
            ASSERT_EQ(Half::from_double(side * std::nextafter(middle, 0)), low | sign) << low;
            ASSERT_EQ(Half::from_double(side * std::nextafter(middle, 1e300)), high | sign) << low;
            const auto single = static_cast<float>(side * middle);
            ASSERT_EQ(static_cast<double>(single), side * middle) << "a midpoint fits in binary32";
            ASSERT_EQ(Half::from_float(single), even | sign) << low;
            ASSERT_EQ(Half::from_float(std::nextafter(single, 0.0F)), low | sign) << low;
            ASSERT_EQ(Half::from_float(std::nextafter(single, static_cast<float>(side) * std::numeric_limits<float>::infinity())), high | sign) << low;
        }
    }
}

TEST(Float16, every_pattern_has_its_value_and_comes_back) { check_all_patterns<float16, 10, 15>(); }
TEST(Bfloat16, every_pattern_has_its_value_and_comes_back) { check_all_patterns<bfloat16, 7, 127>(); }
TEST(Float16, rounds_to_nearest_even_at_every_midpoint) { check_midpoints<float16>(0x7c00, 65'536.0); }
TEST(Bfloat16, rounds_to_nearest_even_at_every_midpoint) { check_midpoints<bfloat16>(0x7f80, std::ldexp(1.0, 128)); }

TEST(Float16, from_double_rounds_once) {
    // 1 + 2^-11 + 2^-40 lies above the midpoint; binary32 would bring it onto the midpoint first, and then down to even.
    const double value = 1 + std::ldexp(1.0, -11) + std::ldexp(1.0, -40);
    EXPECT_EQ(float16::from_double(value), 0x3c01);
    EXPECT_EQ(float16::from_float(static_cast<float>(value)), 0x3c00);
    const double wide = 1 + std::ldexp(1.0, -8) + std::ldexp(1.0, -40);
    EXPECT_EQ(bfloat16::from_double(wide), 0x3f81);
    EXPECT_EQ(bfloat16::from_float(static_cast<float>(wide)), 0x3f80);
}

TEST(Float16, what_is_too_large_or_too_small_ends_at_infinity_or_zero) {
    EXPECT_EQ(float16::from_double(1e300), 0x7c00);
    EXPECT_EQ(float16::from_double(-1e300), 0xfc00);
    EXPECT_EQ(float16::from_double(-1e-300), 0x8000);
    EXPECT_EQ(float16::from_float(std::numeric_limits<float>::denorm_min()), 0);
    EXPECT_EQ(bfloat16::from_float(std::numeric_limits<float>::max()), 0x7f80);
    EXPECT_EQ(bfloat16::from_double(std::numeric_limits<double>::denorm_min()), 0);
}

#if defined(__x86_64__)
__attribute__((target("f16c"))) std::uint16_t hardware_half(float value) {
    return static_cast<std::uint16_t>(_mm_cvtsi128_si32(_mm_cvtps_ph(_mm_set_ss(value), _MM_FROUND_TO_NEAREST_INT)));
}
__attribute__((target("f16c"))) float hardware_float(std::uint16_t half) { return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(half))); }

TEST(Float16, agrees_with_the_processor_bit_by_bit) {
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_F16C) == 0 || !__builtin_cpu_supports("avx")) GTEST_SKIP() << "this processor has no F16C";
    for (std::uint32_t bits = 0; bits < 65'536; ++bits) {
        const auto half = static_cast<std::uint16_t>(bits);
        ASSERT_EQ(std::bit_cast<std::uint32_t>(float16::to_float(half)), std::bit_cast<std::uint32_t>(hardware_float(half))) << bits;
    }
    // A step that is odd, so that the patterns' low bits vary; 2 million floats of all kinds.
    for (std::uint64_t bits = 0; bits <= 0xffff'ffffU; bits += 2'039) {
        const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
        ASSERT_EQ(float16::from_float(value), hardware_half(value)) << bits;
    }
}
#endif

}  // namespace
}  // namespace ndlease
