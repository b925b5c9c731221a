// SPDX-License-Identifier: Apache-2.0
#include "view/draft.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>

#include <ndlease/error.hpp>

namespace ndlease::detail {

namespace {

struct SliceBounds {
    std::int64_t start;
    std::int64_t step;
    std::int64_t length;
};

/// Python's PySlice_Unpack and PySlice_AdjustIndices: bounds count from the end when negative and are clamped.
SliceBounds slice_bounds(std::int64_t extent, std::optional<std::int64_t> start, std::optional<std::int64_t> stop, std::int64_t step) {
    step = std::max(step, -std::numeric_limits<std::int64_t>::max());  // so that -step exists; the result is the same
    const std::int64_t lowest = step < 0 ? -1 : 0;
    const std::int64_t highest = step < 0 ? extent - 1 : extent;
    const auto clamp = [&](std::int64_t bound) { return std::clamp(bound < 0 ? bound + extent : bound, lowest, highest); };
    const std::int64_t from = start ? clamp(*start) : (step < 0 ? highest : lowest);
    const std::int64_t to = stop ? clamp(*stop) : (step < 0 ? lowest : highest);
    std::int64_t length = 0;
    if (step < 0 && to < from) length = (from - to - 1) / -step + 1;
    if (step > 0 && from < to) length = (to - from - 1) / step + 1;
    return {from, step, length};
}

}  // namespace

ViewDraft::ViewDraft(const View& from)
    : shape(from.shape()),
      strides(from.strides()),
      suboffsets(from.layout().suboffsets()),
      read_only(from.read_only_),
      from_(from),
      data_(from.data_),
      allocation_(from.allocation_),
      has_elements_(!from.layout().is_empty() && from.itemsize() != 0) {}

void ViewDraft::shift(int axis, std::int64_t bytes) {
    if (!has_elements_ || bytes == 0) return;
    if (!suboffsets.empty()) {
        for (int i = axis - 1; i >= 0; --i) {
            if (suboffsets[i] < 0) continue;
            std::int64_t moved = 0;
            if (!add_fits(suboffsets[i], bytes, &moved) || moved < 0) {
                throw Error(errc::bad_layout,
                            "the view cannot start " + std::to_string(bytes) + " bytes further: axis " + std::to_string(i) +
                                " is indirect, and its suboffset " + std::to_string(suboffsets[i]) + " cannot become negative",
                            i);
            }
            suboffsets[i] = moved;
            return;
        }
    }
    data_ = static_cast<std::byte*>(data_) + bytes;
}

void ViewDraft::set_layout(const Layout& layout) {
    shape = layout.shape();
    strides = layout.strides();
    suboffsets.clear();
    has_elements_ = !layout.is_empty();
}

void ViewDraft::insert_axis(int position, std::int64_t extent, std::int64_t stride) {
    if (rank() == max_rank) {
        throw Error(errc::out_of_range, "the result would have more than " + std::to_string(max_rank) + " axes", position);
    }
    shape.insert(position, extent);
    strides.insert(position, stride);
    if (!suboffsets.empty()) suboffsets.insert(position, -1);
    has_elements_ = has_elements_ && extent != 0;
}

void ViewDraft::remove_axis(int axis) {
    if (is_indirect(axis)) {
        if (axis > 0 && is_indirect(axis - 1)) {
            throw Error(errc::bad_layout,
                        "axis " + std::to_string(axis) + " is indirect and so is axis " + std::to_string(axis - 1) +
                            " before it: its pointer cannot be followed before that axis has an index",
                        axis);
        }
        if (axis > 0) {
            suboffsets[axis - 1] = suboffsets[axis];  // the same pointer is followed one axis earlier
        } else {
            follow_first_axis();
        }
    }
    shape.erase(axis);
    strides.erase(axis);
    if (!suboffsets.empty()) suboffsets.erase(axis);
}

void ViewDraft::follow_first_axis() {
    if (!has_elements_) return;
    if (!from_.reachable_from(Device::cpu())) {
        throw Error(errc::device, "axis 0 is indirect, and its pointers lie on " + to_string(from_.device()) + ", where the host cannot read them", 0);
    }
    void* target = nullptr;
    std::memcpy(&target, data_, sizeof target);
    if (target == nullptr) throw Error(errc::invalid_argument, "axis 0 is indirect, and the pointer at this index is NULL", 0);
    data_ = static_cast<std::byte*>(target) + suboffsets[0];
    allocation_ = {};
}

void ViewDraft::index(int axis, std::int64_t i, int named_axis) {
    const std::int64_t extent = shape[axis];
    const std::int64_t position = i < 0 ? i + extent : i;
    if (position < 0 || position >= extent) {
        throw Error(errc::out_of_range,
                    "index " + std::to_string(i) + " is out of range for axis " + std::to_string(named_axis) + " with extent " + std::to_string(extent),
                    named_axis);
    }
    if (has_elements_) shift(axis, position * strides[axis]);
    remove_axis(axis);
}

void ViewDraft::slice(int axis, std::optional<std::int64_t> start, std::optional<std::int64_t> stop, std::int64_t step, int named_axis) {
    if (step == 0) throw Error(errc::invalid_argument, "the step of a slice of axis " + std::to_string(named_axis) + " is 0", named_axis);
    const SliceBounds bounds = slice_bounds(shape[axis], start, stop, step);
    shape[axis] = bounds.length;
    if (bounds.length == 0) {
        has_elements_ = false;
        return;
    }
    if (has_elements_) shift(axis, bounds.start * strides[axis]);
    // With one element the stride means nothing, and may not fit.
    std::int64_t stride = 0;
    if (mul_fits(strides[axis], bounds.step, &stride)) strides[axis] = stride;
}

View ViewDraft::finish(const Format& format) const {
    return View(data_, from_.device_, Format(format), suboffsets.empty() ? Layout(shape, strides) : Layout(shape, strides, suboffsets), read_only, allocation_,
                Lease(from_.lease_));
}

void refuse_indirect(const View& view, const char* operation) {
    if (!view.layout().is_indirect()) return;
    int axis = 0;
    while (view.layout().suboffsets()[axis] < 0) ++axis;
    throw Error(errc::bad_layout,
                std::string(operation) + " cannot treat indirect axes; axis " + std::to_string(axis) + " has suboffset " +
                    std::to_string(view.layout().suboffsets()[axis]),
                axis);
}

}  // namespace ndlease::detail
