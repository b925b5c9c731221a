// SPDX-License-Identifier: Apache-2.0
// The law of the round trip: what is exported comes back the same, or was refused for a reason that the View shows.
#include <cstdio>
#include <optional>

#include "interop/dlpack_tensor.hpp"
#include "interop/random_view.hpp"

namespace ndlease::testing {
namespace {

using dlpack::export_legacy_view;
using dlpack::export_view;

constexpr std::uint64_t seed = 20261125;
constexpr int rounds = 120'000;

/// DLPack's dtypes, from the words of the specification and not from the exporter.
bool has_dtype(const Format& format) {
    if (format.is_subarray()) {
        const Format element = format.element();
        const std::int64_t lanes = format.shape()[0];
        if (format.shape().size() != 1 || lanes < 2 || lanes > 65535 || !has_dtype(element)) return false;
        return element.bits() >= 8 || element.bits() * lanes % 8 == 0;
    }
    if (!format.is_native()) return false;
    switch (format.kind()) {
        case Kind::x87:
        case Kind::complex_x87: return false;
        case Kind::complex: return format.bits() <= 128;
        case Kind::pointer: return format.target() == nullptr && format.itemsize() == sizeof(void*);
        default: return format.is_number();
    }
}

/// Why the View cannot go, if it cannot.
bool fits(const View& view, bool legacy) {
    if (view.layout().is_indirect() || !has_dtype(view.format())) return false;
    if (legacy && (view.is_read_only() || (view.format().is_number() && view.format().bits() < 8))) return false;
    for (int axis = 0; axis < view.rank() && view.size() > 0; ++axis) {
        if (view.shape()[axis] != 1 && view.strides()[axis] % view.itemsize() != 0) return false;
    }
    return true;
}

void expect_same(const View& view, const View& again) {
    EXPECT_EQ(again.layout(), view.layout());
    EXPECT_EQ(again.format(), view.format());
    EXPECT_EQ(again.is_read_only(), view.is_read_only());
    EXPECT_EQ(again.device(), view.device());
    if (view.size() > 0) {
        EXPECT_EQ(again.data(), view.data());
    }
}

template <class Managed, class Export>
bool goes_round(const View& view, Export&& run, bool legacy) {
    Managed* tensor = nullptr;
    try {
        tensor = run();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), errc::not_expressible) << error.what();
        EXPECT_FALSE(fits(view, legacy)) << to_string(view) << ": " << error.what();
        return false;
    }
    EXPECT_TRUE(fits(view, legacy)) << to_string(view);
    View again = dlpack::import_view(tensor, {.legacy_is_writable = true});
    expect_same(view, again);
    // Once more: the struct has the same fields.
    auto* const second = [&] {
        if constexpr (requires { tensor->version; }) {
            return export_view(again);
        } else {
            return export_legacy_view(again);
        }
    }();
    const Taken guard(second);
    EXPECT_EQ(second->dl_tensor.dtype, tensor->dl_tensor.dtype);
    EXPECT_EQ(second->dl_tensor.data, tensor->dl_tensor.data);
    EXPECT_EQ(second->dl_tensor.byte_offset, tensor->dl_tensor.byte_offset);
    if constexpr (requires { tensor->flags; }) {
        EXPECT_EQ(second->flags, tensor->flags);
    }
    for (int axis = 0; axis < view.rank(); ++axis) {
        EXPECT_EQ(second->dl_tensor.shape[axis], tensor->dl_tensor.shape[axis]);
        if (view.size() > 0 && view.shape()[axis] != 1) {
            EXPECT_EQ(second->dl_tensor.strides[axis], tensor->dl_tensor.strides[axis]);
        }
    }
    return true;
}

TEST(DlpackRoundTrip, a_view_comes_back_the_same_or_is_refused_for_what_it_is) {
    Random random(seed);
    RandomViews views;
    int went = 0;
    int went_legacy = 0;
    for (int i = 0; i < rounds; ++i) {
        View view = views.next(random);
        const std::int64_t holders = view.lease().holders();
        went += goes_round<dlpack::ManagedTensorVersioned>(
                    view, [&] { return export_view(view); }, false)
                    ? 1
                    : 0;
        went_legacy += goes_round<dlpack::ManagedTensor>(
                           view, [&] { return export_legacy_view(view); }, true)
                           ? 1
                           : 0;
        EXPECT_EQ(view.lease().holders(), holders);
        view = {};
        if (::testing::Test::HasFailure()) FAIL() << "seed " << seed << ", round " << i;
    }
    EXPECT_EQ(views.outstanding(), 0);
    std::printf("%d of %d random views went round, %d as legacy\n", went, rounds, went_legacy);
    EXPECT_GT(went, rounds / 10);
    EXPECT_GT(went_legacy, rounds / 20);
}

}  // namespace
}  // namespace ndlease::testing
