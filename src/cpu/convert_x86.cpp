// SPDX-License-Identifier: Apache-2.0
#include "cpu/convert_x86.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#include <array>
#include <cstring>

#include "cpu/convert_value.hpp"
#endif

namespace ndlease::cpu {

#if defined(__x86_64__)
namespace {

__attribute__((target("avx2,f16c"))) void halves_from_floats(std::byte* dst, std::int64_t, const std::byte* src, std::int64_t, std::int64_t count) noexcept {
    std::int64_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const __m256 values = _mm256_loadu_ps(reinterpret_cast<const float*>(src + 4 * i));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(dst + 2 * i), _mm256_cvtps_ph(values, _MM_FROUND_TO_NEAREST_INT));
    }
    for (; i < count; ++i) store<NumberType::binary16>(dst + 2 * i, detail::binary16_from_float(load<NumberType::binary32>(src + 4 * i)));
}

__attribute__((target("avx2,f16c"))) void floats_from_halves(std::byte* dst, std::int64_t, const std::byte* src, std::int64_t, std::int64_t count) noexcept {
    std::int64_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const __m128i halves = _mm_loadu_si128(reinterpret_cast<const __m128i*>(src + 2 * i));
        _mm256_storeu_ps(reinterpret_cast<float*>(dst + 4 * i), _mm256_cvtph_ps(halves));
    }
    for (; i < count; ++i) store<NumberType::binary32>(dst + 4 * i, load<NumberType::binary16>(src + 2 * i));
}

template <int bytes>
__attribute__((target("avx2"))) void swap_words(std::byte* dst, std::int64_t, const std::byte* src, std::int64_t, std::int64_t count) noexcept {
    alignas(32) std::array<std::uint8_t, 32> places{};
    for (std::size_t i = 0; i < 32; ++i) places[i] = static_cast<std::uint8_t>((i % 16) / bytes * bytes + (bytes - 1 - i % bytes));
    const __m256i shuffle = _mm256_load_si256(reinterpret_cast<const __m256i*>(places.data()));
    std::int64_t at = 0;
    for (; at + 32 <= bytes * count; at += 32) {
        const __m256i words = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(src + at));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(dst + at), _mm256_shuffle_epi8(words, shuffle));
    }
    for (; at < bytes * count; at += bytes) {
        std::array<std::byte, bytes> word;
        std::memcpy(word.data(), src + at, bytes);
        for (std::size_t i = 0; i < bytes; ++i) dst[at + static_cast<std::int64_t>(i)] = word[bytes - 1 - i];
    }
}

// Asked of the processor itself: Clang 14's __builtin_cpu_supports does not know the name.
bool has_f16c() noexcept {
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
}

X86Kernels find_kernels() noexcept {
    X86Kernels kernels;
    if (__builtin_cpu_supports("avx2")) {
        kernels.swap_2 = &swap_words<2>;
        kernels.swap_4 = &swap_words<4>;
        kernels.swap_8 = &swap_words<8>;
        if (has_f16c()) {
            kernels.binary16_from_float = &halves_from_floats;
            kernels.float_from_binary16 = &floats_from_halves;
        }
    }
    return kernels;
}

}  // namespace
#else
static X86Kernels find_kernels() noexcept { return {}; }
#endif

const X86Kernels& x86_kernels() noexcept {
    static const X86Kernels kernels = find_kernels();
    return kernels;
}

}  // namespace ndlease::cpu
