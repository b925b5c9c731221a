// SPDX-License-Identifier: Apache-2.0
// The law of every protocol, for the array interfaces: a View is refused for a reason that the specification gives, or comes back the same.
#include <gtest/gtest.h>

#include <ndlease/error.hpp>
#include <ndlease/interop/array_interface.hpp>

#include "interop/array_sayable.hpp"
#include "interop/random_view.hpp"

namespace ndlease {
namespace {

using namespace array_interface;
using testing::Random;
using testing::RandomViews;

constexpr int views_per_case = 100;
constexpr int cases = 1000;

/// Counts what the law saw, so that it cannot pass by refusing everything.
struct Seen {
    int passed = 0, refused = 0, records = 0, read_only = 0, strided = 0, empty = 0, scalars = 0;
    void add(const View& view) {
        ++passed;
        records += view.format().is_record() ? 1 : 0;
        read_only += view.is_read_only() ? 1 : 0;
        strided += view.is_contiguous(Order::any) ? 0 : 1;
        empty += view.layout().is_empty() ? 1 : 0;
        scalars += view.rank() == 0 ? 1 : 0;
    }
    void expect_all_sorts() const {
        for (const int count : {passed, refused, records, read_only, strided, empty, scalars}) EXPECT_GT(count, 1000);
    }
};

void expect_same(const View& again, const View& view) {
    EXPECT_EQ(again.data(), view.data()) << to_string(view);
    EXPECT_EQ(again.layout(), view.layout()) << to_string(view);
    EXPECT_EQ(again.format(), testing::as_said(view.format())) << to_string(view) << " came back as " << to_string(again);
    EXPECT_EQ(again.is_read_only(), view.is_read_only()) << to_string(view);
    EXPECT_EQ(again.device(), view.device());
    if (view.layout().is_empty()) return;
    // What is promised holds at each element: at the first, and from each to the next.
    const auto at = reinterpret_cast<std::uintptr_t>(again.data());
    EXPECT_EQ(at % static_cast<std::uintptr_t>(again.format().alignment()), 0U) << to_string(view);
    for (int axis = 0; axis < again.rank(); ++axis) {
        const std::int64_t step = again.layout().extent(axis) > 1 ? again.layout().stride(axis) : 0;
        EXPECT_EQ(step % again.format().alignment(), 0) << to_string(view);
    }
}

/// `round_trip(view, released)` gives the View back that came through the protocol, whose release sets `released`.
template <class Check, class RoundTrip>
void expect_law(Check can_say, RoundTrip round_trip) {
    RandomViews views;
    Seen seen;
    testing::for_random_cases(
        cases,
        [&](Random& random) {
            for (int i = 0; i < views_per_case && !::testing::Test::HasFailure(); ++i) {
                const View view = views.next(random);
                const std::int64_t holders = view.lease().holders();
                int released = 0;
                try {
                    View again = round_trip(view, released);
                    EXPECT_TRUE(can_say(view)) << "not refused: " << to_string(view);
                    expect_same(again, view);
                    EXPECT_EQ(released, 0);
                    seen.add(view);
                    again = View();
                    EXPECT_EQ(released, 1);
                } catch (const Error& error) {
                    EXPECT_FALSE(can_say(view)) << to_string(view) << ": " << error.what();
                    EXPECT_EQ(error.code(), errc::not_expressible) << error.what();
                    EXPECT_EQ(released, 0);
                    ++seen.refused;
                }
                EXPECT_EQ(view.lease().holders(), holders) << to_string(view);
            }
        },
        views_per_case);
    EXPECT_EQ(views.outstanding(), 0);
    if (!::testing::Test::HasFailure() && seen.passed + seen.refused >= cases * views_per_case) seen.expect_all_sorts();
}

TEST(ArrayLaw, struct_with_descr) {
    const auto can_say = [](const View& view) {
        return !view.layout().is_indirect() && testing::sayable(view.format()) && view.format().kind() != Kind::bit_field;
    };
    expect_law(can_say, [](const View& view, int& released) {
        static int object = 0;  // stands for the PyObject that says it
        PyArrayInterface* const block = export_struct(view, {.descr = &object});
        EXPECT_EQ(block->descr, &object);
        const std::string descr = describe_item(view.format());
        return import_struct(*block,
                             [&released, block](const ReleaseInfo&) {
                                 ++released;
                                 free_struct(block);
                             },
                             {.descr = descr, .policy = ReleasePolicy::wait()});
    });
}

TEST(ArrayLaw, struct_without_descr) {
    const auto can_say = [](const View& view) {
        const Kind kind = view.format().kind();
        const bool needs_descr = kind == Kind::record || kind == Kind::ucs4 || kind == Kind::datetime || kind == Kind::timedelta;
        return !view.layout().is_indirect() && testing::sayable(view.format()) && kind != Kind::bit_field && !needs_descr;
    };
    RandomViews views;
    int passed = 0;
    testing::for_random_cases(200, [&](Random& random) {
        for (int i = 0; i < views_per_case && !::testing::Test::HasFailure(); ++i) {
            const View view = views.next(random);
            if (!can_say(view)) {
                EXPECT_THROW(static_cast<void>(export_struct(view)), Error) << to_string(view);
                continue;
            }
            PyArrayInterface* const block = export_struct(view);
            expect_same(import_struct(*block), view);
            free_struct(block);
            ++passed;
        }
    });
    EXPECT_GT(passed, 0);
}

TEST(ArrayLaw, dict) {
    const auto can_say = [](const View& view) { return !view.layout().is_indirect() && testing::sayable(view.format()); };
    expect_law(can_say, [](const View& view, int& released) {
        const ArrayInterface dict = export_interface(view);
        return import_interface(dict, [&released, keep = view](const ReleaseInfo&) { ++released; }, {.policy = ReleasePolicy::wait()});
    });
}

TEST(ArrayLaw, dict_as_json) {
    const auto can_say = [](const View& view) { return !view.layout().is_indirect() && testing::sayable(view.format()); };
    expect_law(can_say, [](const View& view, int& released) {
        const std::string text = to_json(export_interface(view));
        const ArrayInterface dict = from_json(text);
        EXPECT_EQ(to_json(dict), text);
        return import_interface(dict, [&released, keep = view](const ReleaseInfo&) { ++released; }, {.policy = ReleasePolicy::wait()});
    });
}

}  // namespace
}  // namespace ndlease
