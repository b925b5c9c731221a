// SPDX-License-Identifier: Apache-2.0
// The kernels of runs over lengths, misalignments, tails and words: copied, mirrored, filled and repeated.
#include "cuda/copy/kernel_sweep.hpp"

namespace ndlease::testing {
namespace {

class run_sweep : public kernel_sweep {};

// dst: (rows, n):(pitch, 1)  src: (rows, n):(pitch', 1)
TEST_F(run_sweep, every_misalignment_and_tail) {
    for (const std::int64_t bytes : {128, 143, 160, 1024 + 7}) {
        for (std::int64_t dst_offset = 0; dst_offset < 16; dst_offset += 3) {
            for (std::int64_t src_offset = 0; src_offset < 16; ++src_offset) {
                check({{3, bytes}, {bytes + 5, 1}, {}, 1, 0}, {{3, bytes}, {bytes + 16, 1}, {}, 1, 0}, dst_offset, src_offset, "runs");
            }
        }
    }
}

// Rows of a length that is a multiple of a word, at multiples of it.
TEST_F(run_sweep, every_word) {
    for (const std::int64_t word : {2, 4, 8, 16}) {
        for (const std::int64_t words : {64, 65, 67, 130}) {
            const std::int64_t n = words * word < 128 ? 128 / word + 1 : words;
            for (std::int64_t offset = 0; offset < 16; offset += word) {
                check({{3, n}, {(n + 1) * word, word}, {}, word, 0}, {{3, n}, {(n + 3) * word, word}, {}, word, 0}, offset, 0, "runs");
                check({{3, n}, {(n + 1) * word, word}, {}, word, 0}, {{3, n}, {(n + 3) * word, word}, {}, word, 0}, 0, offset, "runs");
            }
        }
    }
}

// Long enough for several parts of 16 KiB.
TEST_F(run_sweep, several_parts) {
    for (const std::int64_t bytes : {16384 - 8, 16384, 16385, 32768 + 9, 40000}) {
        for (const std::int64_t src_offset : {0, 1, 4, 8, 15}) {
            for (const std::int64_t dst_offset : {0, 3, 15}) {
                check({{2, bytes}, {bytes + 1, 1}, {}, 1, 0}, {{2, bytes}, {bytes + 3, 1}, {}, 1, 0}, dst_offset, src_offset, "runs");
            }
        }
    }
    check({{40000}, {1}, {}, 1, 0}, {{40000}, {1}, {}, 1, 0}, 3, 7, "runs");
    check({{3, 20000}, {20000, 1}, {}, 1, 0}, {{3, 20000}, {20000, 1}, {}, 1, 0}, 1, 0, "runs");
}

// src: rows backwards, and rows in reverse order
TEST_F(run_sweep, mirrored) {
    for (const std::int64_t item : {1, 2, 4, 8, 16}) {
        for (const std::int64_t n : {128 / item, 128 / item + 1, 143 / item + 2, std::int64_t{301}, 16384 / item + 5}) {
            for (std::int64_t offset = 0; offset < (n > 1000 ? 1 : 16); offset += item) {
                check({{2, n}, {(n + 1) * item, item}, {}, item, 0}, {{2, n}, {(n + 3) * item, -item}, {}, item, 0}, offset, 0, "mirrored runs");
                check({{2, n}, {(n + 1) * item, item}, {}, item, 0}, {{2, n}, {-(n + 3) * item, -item}, {}, item, 0}, 0, offset, "mirrored runs");
            }
        }
    }
    check({{3, 300}, {1200, -4}, {}, 4, 0}, {{3, 300}, {1200, 4}, {}, 4, 0}, 0, 0, "mirrored runs");
    check({{3, 300}, {-1200, 4}, {}, 4, 0}, {{3, 300}, {1200, 4}, {}, 4, 0}, 0, 0, "runs");
}

// One item, one column
TEST_F(run_sweep, filled) {
    for (const std::int64_t item : {1, 2, 4, 8, 16}) {
        for (const std::int64_t n : {128 / item, 128 / item + 1, std::int64_t{301}, 16384 / item + 5}) {
            for (std::int64_t offset = 0; offset < (n > 1000 ? 1 : 16); offset += item) {
                check({{2, n}, {(n + 1) * item, item}, {}, item, 0}, {{2, n}, {item, 0}, {}, item, 0}, offset, 0, "filled runs");
                check({{2, n}, {(n + 1) * item, item}, {}, item, 0}, {{2, n}, {0, 0}, {}, item, 0}, 0, offset, "filled runs");
            }
        }
    }
}

// One row, or one plane, written many times.
TEST_F(run_sweep, repeated) {
    for (const std::int64_t item : {1, 2, 4, 8, 16, 12}) {
        for (const std::int64_t repeats : {2, 15, 16, 17, 33}) {
            for (const std::int64_t offset : {std::int64_t{0}, item == 12 ? 4 : item}) {
                const Side row{{repeats, 1200 / item}, {0, item}, {}, item, 0};
                check({{repeats, 1200 / item}, {1216, item}, {}, item, 0}, row, offset, 0, "repeated runs");
                check({{repeats, 1200 / item}, {1216, item}, {}, item, 0}, row, 0, offset, "repeated runs");
            }
        }
        if (item == 16) continue;
        const std::int64_t n = 1200 / item;  // each row is misaligned in its own way
        check({{17, n}, {1200 + (item == 8 ? 8 : 12), item}, {}, item, 0}, {{17, n}, {0, item}, {}, item, 0}, 0, 0, "runs");
    }
    check({{3, 5, 4, 300}, {24000, 4800, 1200, 4}, {}, 4, 0}, {{3, 5, 4, 300}, {4800, 0, 1200, 4}, {}, 4, 0}, 0, 0, "repeated runs");
}

}  // namespace
}  // namespace ndlease::testing
