// SPDX-License-Identifier: Apache-2.0
// Every kernel over word sizes, item sizes, misalignments and tails, on one device: the whole memory is compared with a nested loop's.
#include "cuda/copy/kernel_sweep.hpp"

namespace ndlease::testing {
namespace {

// dst: (rows, n):(pitch, 1)  src: (rows, n):(pitch', 1)
TEST_F(kernel_sweep, runs_at_every_misalignment_and_tail) {
    for (const std::int64_t bytes : {128, 129, 143, 160, 200, 1024 + 7}) {
        for (std::int64_t dst_offset = 0; dst_offset < 16; dst_offset += 3) {
            for (std::int64_t src_offset = 0; src_offset < 16; ++src_offset) {
                const Side dst{{3, bytes}, {bytes + 5, 1}, {}, 1, 0};
                const Side src{{3, bytes}, {bytes + 16, 1}, {}, 1, 0};
                check(dst, src, dst_offset, src_offset, "runs");
            }
        }
    }
}

// Long enough for several chunks of 16 KiB.
TEST_F(kernel_sweep, runs_of_several_chunks) {
    for (const std::int64_t bytes : {16384, 16385, 40000}) {
        for (const std::int64_t src_offset : {0, 1, 4, 8, 15}) {
            check({{2, bytes}, {bytes + 1, 1}, {}, 1, 0}, {{2, bytes}, {bytes + 3, 1}, {}, 1, 0}, 3, src_offset, "runs");
        }
    }
}

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

// One item, and one row, written many times.
TEST_F(kernel_sweep, broadcasts) {
    for (const std::int64_t item : all_item_sizes) {
        check({{9, 70}, {70 * item, item}, {}, item, 0}, {{9, 70}, {0, 0}, {}, item, 0}, 0, 0, "words");
        check({{9, 70}, {70 * item, item}, {}, item, 0}, {{9, 70}, {0, item}, {}, item, 0}, 0, 0, "words");
        check({{9, 70}, {70 * item, item}, {}, item, 0}, {{9, 70}, {item, 0}, {}, item, 0}, 0, 0, "words");
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
    check(dst, src, 0, 0, "words");
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
