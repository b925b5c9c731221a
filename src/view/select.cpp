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

}  // namespace ndlease
