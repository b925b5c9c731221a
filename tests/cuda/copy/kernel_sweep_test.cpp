// SPDX-License-Identifier: Apache-2.0
// Every kernel over word sizes, item sizes, misalignments and tails, on one device: the whole memory is compared with a nested loop's.
#include "cuda/copy/kernel_sweep.hpp"

namespace ndlease::testing {
namespace {

// Every second item: dst: (n):(item)  src: (n):(2 item)
TEST_F(kernel_sweep, words_of_every_item_and_tail) {
    for (const std::int64_t item : all_item_sizes) {
        for (const std::int64_t n : {2, 255, 257, 1025}) {
            for (const std::int64_t offset : {0, 1, 4}) {
                check({{n}, {item}, {}, item, 0}, {{n}, {2 * item}, {}, item, 0}, 0, offset, "words");
                check({{n}, {3 * item}, {}, item, 0}, {{n}, {item}, {}, item, 0}, offset, 0, "words");
            }
        }
    }
}

// One item, and one row, written many times, in rows too short for runs.
TEST_F(kernel_sweep, broadcasts) {
    for (const std::int64_t item : all_item_sizes) {
        check({{9, 7}, {8 * item, item}, {}, item, 0}, {{9, 7}, {0, 0}, {}, item, 0}, 0, 0, "words");
        check({{9, 7}, {8 * item, item}, {}, item, 0}, {{9, 7}, {0, item}, {}, item, 0}, 0, 0, "words");
        check({{9, 7}, {8 * item, item}, {}, item, 0}, {{9, 7}, {item, 0}, {}, item, 0}, 0, 0, "words");
    }
}

// Rank 40: a permutation of bits.
TEST_F(kernel_sweep, high_ranks) {
    Side dst{{}, {}, {}, 4, 0};
    Side src{{}, {}, {}, 4, 0};
    for (int i = 0; i < 12; ++i) {
        dst.shape.push_back(2);
        dst.strides.push_back(std::int64_t{4} << (11 - i));
        src.shape.push_back(2);
        src.strides.push_back(std::int64_t{4} << (i * 5 % 12));
    }
    check(dst, src, 0, 0, "packed");
    dst = src = {{}, {}, {}, 2, 0};  // 40 axes of extent 1 among them
    for (int i = 0; i < 50; ++i) {
        dst.shape.push_back(i % 5 == 0 ? 2 : 1);
        dst.strides.push_back(std::int64_t{2} << (9 - i / 5));
        src.shape.push_back(i % 5 == 0 ? 2 : 1);
        src.strides.push_back(std::int64_t{4} << (i / 5 * 3 % 10));
    }
    check(dst, src, 0, 0, "words");
}

}  // namespace
}  // namespace ndlease::testing
