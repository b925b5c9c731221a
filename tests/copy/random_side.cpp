// SPDX-License-Identifier: Apache-2.0
#include "copy/random_side.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace ndlease::testing {
namespace {

std::vector<std::size_t> random_order(Random& random, std::size_t count) {
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[static_cast<std::size_t>(random.in(0, static_cast<std::int64_t>(i) - 1))]);
    return order;
}

// Bytes before and from element (0,...,0) on that the elements touch.
void byte_range(const Numbers& shape, const Numbers& strides, std::int64_t itemsize, std::int64_t* before, std::int64_t* from) {
    *before = 0;
    *from = itemsize;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] == 0) {
            *before = *from = 0;
            return;
        }
        const std::int64_t reach = strides[i] * (shape[i] - 1);
        (reach < 0 ? *before : *from) += reach < 0 ? -reach : reach;
    }
}

struct Table {
    Random& random;
    Arena& arena;
    const Side& side;

    // A block for the axes from `first` on; returns the offset of its element (0,...,0).
    std::int64_t build(std::size_t first) {
        std::size_t last = first;
        while (last < side.shape.size() && side.suboffsets[last] < 0) ++last;
        const bool holds_pointers = last < side.shape.size();
        const std::size_t end = holds_pointers ? last + 1 : last;
        Side block;
        block.shape.assign(side.shape.begin() + static_cast<std::ptrdiff_t>(first), side.shape.begin() + static_cast<std::ptrdiff_t>(end));
        block.strides.assign(side.strides.begin() + static_cast<std::ptrdiff_t>(first), side.strides.begin() + static_cast<std::ptrdiff_t>(end));
        block.itemsize = holds_pointers ? static_cast<std::int64_t>(sizeof(void*)) : side.itemsize;
        std::int64_t before = 0;
        std::int64_t from = 0;
        byte_range(block.shape, block.strides, block.itemsize, &before, &from);
        block.data = arena.take(random, before + from) + before;
        Numbers indices(block.shape.size());
        for (std::int64_t n = 0; holds_pointers && n < block.size(); ++n) {
            set_indices(block.shape, n, &indices);
            const std::byte* const target = arena.at(build(end) - side.suboffsets[last]);
            std::memcpy(arena.at(locate(block, indices, arena)), &target, sizeof target);
        }
        return block.data;
    }
};

}  // namespace

Numbers random_shape(Random& random, const ShapeLimits& limits) {
    Numbers shape(static_cast<std::size_t>(random.in(limits.least_rank, limits.most_rank)));
    std::int64_t elements = 1;
    for (const std::size_t axis : random_order(random, shape.size())) {
        const std::int64_t most = std::min(limits.most_extent, limits.most_elements / elements);
        std::int64_t& extent = shape[axis];
        extent = random.one_in(40) ? 0 : random.one_in(6) ? 1 : random.in(1, most);
        elements *= std::max<std::int64_t>(extent, 1);
    }
    return shape;
}

std::int64_t random_itemsize(Random& random) {
    static constexpr std::int64_t frequent[] = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32};
    return random.one_in(2) ? frequent[random.in(0, 9)] : random.in(1, 40);
}

Numbers random_broadcast_source(Random& random, const Numbers& shape) {
    Numbers result = shape;
    for (std::int64_t& extent : result) {
        if (random.one_in(3)) extent = 1;
    }
    if (random.one_in(3) && !result.empty()) result.erase(result.begin(), result.begin() + random.in(1, static_cast<std::int64_t>(result.size())));
    if (result.size() == shape.size() && random.one_in(6)) result.insert(result.begin(), static_cast<std::size_t>(random.in(1, 2)), 1);
    return result;
}

Numbers nested_strides(Random& random, const Numbers& shape, std::int64_t itemsize) {
    Numbers strides(shape.size());
    const bool tight = random.one_in(3);
    const bool in_order = random.one_in(3);
    const bool signs = random.one_in(2);
    std::vector<std::size_t> order = random_order(random, shape.size());
    if (in_order) std::sort(order.begin(), order.end(), std::greater<>());
    std::int64_t step = itemsize;
    for (const std::size_t axis : order) {
        if (!tight && random.one_in(2)) step += random.one_in(2) ? itemsize * random.in(1, 3) : random.in(1, 9);
        strides[axis] = signs && random.one_in(2) ? -step : step;
        step *= std::max<std::int64_t>(shape[axis], 1);
    }
    return strides;
}

Numbers wild_strides(Random& random, const Numbers& shape, std::int64_t itemsize) {
    Numbers strides(shape.size());
    for (std::int64_t& stride : strides) stride = random.one_in(6) ? 0 : random.one_in(2) ? itemsize * random.in(-9, 9) : random.in(-50, 50);
    return strides;
}

std::int64_t bytes_needed(const Numbers& shape, const Numbers& strides, std::int64_t itemsize) {
    std::int64_t before = 0;
    std::int64_t from = 0;
    byte_range(shape, strides, itemsize, &before, &from);
    return before + from + 96;
}

Side place(Random& random, Arena& arena, const Numbers& shape, const Numbers& strides, std::int64_t itemsize) {
    Side side{shape, strides, {}, itemsize, 0};
    std::int64_t before = 0;
    std::int64_t from = 0;
    byte_range(shape, strides, itemsize, &before, &from);
    side.data = arena.take(random, before + from) + before;
    return side;
}

void place_overlapping(Random& random, Arena& arena, Side* a, Side* b) {
    std::int64_t a_before = 0, a_from = 0, b_before = 0, b_from = 0;
    byte_range(a->shape, a->strides, a->itemsize, &a_before, &a_from);
    byte_range(b->shape, b->strides, b->itemsize, &b_before, &b_from);
    const std::int64_t bytes = std::max(a_before + a_from, b_before + b_from) + random.in(0, 2 * a->itemsize);
    const std::int64_t begin = arena.take(random, bytes);
    a->data = begin + a_before + random.in(0, bytes - a_before - a_from);
    b->data = begin + b_before + random.in(0, bytes - b_before - b_from);
    if (random.one_in(3) && b->data - b_before >= begin && a->data - b_before >= begin && a->data + b_from <= begin + bytes) b->data = a->data;
}

Side place_indirect(Random& random, Arena& arena, const Numbers& shape, std::int64_t itemsize) {
    Side side{shape, Numbers(shape.size()), Numbers(shape.size(), -1), itemsize, 0};
    const auto rank = static_cast<std::int64_t>(shape.size());
    side.suboffsets[static_cast<std::size_t>(random.in(0, rank - 1))] = random.in(0, 2) * 8;
    if (random.one_in(2)) side.suboffsets[static_cast<std::size_t>(random.in(0, rank - 1))] = random.in(0, 20);
    for (std::size_t first = 0; first < shape.size();) {
        std::size_t end = first;
        while (end < shape.size() && side.suboffsets[end] < 0) ++end;
        const bool holds_pointers = end < shape.size();
        if (holds_pointers) ++end;
        const Numbers part(shape.begin() + static_cast<std::ptrdiff_t>(first), shape.begin() + static_cast<std::ptrdiff_t>(end));
        const Numbers strides = nested_strides(random, part, holds_pointers ? static_cast<std::int64_t>(sizeof(void*)) : itemsize);
        std::copy(strides.begin(), strides.end(), side.strides.begin() + static_cast<std::ptrdiff_t>(first));
        first = end;
    }
    side.data = Table{random, arena, side}.build(0);
    return side;
}

}  // namespace ndlease::testing
