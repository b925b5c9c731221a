// SPDX-License-Identifier: Apache-2.0
#include "cpu/simd/planes.hpp"

#include "cpu/item.hpp"

namespace ndlease::cpu {

void split_planes(std::byte* const* dst, int planes, std::int64_t word_bytes, const std::byte* src, std::int64_t count, bool /*streamed*/) noexcept {
    with_item(word_bytes, [&](auto word) {
        for (int p = 0; p < planes; ++p) move_items(word, dst[p], word.size, src + p * word.size, planes * word.size, count);
    });
}

void join_planes(std::byte* dst, const std::byte* const* src, int planes, std::int64_t word_bytes, std::int64_t count, bool /*streamed*/) noexcept {
    with_item(word_bytes, [&](auto word) {
        for (int p = 0; p < planes; ++p) move_items(word, dst + p * word.size, planes * word.size, src[p], word.size, count);
    });
}

}  // namespace ndlease::cpu
