// SPDX-License-Identifier: Apache-2.0
// The transposing kernels over item sizes, edges of tiles, misalignments and directions.
#include <utility>

#include "cuda/copy/kernel_sweep.hpp"

namespace ndlease::testing {
namespace {

using Extents = std::pair<std::int64_t, std::int64_t>;

class tile_sweep : public kernel_sweep {
protected:
    struct Plane {
        std::int64_t n, m, item;
        std::int64_t dst_pitch, src_pitch;  ///< bytes
    };
    static Plane packed(std::int64_t n, std::int64_t m, std::int64_t item) { return {n, m, item, m * item, n * item}; }
    // dst: (n, m):(dst_pitch, item)  src: (n, m):(item, src_pitch)
    static void transpose(const Plane& p, std::int64_t dst_offset, std::int64_t src_offset, const std::string& kernel) {
        check({{p.n, p.m}, {p.dst_pitch, p.item}, {}, p.item, 0}, {{p.n, p.m}, {p.item, p.src_pitch}, {}, p.item, 0}, dst_offset, src_offset, kernel);
    }
};

// Extents of one chunk more and less than tiles, of one item more and less, and of several tiles; rows are aligned on both sides.
TEST_F(tile_sweep, edges_of_aligned_rows) {
    for (const std::int64_t item : {1, 2, 4, 8, 16}) {
        for (const auto& [n, m] : {Extents{64, 64}, {64, 128}, {128, 64}, {128, 128}, {65, 127}, {127, 65}, {130, 200}, {257, 66}, {80, 144}}) {
            const auto up = [](std::int64_t bytes) { return (bytes + 15) / 16 * 16; };
            transpose({n, m, item, up(m * item), up(n * item)}, 0, 0, "tiles");
        }
    }
}

// Rows that start anywhere: odd extents, and addresses that are multiples of an item only.
TEST_F(tile_sweep, edges_of_misaligned_rows) {
    for (const std::int64_t item : {1, 2, 4, 8}) {
        for (const auto& [n, m] : {Extents{64, 64}, {65, 127}, {131, 201}, {67, 259}}) {
            transpose(packed(n, m, item), 0, 0, "tiles");
            transpose(packed(n, m, item), item, 0, "tiles");
            transpose(packed(n, m, item), 0, item, "tiles");
        }
    }
}

TEST_F(tile_sweep, every_misalignment) {
    for (const std::int64_t item : {1, 2, 4, 8}) {
        for (std::int64_t offset = 0; offset < 16; offset += item == 1 ? 3 : item) {
            transpose(packed(128, 144, item), offset, 0, "tiles");
            transpose(packed(144, 128, item), 0, offset, "tiles");
            transpose(packed(133, 141, item), offset, 16 - item, "tiles");
        }
    }
}

// src: its rows backwards, and its columns
TEST_F(tile_sweep, backwards) {
    for (const std::int64_t item : {1, 2, 4, 8, 16}) {
        for (const std::int64_t n : {128, 131}) {
            const Side dst{{n, 144}, {144 * item, item}, {}, item, 0};
            check(dst, {{n, 144}, {-item, n * item}, {}, item, 0}, 0, 0, "tiles");
            check(dst, {{n, 144}, {item, -n * item}, {}, item, 0}, 0, 0, "tiles");
            check(dst, {{n, 144}, {-item, -n * item}, {}, item, 0}, 0, 0, "tiles");
        }
    }
}

// Further axes around the plane, one of them repeated.
TEST_F(tile_sweep, batches) {
    check({{3, 70, 80, 2}, {2 * 22400, 320, 4, 22400}, {}, 4, 0}, {{3, 70, 80, 2}, {22400, 4, 280, 3 * 22400}, {}, 4, 0}, 0, 0, "tiles");
    check({{3, 70, 80}, {22400, 320, 4}, {}, 4, 0}, {{3, 70, 80}, {0, 4, 280}, {}, 4, 0}, 0, 0, "tiles");
    check({{3, 20, 30, 2}, {2400, 120, 4, 1200 * 6}, {}, 4, 0}, {{3, 20, 30, 2}, {2400, 4, 80, 1200 * 6}, {}, 4, 0}, 0, 0, "unit tiles");
}

// Items of three words, in rows that are aligned on both sides.
TEST_F(tile_sweep, edges_of_triples) {
    for (const std::int64_t item : {3, 6, 12, 24}) {
        for (const auto& [n, m] : {Extents{64, 64}, {65, 63}, {63, 65}, {70, 130}, {33, 129}, {128, 32}}) {
            const auto up = [](std::int64_t bytes) { return (bytes + 15) / 16 * 16; };
            transpose({n, m, item, up(m * item), up(n * item)}, 0, 0, "triples");
        }
        const std::int64_t pitch = 16 * item;
        check({{64, 80}, {5 * pitch, item}, {}, item, 0}, {{64, 80}, {-item, 4 * pitch}, {}, item, 0}, 0, 0, "triples");
        check({{2, 64, 80}, {320 * pitch, 5 * pitch, item}, {}, item, 0}, {{2, 64, 80}, {320 * pitch, item, 4 * pitch}, {}, item, 0}, 0, 0, "triples");
    }
}

// Items of several words, and planes that are small or have gaps.
TEST_F(tile_sweep, any_unit) {
    for (const std::int64_t item : all_item_sizes) {
        for (const auto& [n, m] : {Extents{8, 8}, {31, 15}, {3, 501}, {501, 3}, {7, 1100}}) transpose(packed(n, m, item), 0, 0, "unit tiles");
    }
    for (const std::int64_t item : {3, 6, 12, 24, 32}) {
        for (const auto& [n, m] : {Extents{31, 33}, {65, 63}, {70, 131}}) transpose(packed(n, m, item), 0, 0, "unit tiles");
    }
    for (const std::int64_t offset : {1, 2, 4, 8}) {
        transpose(packed(40, 36, 24), offset, 0, "unit tiles");
        transpose(packed(40, 36, 24), 0, offset, "unit tiles");
    }
    check({{100, 100}, {800, 8}, {}, 4, 0}, {{100, 100}, {8, 800}, {}, 4, 0}, 0, 0, "unit tiles");
}

}  // namespace
}  // namespace ndlease::testing
