// SPDX-License-Identifier: Apache-2.0
// What of the memory a layout covers: contiguity and the bytes touched.
#include <ndlease/error.hpp>
#include <ndlease/layout.hpp>

namespace ndlease {
namespace {

/// Whether the strides grow without gaps when the axes are walked from `first` by `step`. The layout has elements.
bool grows_without_gaps(const Dims& shape, const Dims& strides, std::int64_t itemsize, int first, int step) noexcept {
    std::int64_t expected = itemsize;
    for (int axis = first; axis >= 0 && axis < shape.size(); axis += step) {
        if (shape[axis] == 1) continue;
        if (strides[axis] != expected || !mul_fits(expected, shape[axis], &expected)) return false;
    }
    return true;
}

}  // namespace

bool Layout::is_contiguous(Order order, std::int64_t itemsize) const noexcept {
    if (is_indirect() || itemsize < 0) return false;
    if (is_empty()) return true;
    if (order != Order::f && grows_without_gaps(shape_, strides_, itemsize, rank() - 1, -1)) return true;
    return order != Order::c && grows_without_gaps(shape_, strides_, itemsize, 0, 1);
}

ByteExtent Layout::byte_extent(std::int64_t itemsize) const {
    if (itemsize < 0) throw Error(errc::invalid_argument, "itemsize is " + std::to_string(itemsize) + "; it is 0 or more");
    if (is_empty() || itemsize == 0) return {};
    if (is_indirect()) throw Error(errc::bad_layout, "the bytes touched are unknown behind suboffsets: " + to_string(*this));
    ByteExtent extent;
    for (int axis = 0; axis < rank(); ++axis) {
        if (shape_[axis] == 1) continue;
        // Fits: the constructor bounds the sum of the absolute values.
        const std::int64_t reach = (shape_[axis] - 1) * strides_[axis];
        (reach < 0 ? extent.lower : extent.upper) += reach;
    }
    std::int64_t length = 0;
    if (!add_fits(extent.upper - extent.lower, itemsize, &length)) {
        throw Error(errc::overflow, "layout " + to_string(*this) + " of items of " + std::to_string(itemsize) + " bytes covers more bytes than fit in 63 bits");
    }
    extent.upper += itemsize;
    return extent;
}

}  // namespace ndlease
