// SPDX-License-Identifier: Apache-2.0
#include "cpu/simd/transpose.hpp"

#include "cpu/item.hpp"

namespace ndlease::cpu {

void transpose_words(std::int64_t word_bytes, const MatrixPair& m, std::int64_t rows, std::int64_t columns) noexcept {
    with_item(word_bytes, [&](auto word) {
        for (std::int64_t i = 0; i < rows; ++i) move_items(word, m.dst + i * word.size, m.dst_pitch, m.src + i * m.src_pitch, word.size, columns);
    });
}

}  // namespace ndlease::cpu
