// SPDX-License-Identifier: Apache-2.0
// Random strided Views for the tests of adaptors: dense ones, with gaps, permuted, sliced, turned round, broadcast, now and then overlapping. Strides of axes
// that never move are junk on purpose. Elements are 8, 16 or 4 bytes of an arena that is large enough for every one of them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <numeric>
#include <random>
#include <vector>

#include <ndlease/layout.hpp>
#include <ndlease/view.hpp>

namespace ndlease::testing {

class StridedViews {
public:
    static constexpr std::int64_t arena_elements = 1 << 15;

    StridedViews(unsigned seed, std::int64_t itemsize)
        : random_(seed), itemsize_(itemsize), arena_(static_cast<std::size_t>(arena_elements * itemsize / 8 + 8)) {}

    std::int64_t pick(std::int64_t low, std::int64_t high) { return std::uniform_int_distribution<std::int64_t>(low, high)(random_); }
    bool chance(int percent) { return pick(1, 100) <= percent; }

    Dims shape(int rank, std::int64_t most) {
        Dims dims(rank, 0);
        for (std::int64_t& extent : dims) extent = chance(15) ? 1 : pick(1, most);
        return dims;
    }

    /// Element strides of some kind for this shape.
    Dims strides(const Dims& extents) {
        const int rank = extents.size();
        std::vector<int> order(static_cast<std::size_t>(rank));
        std::iota(order.begin(), order.end(), 0);
        const std::int64_t kind = pick(0, 5);
        if (kind == 1) std::reverse(order.begin(), order.end());
        if (kind >= 2) std::shuffle(order.begin(), order.end(), random_);
        Dims result(rank, 0);
        std::int64_t step = kind >= 3 && chance(30) ? pick(1, 3) : 1;
        for (const int axis : order) {
            result[axis] = step;
            step *= extents[axis];
            if (kind >= 3 && chance(25)) step += pick(0, 3);
            if (kind >= 3 && chance(10)) step *= 2;
        }
        if (kind == 5) {
            for (std::int64_t& stride : result) {
                if (chance(15)) stride = -stride;
                if (chance(8)) stride = 0;
                if (chance(5)) stride = pick(1, 4);
            }
        }
        for (int axis = 0; axis < rank; ++axis) {
            if (extents[axis] == 1 && chance(70)) result[axis] = pick(-50, 50);
        }
        return result;
    }

    /// A View of these extents and element strides somewhere in the arena, `part` of `parts` equal pieces of which it keeps to.
    View view(const Format& format, const Dims& extents, const Dims& element_strides, int part = 0, int parts = 1) {
        std::int64_t low = 0;
        for (int axis = 0; axis < extents.size(); ++axis) low += std::min<std::int64_t>(0, (extents[axis] - 1) * element_strides[axis]);
        Dims bytes = element_strides;
        for (std::int64_t& stride : bytes) stride *= itemsize_;
        const std::int64_t first = arena_elements / parts * part - low;
        char* const data = reinterpret_cast<char*>(arena_.data()) + first * itemsize_;
        return View::lend(data, Device::cpu(), format, Layout(extents, bytes));
    }
    View view(const Format& format, const Dims& extents, int part = 0, int parts = 1) { return view(format, extents, strides(extents), part, parts); }

    void* arena() { return arena_.data(); }
    std::mt19937& random() { return random_; }

private:
    std::mt19937 random_;
    std::int64_t itemsize_;
    std::vector<double> arena_;
};

/// Calls f(index) for each index of the shape, last fastest.
template <class F>
void each_index(const Dims& shape, F&& f) {
    if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return;
    Dims index(shape.size(), 0);
    for (;;) {
        f(index);
        int axis = shape.size() - 1;
        while (axis >= 0 && ++index[axis] == shape[axis]) index[axis--] = 0;
        if (axis < 0) return;
    }
}

/// The element of these indices, by the View's own arithmetic.
template <class T>
T& element(const View& view, const Dims& index) {
    return *reinterpret_cast<T*>(static_cast<char*>(const_cast<void*>(view.data())) + view.layout().offset_of(index));
}

}  // namespace ndlease::testing
