// SPDX-License-Identifier: Apache-2.0
#include <ndlease/element_iterator.hpp>

#include <string>

namespace ndlease::detail {

int walk_axes(const Layout& layout, Order order, WalkAxis* axes, int most) {
    if (layout.is_indirect()) throw Error(errc::bad_layout, "iterators follow no suboffsets: " + to_string(layout));
    if (layout.is_empty()) return 0;
    int count = 0;
    for (int i = 0; i < layout.rank(); ++i) {
        const int axis = order == Order::f ? i : layout.rank() - 1 - i;
        const WalkAxis next{layout.shape()[axis], layout.strides()[axis]};
        if (next.extent == 1) continue;
        if (count > 0) {
            WalkAxis& inner = axes[count - 1];
            std::int64_t whole = 0;
            if (mul_fits(inner.extent, inner.stride, &whole) && whole == next.stride) {
                inner.extent *= next.extent;
                continue;
            }
        }
        if (count == most) {
            throw Error(errc::bad_layout,
                        to_string(layout) + " has more than the " + std::to_string(most) + " axes that the iterator holds, at axis " + std::to_string(axis) +
                            "; ask for elements<T, more>",
                        axis);
        }
        axes[count++] = next;
    }
    return count;
}

}  // namespace ndlease::detail
