// SPDX-License-Identifier: Apache-2.0
// Other orders of the axes and of the elements along them.
#include <string>
#include <utility>

#include <ndlease/error.hpp>
#include <ndlease/view.hpp>

#include "view/draft.hpp"

namespace ndlease {

using detail::ViewDraft;

namespace {

/// Pointers are followed in the order of the axes, so axes may change places only between two indirect axes: axis k belongs to the
/// group that ends at the first indirect axis at or after it, and the pointer is followed at the group's last axis.
void permute_suboffsets(const View& view, const Dims& axes, Dims& suboffsets) {
    const Dims& old = view.layout().suboffsets();
    Dims group(old.size(), 0);
    for (int k = 1; k < old.size(); ++k) group[k] = group[k - 1] + (old[k - 1] >= 0 ? 1 : 0);
    Dims group_suboffset(old.size(), -1);
    for (int k = 0; k < old.size(); ++k) {
        if (old[k] >= 0) group_suboffset[static_cast<int>(group[k])] = old[k];
    }
    for (int k = 0; k < axes.size(); ++k) {
        const auto axis = static_cast<int>(axes[k]);
        const std::int64_t here = group[axis];
        if (k > 0 && here < group[static_cast<int>(axes[k - 1])]) {
            throw Error(errc::bad_layout,
                        "axis " + std::to_string(axis) + " cannot come after axis " + std::to_string(axes[k - 1]) +
                            ": the pointers of an indirect axis lie between them and are followed in the order of the axes",
                        axis);
        }
        const bool last_of_group = k + 1 == axes.size() || group[static_cast<int>(axes[k + 1])] != here;
        suboffsets[k] = last_of_group ? group_suboffset[static_cast<int>(here)] : -1;
    }
}

}  // namespace

View View::permute(std::span<const int> axes) const {
    if (axes.size() != static_cast<std::size_t>(rank())) {
        throw Error(errc::invalid_argument, "permute got " + std::to_string(axes.size()) + " axes for a view of " + std::to_string(rank()) + " axes");
    }
    Dims order(rank(), 0);
    std::uint64_t seen = 0;  // max_rank is 64
    ViewDraft draft(*this);
    for (int k = 0; k < rank(); ++k) {
        const int axis = layout_.checked_axis(axes[static_cast<std::size_t>(k)]);
        if ((seen >> axis & 1) != 0) throw Error(errc::invalid_argument, "permute names axis " + std::to_string(axis) + " twice", axis);
        seen |= std::uint64_t{1} << axis;
        order[k] = axis;
        draft.shape[k] = shape()[axis];
        draft.strides[k] = strides()[axis];
    }
    if (layout_.is_indirect()) permute_suboffsets(*this, order, draft.suboffsets);
    return draft.finish();
}

View View::transpose() const {
    int axes[max_rank];
    for (int k = 0; k < rank(); ++k) axes[k] = rank() - 1 - k;
    return permute({axes, static_cast<std::size_t>(rank())});
}

View View::transpose(int axis1, int axis2) const {
    axis1 = layout_.checked_axis(axis1);
    axis2 = layout_.checked_axis(axis2);
    int axes[max_rank];
    for (int k = 0; k < rank(); ++k) axes[k] = k;
    std::swap(axes[axis1], axes[axis2]);
    return permute({axes, static_cast<std::size_t>(rank())});
}

View View::flip(int axis) const { return slice(axis, std::nullopt, std::nullopt, -1); }

}  // namespace ndlease
