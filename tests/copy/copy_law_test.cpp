// SPDX-License-Identifier: Apache-2.0
// Laws that hold for every view: copies are faithful, and commute with views of them.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <cstring>
#include <numeric>
#include <vector>

#include <ndlease/copy.hpp>
#include <ndlease/format_types.hpp>

namespace ndlease::testing {
namespace {

// A view of random rank and strides on memory that it owns.
View any_view() {
    const int rank = *rc::gen::inRange(1, 6);
    std::vector<std::int64_t> shape;
    for (int i = 0; i < rank; ++i) shape.push_back(*rc::gen::inRange<std::int64_t>(1, 7));
    View view = allocate(Format::of<std::uint16_t>(), shape);
    auto* const values = static_cast<std::uint16_t*>(view.mutable_data());
    std::iota(values, values + view.size(), std::uint16_t{1});
    for (int i = 0; i < rank; ++i) {
        if (*rc::gen::arbitrary<bool>()) view = view.flip(i);
        if (*rc::gen::arbitrary<bool>()) view = view.slice(i, {}, {}, 2);
        view = view.transpose(i, *rc::gen::inRange(0, rank));
    }
    return view;
}

bool same_elements(const View& a, const View& b) {
    if (!(a.shape() == b.shape())) return false;
    std::vector<std::int64_t> index(static_cast<std::size_t>(a.rank()));
    for (std::int64_t n = 0; n < a.size(); ++n) {
        std::int64_t rest = n;
        for (int i = a.rank() - 1; i >= 0; --i) {
            index[static_cast<std::size_t>(i)] = rest % a.shape()[i];
            rest /= a.shape()[i];
        }
        if (std::memcmp(static_cast<const char*>(a.data()) + a.layout().offset_of(index), static_cast<const char*>(b.data()) + b.layout().offset_of(index),
                        static_cast<std::size_t>(a.itemsize())) != 0) {
            return false;
        }
    }
    return true;
}

View copied(const View& view, Order order) {
    View result = allocate(view.format(), view.shape(), order);
    copy(result, view);
    return result;
}

RC_GTEST_PROP(copy_law, a_copy_of_a_copy_is_the_original, ()) {
    const View view = any_view();
    const View once = copied(view, Order::f);
    RC_ASSERT(same_elements(once, view));
    RC_ASSERT(same_elements(copied(once, Order::c), view));
}

RC_GTEST_PROP(copy_law, permute_flip_and_slice_commute_with_copy, ()) {
    const View view = any_view();
    const int axis = *rc::gen::inRange(0, view.rank());
    const int other = *rc::gen::inRange(0, view.rank());
    const View all = copied(view, *rc::gen::element(Order::c, Order::f));
    RC_ASSERT(same_elements(copied(view.transpose(axis, other), Order::c), all.transpose(axis, other)));
    RC_ASSERT(same_elements(copied(view.flip(axis), Order::c), all.flip(axis)));
    const std::int64_t start = *rc::gen::inRange<std::int64_t>(-7, 7);
    RC_ASSERT(same_elements(copied(view.slice(axis, start, {}, 3), Order::c), all.slice(axis, start, {}, 3)));
}

RC_GTEST_PROP(copy_law, a_view_copied_onto_its_own_permutation_has_what_was_there, ()) {
    const View view = any_view();
    const int axis = *rc::gen::inRange(0, view.rank());
    const View before = copied(view, Order::c);
    copy(view.flip(axis), view);
    RC_ASSERT(same_elements(view.flip(axis), before));
}

RC_GTEST_PROP(copy_law, broadcast_repeats, ()) {
    const View view = any_view();
    std::vector<std::int64_t> shape(view.shape().begin(), view.shape().end());
    shape.insert(shape.begin(), *rc::gen::inRange<std::int64_t>(1, 5));
    const View result = allocate(view.format(), shape);
    copy(result, view);
    for (std::int64_t i = 0; i < shape[0]; ++i) RC_ASSERT(same_elements(result.index(0, i), view));
}

}  // namespace
}  // namespace ndlease::testing
