// SPDX-License-Identifier: Apache-2.0
// Selecting elements by position.
#include <algorithm>
#include <cstddef>
#include <string>
#include <variant>

#include <ndlease/error.hpp>
#include <ndlease/view.hpp>

#include "view/draft.hpp"

namespace ndlease {

using detail::ViewDraft;

View View::index(int axis, std::int64_t i) const {
    axis = layout_.checked_axis(axis);
    ViewDraft draft(*this);
    draft.index(axis, i, axis);
    return draft.finish();
}

View View::slice(int axis, std::optional<std::int64_t> start, std::optional<std::int64_t> stop, std::int64_t step) const {
    axis = layout_.checked_axis(axis);
    ViewDraft draft(*this);
    draft.slice(axis, start, stop, step, axis);
    return draft.finish();
}

View View::operator[](const IndexExpression& expression) const {
    int used = 0;
    int ellipses = 0;
    for (const IndexTerm& term : expression) {
        if (std::holds_alternative<IndexEllipsis>(term)) {
            ++ellipses;
        } else if (!std::holds_alternative<IndexNewAxis>(term)) {
            ++used;
        }
    }
    if (ellipses > 1) throw Error(errc::invalid_argument, "an index expression has at most one ellipsis; this one has " + std::to_string(ellipses));
    if (used > rank()) {
        throw Error(errc::out_of_range, "the index expression has " + std::to_string(used) + " indices, but the view has " + std::to_string(rank()) + " axes");
    }
    ViewDraft draft(*this);
    int axis = 0;   // of the result
    int named = 0;  // of this view
    for (const IndexTerm& term : expression) {
        if (const auto* i = std::get_if<std::int64_t>(&term)) {
            draft.index(axis, *i, named++);
        } else if (const auto* s = std::get_if<IndexSlice>(&term)) {
            draft.slice(axis++, s->start, s->stop, s->step.value_or(1), named++);
        } else if (std::holds_alternative<IndexNewAxis>(term)) {
            draft.insert_axis(axis++, 1, 0);
        } else {
            axis += rank() - used;
            named += rank() - used;
        }
    }
    return draft.finish();
}

View View::diagonal(std::int64_t offset, int axis1, int axis2) const {
    axis1 = layout_.checked_axis(axis1);
    axis2 = layout_.checked_axis(axis2);
    if (axis1 == axis2) throw Error(errc::invalid_argument, "a diagonal needs two different axes; both are axis " + std::to_string(axis1), axis1);
    detail::refuse_indirect(*this, "diagonal()");
    const std::int64_t extent1 = shape()[axis1];
    const std::int64_t extent2 = shape()[axis2];
    // -extent1 is at most 0, so that the differences fit; a diagonal further off has no element.
    const std::int64_t start1 = offset < 0 ? -std::max(offset, -extent1) : 0;
    const std::int64_t start2 = offset > 0 ? std::min(offset, extent2) : 0;
    const std::int64_t length = std::min(extent1 - start1, extent2 - start2);
    const std::int64_t stride1 = strides()[axis1];
    const std::int64_t stride2 = strides()[axis2];
    std::int64_t stride = 0;
    if (!add_fits(stride1, stride2, &stride)) stride = 0;  // then there are not two elements
    ViewDraft draft(*this);
    if (length > 0 && draft.has_elements()) draft.shift(rank(), start1 * stride1 + start2 * stride2);
    draft.remove_axis(std::max(axis1, axis2));
    draft.remove_axis(std::min(axis1, axis2));
    draft.insert_axis(draft.rank(), length, stride);
    return draft.finish();
}

View View::sliding_window(int axis, std::int64_t length, std::int64_t step) const {
    axis = layout_.checked_axis(axis);
    const std::int64_t extent = shape()[axis];
    if (length < 1 || length > extent) {
        throw Error(errc::out_of_range,
                    "a window of " + std::to_string(length) + " does not fit axis " + std::to_string(axis) + " with extent " + std::to_string(extent), axis);
    }
    if (step < 1)
        throw Error(errc::invalid_argument, "the step of a sliding window is 1 or more; for axis " + std::to_string(axis) + " it is " + std::to_string(step),
                    axis);
    ViewDraft draft(*this);
    for (int i = axis; i < rank(); ++i) {
        if (draft.is_indirect(i)) {
            throw Error(
                errc::bad_layout,
                "the window's axis comes last, but the pointers of indirect axis " + std::to_string(i) + " lie between it and axis " + std::to_string(axis), i);
        }
    }
    const std::int64_t stride = strides()[axis];
    draft.shape[axis] = (extent - length) / step + 1;
    std::int64_t window_stride = 0;
    if (mul_fits(stride, step, &window_stride)) draft.strides[axis] = window_stride;  // else there is one window only
    draft.insert_axis(rank(), length, stride);
    draft.read_only = true;
    return draft.finish();
}

}  // namespace ndlease
