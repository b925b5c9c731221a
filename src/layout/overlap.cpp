// SPDX-License-Identifier: Apache-2.0
// Both questions about overlap, written as sums of bounded terms (bounded_sum.hpp). Only axes with more than one index make terms,
// and the sign of a stride makes no difference to which bytes are touched relative to the lowest one.
#include <algorithm>
#include <array>

#include <ndlease/layout.hpp>

#include "layout/bounded_sum.hpp"

namespace ndlease {
namespace {

__extension__ using Wide = __int128;

struct Axis {
    std::int64_t stride;  ///< absolute
    std::int64_t last;    ///< the largest index, > 0
};

/// The axes that move, and how far they reach below and above element (0,...,0). The layout is direct and has elements.
struct Axes {
    std::array<Axis, max_rank> axis;  ///< only the first `count` have values
    std::size_t count = 0;
    std::int64_t below = 0;
    std::int64_t above = 0;

    explicit Axes(const Layout& layout) noexcept {
        for (int i = 0; i < layout.rank(); ++i) {
            const std::int64_t last = layout.shape()[i] - 1;
            const std::int64_t stride = layout.strides()[i];
            if (last == 0) continue;
            (stride < 0 ? below : above) += stride < 0 ? -stride * last : stride * last;
            axis[count++] = {stride < 0 ? -stride : stride, last};
        }
    }
};

bool fits(Wide value) noexcept { return value >= INT64_MIN && value <= INT64_MAX; }

/// Whether two elements overlap whose indices are equal on the axes before `first` and differ on `first`. The axes are sorted by
/// stride, the longest first, and all move.
Overlap overlap_from(const Axes& axes, std::size_t first, std::int64_t itemsize, std::int64_t& work) noexcept {
    // The difference of their indices is d, and d > 0 on `first` as the two may be swapped:
    //     |sum(stride_i * d_i)| <= itemsize - 1,  1 <= d_first <= last_first,  |d_i| <= last_i on the axes after.
    // Shifted to start at 0, with a slack for the bytes of the item:
    Wide target = Wide{itemsize} - 1 - axes.axis[first].stride;
    for (std::size_t i = first + 1; i < axes.count; ++i) target += Wide{axes.axis[i].stride} * axes.axis[i].last;
    if (target < 0) return Overlap::no;
    if (!fits(target)) return Overlap::may;
    BoundedSum sum;
    sum.add(axes.axis[first].stride, axes.axis[first].last - 1);
    for (std::size_t i = first + 1; i < axes.count; ++i) {
        const Axis& axis = axes.axis[i];
        if (axis.last > INT64_MAX / 2) return Overlap::may;
        sum.add(axis.stride, 2 * axis.last);
    }
    const Wide slack = 2 * (Wide{itemsize} - 1);
    sum.set_target(static_cast<std::int64_t>(target), static_cast<std::int64_t>(std::min<Wide>(slack, target)));
    return sum.solve(work);
}

}  // namespace

Overlap internal_overlap(const Layout& layout, std::int64_t itemsize, std::int64_t max_work) noexcept {
    if (layout.size() < 2 || itemsize <= 0) return Overlap::no;
    if (layout.is_indirect()) return Overlap::may;
    Axes axes(layout);
    std::sort(axes.axis.begin(), axes.axis.begin() + static_cast<std::ptrdiff_t>(axes.count), [](const Axis& a, const Axis& b) { return a.stride > b.stride; });
    if (axes.axis[axes.count - 1].stride < itemsize) return Overlap::yes;
    for (std::size_t i = 1; i < axes.count; ++i) {
        if (axes.axis[i - 1].stride - axes.axis[i].stride < itemsize) return Overlap::yes;
    }
    Overlap answer = Overlap::no;
    for (std::size_t first = axes.count; first-- > 0;) {
        const Overlap found = overlap_from(axes, first, itemsize, max_work);
        if (found == Overlap::yes) return Overlap::yes;
        if (found == Overlap::may) answer = Overlap::may;
    }
    return answer;
}

Overlap mutual_overlap(std::uintptr_t a_data, const Layout& a, std::int64_t a_itemsize, std::uintptr_t b_data, const Layout& b, std::int64_t b_itemsize,
                       std::int64_t max_work) noexcept {
    if (a.is_empty() || b.is_empty() || a_itemsize <= 0 || b_itemsize <= 0) return Overlap::no;
    if (a.is_indirect() || b.is_indirect()) return Overlap::may;
    const Axes a_axes(a);
    const Axes b_axes(b);
    const Wide a_low = Wide{a_data} - a_axes.below;
    const Wide b_low = Wide{b_data} - b_axes.below;
    const Wide a_last = Wide{a_data} + a_axes.above + a_itemsize - 1;
    const Wide b_last = Wide{b_data} + b_axes.above + b_itemsize - 1;
    if (a_last < b_low || b_last < a_low) return Overlap::no;
    // A byte of a counted up from a_low is a byte of b counted down from b_last:
    //     sum(a_stride_i * x_i) + p + sum(b_stride_j * y_j) + q == b_last - a_low,  p and q within the items.
    const Wide target = b_last - a_low;
    if (!fits(target)) return Overlap::may;
    BoundedSum sum;
    for (std::size_t i = 0; i < a_axes.count; ++i) {
        if (a_axes.axis[i].stride > 0) sum.add(a_axes.axis[i].stride, a_axes.axis[i].last);
    }
    for (std::size_t i = 0; i < b_axes.count; ++i) {
        if (b_axes.axis[i].stride > 0) sum.add(b_axes.axis[i].stride, b_axes.axis[i].last);
    }
    const Wide slack = Wide{a_itemsize} - 1 + b_itemsize - 1;
    sum.set_target(static_cast<std::int64_t>(target), static_cast<std::int64_t>(std::min(slack, target)));
    return sum.solve(max_work);
}

}  // namespace ndlease
