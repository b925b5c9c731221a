// SPDX-License-Identifier: Apache-2.0
#include <ndlease/layout.hpp>

#include <algorithm>
#include <limits>

#include <ndlease/error.hpp>

namespace ndlease {
namespace {

constexpr std::int64_t most_negative = std::numeric_limits<std::int64_t>::min();

std::span<const std::int64_t> span_of(std::initializer_list<std::int64_t> values) { return {values.begin(), values.size()}; }

[[noreturn]] void throw_lengths(std::size_t shape, std::size_t other, const char* what) {
    throw Error(errc::bad_layout, "shape has " + std::to_string(shape) + " dimensions, but there are " + std::to_string(other) + ' ' + what);
}

[[noreturn]] void throw_negative_extent(std::int64_t extent, int axis) {
    throw Error(errc::bad_layout, "axis " + std::to_string(axis) + " has extent " + std::to_string(extent) + "; an extent is 0 or more", axis);
}

[[noreturn]] void throw_too_many_elements(const Dims& shape) {
    throw Error(errc::overflow, "shape " + to_string(shape) + " has more elements than fit in 63 bits");
}

[[noreturn]] void throw_too_far_apart(const Dims& shape, const Dims& strides) {
    throw Error(errc::overflow, "shape " + to_string(shape) + " with strides " + to_string(strides) +
                                    " puts elements further apart than fits in 63 bits (the sum of (extent - 1) * |stride|)");
}

void check_itemsize(std::int64_t itemsize) {
    if (itemsize < 0) throw Error(errc::invalid_argument, "itemsize is " + std::to_string(itemsize) + "; it is 0 or more");
}

/// The number of elements. Throws as Layout's constructors do.
std::int64_t element_count(const Dims& shape) {
    std::int64_t count = 1;
    bool fits = true;
    bool empty = false;
    for (int axis = 0; axis < shape.size(); ++axis) {
        const std::int64_t extent = shape[axis];
        if (extent < 0) throw_negative_extent(extent, axis);
        empty |= extent == 0;
        fits &= mul_fits(count, extent, &count);
    }
    if (empty) return 0;
    if (!fits) throw_too_many_elements(shape);
    return count;
}

/// Fills `strides` (as long as shape) without gaps, walking the axes from `first` by `step`. Only an empty shape may have inner
/// products that do not fit; the strides from there on are 0.
void fill_contiguous(const Dims& shape, Dims& strides, std::int64_t itemsize, int first, int step) {
    std::int64_t stride = itemsize;
    for (int axis = first; axis >= 0 && axis < shape.size(); axis += step) {
        strides[axis] = stride;
        if (!mul_fits(stride, std::max<std::int64_t>(shape[axis], 1), &stride)) stride = 0;
    }
}

}  // namespace

Layout::Layout(std::span<const std::int64_t> shape, std::span<const std::int64_t> strides) : shape_(shape), strides_(strides) {
    if (shape.size() != strides.size()) throw_lengths(shape.size(), strides.size(), "strides");
    size_ = element_count(shape_);
    if (size_ == 0) return;
    std::int64_t distance = 0;
    bool fits = true;
    for (int axis = 0; axis < shape_.size(); ++axis) {
        const std::int64_t steps = shape_[axis] - 1;
        if (steps == 0) continue;
        const std::int64_t stride = strides_[axis];
        fits &= stride != most_negative;
        std::int64_t reach = 0;
        fits &= fits && mul_fits(steps, stride < 0 ? -stride : stride, &reach);
        fits &= add_fits(distance, reach, &distance);
    }
    if (!fits) throw_too_far_apart(shape_, strides_);
}

Layout::Layout(std::initializer_list<std::int64_t> shape, std::initializer_list<std::int64_t> strides) : Layout(span_of(shape), span_of(strides)) {}

Layout::Layout(std::span<const std::int64_t> shape, std::span<const std::int64_t> strides, std::span<const std::int64_t> suboffsets) : Layout(shape, strides) {
    if (suboffsets.empty()) return;
    if (shape.size() != suboffsets.size()) throw_lengths(shape.size(), suboffsets.size(), "suboffsets");
    if (std::all_of(suboffsets.begin(), suboffsets.end(), [](std::int64_t suboffset) { return suboffset < 0; })) return;
    suboffsets_.assign(suboffsets);
    for (std::int64_t& suboffset : suboffsets_) suboffset = std::max<std::int64_t>(suboffset, -1);
}

Layout Layout::c_order(std::span<const std::int64_t> shape, std::int64_t itemsize) {
    Layout result = without_gaps(shape, itemsize);
    fill_contiguous(result.shape_, result.strides_, itemsize, result.rank() - 1, -1);
    return result;
}

Layout Layout::f_order(std::span<const std::int64_t> shape, std::int64_t itemsize) {
    Layout result = without_gaps(shape, itemsize);
    fill_contiguous(result.shape_, result.strides_, itemsize, 0, 1);
    return result;
}

Layout Layout::c_order(std::initializer_list<std::int64_t> shape, std::int64_t itemsize) { return c_order(span_of(shape), itemsize); }
Layout Layout::f_order(std::initializer_list<std::int64_t> shape, std::int64_t itemsize) { return f_order(span_of(shape), itemsize); }

Layout Layout::without_gaps(std::span<const std::int64_t> shape, std::int64_t itemsize) {
    check_itemsize(itemsize);
    Layout result;
    result.shape_.assign(shape);
    result.size_ = element_count(result.shape_);
    std::int64_t bytes = 0;
    if (!mul_fits(result.size_, itemsize, &bytes)) {
        throw Error(errc::overflow,
                    "shape " + to_string(result.shape_) + " of items of " + std::to_string(itemsize) + " bytes has more bytes than fit in 63 bits");
    }
    result.strides_.assign(shape);
    return result;
}

int Layout::checked_axis_slow(int axis) const {
    const int r = rank();
    if (axis < 0 && axis >= -r) return axis + r;
    if (r == 0) throw Error(errc::out_of_range, "axis " + std::to_string(axis) + " of rank 0, which has no axes", axis);
    throw Error(errc::out_of_range,
                "axis " + std::to_string(axis) + " of rank " + std::to_string(r) + "; it lies in [" + std::to_string(-r) + ", " + std::to_string(r) + ")",
                axis);
}

std::int64_t Layout::offset_of(std::span<const std::int64_t> indices) const {
    if (is_indirect()) throw Error(errc::bad_layout, "an element behind suboffsets has no fixed offset: " + to_string(*this));
    if (indices.size() != static_cast<std::size_t>(rank())) {
        throw Error(errc::out_of_range, std::to_string(indices.size()) + " indices for rank " + std::to_string(rank()));
    }
    std::int64_t offset = 0;
    for (int axis = 0; axis < rank(); ++axis) {
        const std::int64_t index = indices[static_cast<std::size_t>(axis)];
        if (index < 0 || index >= shape_[axis]) {
            throw Error(errc::out_of_range,
                        "index " + std::to_string(index) + " of axis " + std::to_string(axis) + " lies outside [0, " + std::to_string(shape_[axis]) + ")",
                        axis);
        }
        // The constructor has checked that distances fit, but only between elements that exist.
        offset += index == 0 ? 0 : index * strides_[axis];
    }
    return offset;
}

bool operator==(const Layout& a, const Layout& b) noexcept {
    if (!(a.shape_ == b.shape_) || !(a.suboffsets_ == b.suboffsets_)) return false;
    if (a.is_empty()) return true;
    for (int axis = 0; axis < a.rank(); ++axis) {
        if (a.shape_[axis] != 1 && a.strides_[axis] != b.strides_[axis]) return false;
    }
    return true;
}

std::string to_string(const Layout& layout) {
    std::string text = to_string(layout.shape()) + ':' + to_string(layout.strides());
    if (layout.is_indirect()) text += "->" + to_string(layout.suboffsets());
    return text;
}

}  // namespace ndlease
