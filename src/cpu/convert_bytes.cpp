// SPDX-License-Identifier: Apache-2.0
#include "cpu/convert_bytes.hpp"

#include <cstring>
#include <type_traits>

#include "cpu/convert_x86.hpp"
#include "cpu/simd/convert.hpp"

namespace ndlease::cpu {
namespace {

struct Pair {
    std::uint64_t first, second;
};
struct Triple {
    std::uint32_t first, second, third;
};

std::uint16_t reversed(std::uint16_t word) noexcept { return __builtin_bswap16(word); }
std::uint32_t reversed(std::uint32_t word) noexcept { return __builtin_bswap32(word); }
std::uint64_t reversed(std::uint64_t word) noexcept { return __builtin_bswap64(word); }
Triple reversed(Triple word) noexcept { return {reversed(word.third), reversed(word.second), reversed(word.first)}; }
Pair reversed(Pair word) noexcept { return {reversed(word.second), reversed(word.first)}; }

template <class Word, bool reverse, class DstStride, class SrcStride>
inline void move_loop(std::byte* dst, DstStride dst_stride, const std::byte* src, SrcStride src_stride, std::int64_t count) noexcept {
    for (std::int64_t i = 0; i < count; ++i) {
        Word word;
        std::memcpy(&word, src + i * src_stride, sizeof(Word));
        if constexpr (reverse) word = reversed(word);
        std::memcpy(dst + i * dst_stride, &word, sizeof(Word));
    }
}

template <class Word, bool reverse>
void move_run(std::byte* dst, std::int64_t dst_stride, const std::byte* src, std::int64_t src_stride, std::int64_t count) noexcept {
    using Bytes = std::integral_constant<std::int64_t, sizeof(Word)>;
    if (dst_stride == Bytes::value && src_stride == Bytes::value) {
        if constexpr (reverse && Bytes::value != 12) {
            if (VectorKernel* const kernel = vector_swap_kernel(Bytes::value)) return kernel(dst, src, count, false);
        }
        if constexpr (reverse && Bytes::value <= 8) {
            const X86Kernels& x86 = x86_kernels();
            if (const auto kernel = Bytes::value == 2 ? x86.swap_2 : Bytes::value == 4 ? x86.swap_4 : x86.swap_8) {
                return kernel(dst, dst_stride, src, src_stride, count);
            }
        }
        return move_loop<Word, reverse>(dst, Bytes(), src, Bytes(), count);
    }
    move_loop<Word, reverse>(dst, dst_stride, src, src_stride, count);
}

}  // namespace

ConvertKernel* move_kernel(std::int64_t bytes) noexcept {
    switch (bytes) {
        case 1: return &move_run<std::uint8_t, false>;
        case 2: return &move_run<std::uint16_t, false>;
        case 4: return &move_run<std::uint32_t, false>;
        case 8: return &move_run<std::uint64_t, false>;
        case 16: return &move_run<Pair, false>;
        default: return nullptr;
    }
}

ConvertKernel* swap_kernel(std::int64_t bytes) noexcept {
    switch (bytes) {
        case 2: return &move_run<std::uint16_t, true>;
        case 4: return &move_run<std::uint32_t, true>;
        case 8: return &move_run<std::uint64_t, true>;
        case 12: return &move_run<Triple, true>;
        case 16: return &move_run<Pair, true>;
        default: return nullptr;
    }
}

}  // namespace ndlease::cpu
