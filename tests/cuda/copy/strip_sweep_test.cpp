// SPDX-License-Identifier: Apache-2.0
// Few columns to columns apart and back, and permutations of short axes.
#include <algorithm>
#include <numeric>

#include "cuda/copy/kernel_sweep.hpp"

namespace ndlease::testing {
namespace {

class strip_sweep : public kernel_sweep {};

TEST_F(strip_sweep, every_width_item_and_tail) {
    for (const std::int64_t item : {1, 2, 4, 8}) {
        for (const std::int64_t columns : {2, 3, 4}) {
            for (const std::int64_t n : {512 / item, 513 / item + 1, 4096 / item + 3, 4500 / item}) {
                const std::int64_t pitch = (n * item + 15) / 16 * 16;
                const Side apart{{columns, n}, {pitch, item}, {}, item, 0};
                const Side together{{columns, n}, {item, columns * item}, {}, item, 0};
                check(apart, together, 0, 0, "strips");
                const Side turned_apart{{n, columns}, {item, pitch}, {}, item, 0};
                const Side turned_together{{n, columns}, {columns * item, item}, {}, item, 0};
                check(turned_together, turned_apart, 0, 0, "strips");
            }
        }
    }
}

// Images: (2, h * w, 3) to (2, 3, h * w) and back; columns that start off a chunk are for another kernel.
TEST_F(strip_sweep, batches) {
    const Side planes{{2, 3, 1600}, {4800, 1600, 1}, {}, 1, 0};
    const Side pixels{{2, 3, 1600}, {4800, 1, 3}, {}, 1, 0};
    check(planes, pixels, 0, 0, "strips");
    check({{2, 1600, 3}, {4800, 3, 1}, {}, 1, 0}, {{2, 1600, 3}, {4800, 1, 1600}, {}, 1, 0}, 0, 0, "strips");
    check(planes, pixels, 0, 4, "unit tiles");
    check({{3, 1001}, {4004, 4}, {}, 4, 0}, {{3, 1001}, {4, 12}, {}, 4, 0}, 0, 0, "unit tiles");
    check({{5, 1000}, {4000, 4}, {}, 4, 0}, {{5, 1000}, {4, 20}, {}, 4, 0}, 0, 0, "unit tiles");
}

class packed_sweep : public kernel_sweep {
protected:
    /// src: axes of an array of that shape in another order; dst: packed
    static void permute(const Numbers& source_shape, const std::vector<int>& order, std::int64_t item, std::int64_t offset) {
        Numbers source_strides(source_shape.size(), item);
        for (std::size_t i = source_shape.size() - 1; i > 0; --i) source_strides[i - 1] = source_strides[i] * source_shape[i];
        Side src{{}, {}, {}, item, 0};
        Side dst{{}, {}, {}, item, 0};
        for (const int axis : order) {
            src.shape.push_back(source_shape[static_cast<std::size_t>(axis)]);
            src.strides.push_back(source_strides[static_cast<std::size_t>(axis)]);
        }
        dst.shape = src.shape;
        dst.strides.assign(dst.shape.size(), item);
        for (std::size_t i = dst.shape.size() - 1; i > 0; --i) dst.strides[i - 1] = dst.strides[i] * dst.shape[i];
        check(dst, src, offset, offset, "packed");
    }
};

TEST_F(packed_sweep, small_extents_reversed) {
    for (const std::int64_t item : {1, 2, 4, 8, 16}) {
        permute({5, 5, 5, 5, 5, 5}, {5, 4, 3, 2, 1, 0}, item, 0);
        permute({7, 211, 7}, {2, 1, 0}, item, item);
        permute({3, 4, 5, 6, 7, 8}, {4, 1, 5, 0, 3, 2}, item, 0);
        permute({6, 90, 8, 6}, {3, 0, 2, 1}, item, 0);
    }
    permute({20, 20, 20, 20}, {3, 2, 1, 0}, 4, 4);
    permute({13, 13, 13, 13}, {3, 1, 2, 0}, 4, 0);
}

// Extents of 2 in any order, as tensor networks have them.
TEST_F(packed_sweep, bits_in_any_order) {
    Random random(28);
    for (int i = 0; i < 12; ++i) {
        std::vector<int> order(14);
        std::iota(order.begin(), order.end(), 0);
        for (std::size_t k = order.size(); k > 1; --k) std::swap(order[k - 1], order[static_cast<std::size_t>(random.in(0, static_cast<std::int64_t>(k) - 1))]);
        order.erase(std::find(order.begin(), order.end(), 13));
        order.insert(order.begin(), 13);  // the innermost axis of the source is not that of the destination
        permute(Numbers(14, 2), order, 4, 0);
    }
}

}  // namespace
}  // namespace ndlease::testing
