// SPDX-License-Identifier: Apache-2.0
// The same elements, in the same order, under other axes.
#include <algorithm>
#include <string>

#include <ndlease/error.hpp>
#include <ndlease/view.hpp>

#include "view/draft.hpp"

namespace ndlease {

using detail::ViewDraft;

namespace {

/// Replaces the one -1 among `extents` so that they hold `size` elements. `what` names the call in messages.
Dims resolve_extents(std::span<const std::int64_t> extents, std::int64_t size, const std::string& what) {
    Dims result(extents);
    int unknown = -1;
    std::int64_t known = 1;
    bool empty = false;
    bool fits = true;
    for (int i = 0; i < result.size(); ++i) {
        if (result[i] == -1) {
            if (unknown >= 0)
                throw Error(errc::invalid_argument,
                            what + ": only one extent may be -1; axes " + std::to_string(unknown) + " and " + std::to_string(i) + " are", i);
            unknown = i;
            continue;
        }
        if (result[i] < 0) throw Error(errc::bad_layout, what + ": extent " + std::to_string(result[i]) + " of axis " + std::to_string(i) + " is negative", i);
        empty = empty || result[i] == 0;
        fits = fits && mul_fits(known, result[i], &known);
    }
    if (empty) known = 0;
    if (!fits && !empty) throw Error(errc::overflow, what + ": shape " + to_string(result) + " has more elements than fit in 63 bits");
    if (unknown >= 0) {
        if (known == 0)
            throw Error(errc::bad_layout, what + ": the extent -1 of axis " + std::to_string(unknown) + " cannot be told beside an extent of 0", unknown);
        if (size % known != 0) {
            throw Error(errc::bad_layout,
                        what + ": " + std::to_string(size) + " elements do not divide by the " + std::to_string(known) + " of shape " + to_string(result),
                        unknown);
        }
        result[unknown] = size / known;
        known = size;
    }
    if (known != size) {
        throw Error(errc::bad_layout,
                    what + ": shape " + to_string(result) + " has " + std::to_string(known) + " elements, but there are " + std::to_string(size));
    }
    return result;
}

/// Whether stepping once along the outer axis is stepping through all of the inner one.
bool continues(std::int64_t outer_stride, std::int64_t inner_extent, std::int64_t inner_stride) {
    std::int64_t span = 0;
    return mul_fits(inner_extent, inner_stride, &span) && span == outer_stride;
}

/// The axes, fastest first in the order of `reversed` (C: from the last), as the fewest runs that go evenly through memory.
/// Axes of extent 1 vanish. Only for layouts with elements.
struct Runs {
    Dims extents;
    Dims strides;
    Dims first_axis;  // the fastest axis of each run, for messages
};

Runs runs_of(const View& view, bool from_last) {
    Runs runs;
    for (int k = 0; k < view.rank(); ++k) {
        const int axis = from_last ? view.rank() - 1 - k : k;
        const std::int64_t extent = view.shape()[axis];
        const std::int64_t stride = view.strides()[axis];
        if (extent == 1) continue;
        const int last = runs.extents.size() - 1;
        if (last >= 0 && continues(stride, runs.extents[last], runs.strides[last])) {
            runs.extents[last] *= extent;
        } else {
            runs.extents.push_back(extent);
            runs.strides.push_back(stride);
            runs.first_axis.push_back(axis);
        }
    }
    return runs;
}

/// Strides of `shape` over the elements of `view` in C or F order of indices. Throws where an axis of `shape` would cross two runs.
Dims restride(const View& view, const Dims& shape, bool from_last) {
    Runs runs = runs_of(view, from_last);
    Dims strides(shape.size(), view.itemsize());
    int run = 0;
    for (int k = 0; k < shape.size(); ++k) {
        const int axis = from_last ? shape.size() - 1 - k : k;
        if (shape[axis] == 1) continue;
        while (runs.extents[run] == 1) ++run;
        if (runs.extents[run] % shape[axis] != 0) {
            throw Error(errc::bad_layout,
                        "reshape of " + to_string(view.layout()) + " to " + to_string(shape) + " needs a copy: extent " + std::to_string(shape[axis]) +
                            " of new axis " + std::to_string(axis) + " does not divide the " + std::to_string(runs.extents[run]) +
                            " elements that lie evenly from axis " + std::to_string(runs.first_axis[run]) + " on",
                        axis);
        }
        strides[axis] = runs.strides[run];
        runs.extents[run] /= shape[axis];
        if (runs.extents[run] > 1) runs.strides[run] *= shape[axis];
    }
    return strides;
}

}  // namespace

View View::squeeze() const {
    ViewDraft draft(*this);
    // From the first on: once its pointer is followed, an indirect axis no longer stands in the way of the next.
    for (int axis = 0; axis < draft.rank();) {
        if (draft.shape[axis] == 1) {
            draft.remove_axis(axis);
        } else {
            ++axis;
        }
    }
    return draft.finish();
}

View View::squeeze(int axis) const {
    axis = layout_.checked_axis(axis);
    if (shape()[axis] != 1)
        throw Error(errc::bad_layout, "squeeze: axis " + std::to_string(axis) + " has extent " + std::to_string(shape()[axis]) + ", not 1", axis);
    ViewDraft draft(*this);
    draft.remove_axis(axis);
    return draft.finish();
}

View View::expand(int axis) const {
    if (axis < -rank() - 1 || axis > rank()) {
        throw Error(errc::out_of_range,
                    "expand: position " + std::to_string(axis) + " is out of range [" + std::to_string(-rank() - 1) + ", " + std::to_string(rank()) + "]",
                    axis);
    }
    ViewDraft draft(*this);
    draft.insert_axis(axis < 0 ? axis + rank() + 1 : axis, 1, 0);
    return draft.finish();
}

View View::broadcast_to(std::span<const std::int64_t> to) const {
    const Dims wanted(to);
    const int added = wanted.size() - rank();
    if (added < 0) {
        throw Error(errc::bad_layout, "broadcast: shape " + to_string(wanted) + " has fewer axes than shape " + to_string(shape()));
    }
    ViewDraft draft(*this);
    for (int axis = 0; axis < wanted.size(); ++axis) {
        if (wanted[axis] < 0)
            throw Error(errc::bad_layout, "broadcast: extent " + std::to_string(wanted[axis]) + " of axis " + std::to_string(axis) + " is negative", axis);
        if (axis < added) {
            draft.insert_axis(axis, wanted[axis], 0);
            continue;
        }
        const std::int64_t extent = draft.shape[axis];
        if (extent == wanted[axis]) continue;
        if (extent != 1) {
            throw Error(errc::bad_layout,
                        "broadcast: axis " + std::to_string(axis - added) + " has extent " + std::to_string(extent) + ", which is neither 1 nor the " +
                            std::to_string(wanted[axis]) + " of shape " + to_string(wanted),
                        axis - added);
        }
        draft.shape[axis] = wanted[axis];
        draft.strides[axis] = 0;
    }
    View result = draft.finish();
    if (result.size() > size()) result.read_only_ = true;
    return result;
}

View View::reshape(std::span<const std::int64_t> to, Order order) const {
    const Dims wanted = resolve_extents(to, size(), "reshape");
    if (wanted == shape()) return *this;
    detail::refuse_indirect(*this, "reshape");
    const bool from_last = order == Order::c || (order == Order::any && (is_contiguous(Order::c) || !is_contiguous(Order::f)));
    ViewDraft draft(*this);
    draft.shape = wanted;
    if (draft.has_elements()) {
        draft.strides = restride(*this, wanted, from_last);
    } else {
        draft.strides = (from_last ? Layout::c_order(wanted.span(), itemsize()) : Layout::f_order(wanted.span(), itemsize())).strides();
    }
    return draft.finish();
}

View View::split(int axis, std::span<const std::int64_t> to) const {
    axis = layout_.checked_axis(axis);
    const Dims extents = resolve_extents(to, shape()[axis], "split of axis " + std::to_string(axis));
    ViewDraft draft(*this);
    if (extents.empty()) {
        draft.remove_axis(axis);
        return draft.finish();
    }
    // The last new axis steps as the old one did, and has its pointer where it is indirect; the others come before it.
    std::int64_t stride = strides()[axis];
    draft.shape[axis] = extents[extents.size() - 1];
    for (int k = extents.size() - 2; k >= 0; --k) {
        if (!mul_fits(stride, extents[k + 1], &stride)) stride = 0;  // then this axis has at most one element
        draft.insert_axis(axis, extents[k], stride);
    }
    return draft.finish();
}

View View::merge(int first, int last) const {
    first = layout_.checked_axis(first);
    last = layout_.checked_axis(last);
    if (first > last)
        throw Error(errc::invalid_argument, "merge: first axis " + std::to_string(first) + " comes after last axis " + std::to_string(last), first);
    ViewDraft draft(*this);
    for (int axis = last - 1; axis >= first; --axis) {
        if (draft.is_indirect(axis)) {
            throw Error(errc::bad_layout, "merge: axis " + std::to_string(axis) + " is indirect and cannot be merged with the axes after it", axis);
        }
        const std::int64_t extent = draft.shape[last];
        const bool any_stride = !draft.has_elements() || extent == 1 || draft.shape[axis] == 1;
        if (!any_stride && !continues(draft.strides[axis], extent, draft.strides[last])) {
            throw Error(errc::bad_layout,
                        "merge needs a copy: axis " + std::to_string(axis) + " with stride " + std::to_string(strides()[axis]) + " does not continue the " +
                            std::to_string(extent) + " elements with stride " + std::to_string(draft.strides[last]) + " of the axes after it",
                        axis);
        }
        if (extent == 1) draft.strides[last] = draft.strides[axis];
        draft.shape[last] = checked_mul(extent, draft.shape[axis], "merged extent");
    }
    for (int axis = last - 1; axis >= first; --axis) draft.remove_axis(axis);
    return draft.finish();
}

}  // namespace ndlease
