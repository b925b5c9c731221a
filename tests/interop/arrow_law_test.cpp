// SPDX-License-Identifier: Apache-2.0
// The law of the round trip: a View that Arrow can say comes back as it was, any other is refused for a reason that holds, and the owner sees neither.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include <ndlease/error.hpp>
#include <ndlease/interop/arrow.hpp>

#include "interop/random_view.hpp"

namespace ndlease {
namespace {

using testing::Random;
using testing::RandomViews;

bool is_packed_bits(const View& view) {
    const Format& format = view.format();
    return view.rank() == 0 && format.is_subarray() && format.element() == Format::bit_field(1);
}

/// Arrow's list of types, written once more.
bool has_type(const Format& format) {
    static constexpr const char* units[] = {"s", "ms", "us", "ns"};
    switch (format.kind()) {
        case Kind::boolean:
        case Kind::bytes:
        case Kind::character:
        case Kind::opaque: return true;
        case Kind::integer:
        case Kind::unsigned_integer: return format.is_native() && format.bits() % 8 == 0 && format.bits() <= 64;
        case Kind::floating: return format.is_native() && format.bits() <= 64;
        case Kind::datetime:
        case Kind::timedelta:
            return format.is_native() && std::any_of(std::begin(units), std::end(units), [&](const char* unit) { return format.unit() == unit; });
        default: return false;
    }
}

/// Whether a permutation of the axes after the first makes it contiguous: all are tried.
bool is_tensor(const View& view) {
    if (view.rank() > 6) return true;  // too many to try: not asked for
    std::vector<int> axes(static_cast<std::size_t>(view.rank()));
    for (std::size_t i = 0; i < axes.size(); ++i) axes[i] = static_cast<int>(i);
    do {
        if (view.permute(axes).is_contiguous()) return true;
    } while (std::next_permutation(axes.begin() + 1, axes.end()));
    return false;
}

/// Why it must be refused; empty: it must not.
std::string reason(const View& view, arrow::Nesting nesting) {
    if (is_packed_bits(view)) return nesting == arrow::Nesting::tensor ? "bits" : "";
    if (view.layout().is_indirect()) return "indirect";
    if (!has_type(view.format())) return "format";
    if (view.rank() == 0) return "rank 0";
    if (nesting == arrow::Nesting::lists || view.rank() == 1) return view.is_contiguous() ? "" : "strides";
    return is_tensor(view) ? "" : "strides";
}

struct Tally {
    std::int64_t passed = 0, refused = 0, tensors = 0;
    std::set<Kind> kinds;
};

void round_trip(Random& random, RandomViews& views, Tally& tally) {
    const Format format = random.one_in(20)
                              ? Format::subarray(Format::bit_field(1), std::vector<std::int64_t>(static_cast<std::size_t>(random.in(1, 3)), random.in(0, 9)))
                              : testing::random_item_format(random, 128);
    const View view = views.next(random, format);
    const auto nesting = random.one_in(2) ? arrow::Nesting::lists : arrow::Nesting::tensor;
    if (view.rank() > 6 && nesting == arrow::Nesting::tensor) return;
    const arrow::ExportOptions options{.nesting = nesting};
    const std::int64_t holders = view.lease().holders();
    const std::string why_not = reason(view, nesting);
    arrow::ArrowSchema schema = {};
    try {
        schema = arrow::export_schema(view, options);
    } catch (const Error& error) {
        ++tally.refused;
        ASSERT_NE(why_not, "") << to_string(view) << ": " << error.what();
        ASSERT_EQ(error.code(), errc::not_expressible) << error.what();
        ASSERT_THROW((void)arrow::export_array(view, options), Error) << "the array says more than its schema: " << to_string(view);
        ASSERT_EQ(view.lease().holders(), holders);
        return;
    }
    ASSERT_EQ(why_not, "") << "accepted: " << to_string(view);
    ++tally.passed;
    tally.tensors += nesting == arrow::Nesting::tensor && view.rank() > 1 && !view.is_contiguous() ? 1 : 0;
    tally.kinds.insert(view.format().kind());
    arrow::ArrowArray array = arrow::export_array(view, options);
    ASSERT_EQ(view.lease().holders(), view.lease() ? holders + 1 : 0);
    {
        const View back = arrow::import_array(schema, array, {.policy = ReleasePolicy::wait()});
        ASSERT_EQ(array.release, nullptr);
        ASSERT_EQ(back.data(), view.data()) << to_string(view);
        ASSERT_EQ(back.format(), view.format()) << to_string(view);
        ASSERT_EQ(back.layout(), view.layout()) << to_string(view) << " became " << to_string(back);
        ASSERT_EQ(back.device(), view.device());
        ASSERT_TRUE(back.is_read_only());
        ASSERT_EQ(back.lease().holders(), 1);
        ASSERT_EQ(view.lease().holders(), view.lease() ? holders + 1 : 0);
    }
    ASSERT_EQ(view.lease().holders(), holders);
    schema.release(&schema);
}

TEST(ArrowLaw, a_view_comes_back_as_it_was_or_is_refused_for_a_reason) {
    RandomViews views;
    Tally tally;
    testing::for_random_cases(100'000, [&](Random& random) {
        round_trip(random, views, tally);
        ASSERT_EQ(views.outstanding(), 0);
    });
    std::cout << tally.passed << " came back (" << tally.tensors << " permuted tensors, " << tally.kinds.size() << " kinds), " << tally.refused
              << " were refused" << std::endl;
    if (testing::from_environment("NDLEASE_TEST_CASES", 0) == 0) {
        EXPECT_GT(tally.passed, 10'000);
        EXPECT_GT(tally.tensors, 200);
        EXPECT_GE(tally.kinds.size(), 10U);
        EXPECT_GT(tally.refused, 10'000);
    }
}

/// With opaque items nearly every Format comes back: what PEP 3118 can say.
TEST(ArrowLaw, opaque_items_come_back_with_their_format) {
    RandomViews views;
    std::int64_t passed = 0;
    testing::for_random_cases(20'000, [&](Random& random) {
        const View view = views.next(random);
        arrow::ArrowSchema schema = {};
        try {
            schema = arrow::export_schema(view, {.opaque_items = true});
        } catch (const Error& error) {
            ASSERT_EQ(error.code(), errc::not_expressible) << error.what();
            return;
        }
        arrow::ArrowArray array = arrow::export_array(view, {.opaque_items = true});
        const View back = arrow::import_array(schema, array, {.policy = ReleasePolicy::wait()});
        ASSERT_EQ(back.format(), view.format()) << to_string(view);
        ASSERT_EQ(back.layout(), view.layout()) << to_string(view);
        ASSERT_EQ(back.data(), view.data());
        schema.release(&schema);
        ++passed;
    });
    EXPECT_EQ(views.outstanding(), 0);
    std::cout << passed << " came back" << std::endl;
}

}  // namespace
}  // namespace ndlease
