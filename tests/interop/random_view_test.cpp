// SPDX-License-Identifier: Apache-2.0
// The random Views that the laws of the protocols stand on are as varied as they claim, and stay inside of their block.
#include "interop/random_view.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include <ndlease/layout.hpp>

namespace ndlease {
namespace {

using testing::Random;
using testing::RandomViews;

struct Seen {
    std::set<Kind> kinds;
    std::set<int> ranks;
    int negative = 0, zero = 0, junk = 0, empty = 0, null = 0, indirect = 0, read_only = 0, stated = 0, borrowed = 0, c_order = 0, big_endian = 0,
        unaligned = 0, nested = 0, packed = 0;

    void add(const Format& format) {
        kinds.insert(format.kind());
        if (format.byte_order() == ByteOrder::big) ++big_endian;
        if (format.is_subarray() && format.element().bits() < 8 && format.element().is_scalar()) ++packed;
        if (format.is_subarray()) add(format.element());
        for (const Field& field : format.fields()) {
            if (field.format().is_record()) ++nested;
            add(field.format());
        }
    }
    void add(const View& view) {
        add(view.format());
        ranks.insert(view.rank());
        const Layout& layout = view.layout();
        for (int axis = 0; axis < view.rank(); ++axis) {
            if (layout.extent(axis) > 1 && layout.stride(axis) < 0) ++negative;
            if (layout.extent(axis) > 1 && layout.stride(axis) == 0) ++zero;
            if (layout.extent(axis) == 1 && (layout.stride(axis) > RandomViews::block_bytes || layout.stride(axis) < 0)) ++junk;
        }
        empty += layout.is_empty() ? 1 : 0;
        null += view.data() == nullptr ? 1 : 0;
        indirect += layout.is_indirect() ? 1 : 0;
        read_only += view.is_read_only() ? 1 : 0;
        stated += view.allocation().bytes > 0 ? 1 : 0;
        borrowed += view.lease() ? 0 : 1;
        c_order += view.is_contiguous() && view.rank() > 1 ? 1 : 0;
        unaligned += reinterpret_cast<std::uintptr_t>(view.data()) % 8 != 0 ? 1 : 0;
    }
};

void expect_inside(const View& view, const RandomViews& views) {
    if (view.layout().is_indirect() || view.layout().is_empty() || view.itemsize() == 0) return;
    const ByteExtent extent = view.layout().byte_extent(view.itemsize());
    const auto* const data = static_cast<const std::byte*>(view.data());
    const auto* const block = static_cast<const std::byte*>(views.memory());
    ASSERT_GE(data + extent.lower, block) << to_string(view);
    ASSERT_LE(data + extent.upper, block + views.bytes()) << to_string(view);
}

TEST(RandomView, holds_every_sort_of_view) {
    Random random(1);
    RandomViews views;
    Seen seen;
    for (int i = 0; i < 20'000; ++i) {
        const View view = views.next(random);
        seen.add(view);
        expect_inside(view, views);
    }
    EXPECT_EQ(seen.kinds.size(), static_cast<std::size_t>(Kind::subarray) + 1) << "a kind never comes";
    EXPECT_EQ(seen.ranks.size(), 9U);
    for (const int count : {seen.negative, seen.zero, seen.junk, seen.empty, seen.null, seen.indirect, seen.read_only, seen.stated, seen.borrowed, seen.c_order,
                            seen.big_endian, seen.unaligned, seen.nested, seen.packed}) {
        EXPECT_GE(count, 100);
    }
}

TEST(RandomView, counts_its_owners) {
    testing::for_random_cases(1'000, [](Random& random) {
        static RandomViews views;
        ASSERT_EQ(views.outstanding(), 0);
        {
            const View view = views.next(random);
            const View other = view;
            ASSERT_EQ(views.outstanding(), view.lease() ? 1 : 0);
            ASSERT_EQ(view.lease().holders(), view.lease() ? 2 : 0);
        }
        ASSERT_EQ(views.outstanding(), 0);
    });
}

TEST(RandomView, promises_only_alignment_that_holds) {
    testing::for_random_cases(5'000, [](Random& random) {
        static RandomViews views;
        const View view = views.next(random);
        const auto alignment = static_cast<std::uint64_t>(view.format().alignment());
        ASSERT_EQ(reinterpret_cast<std::uint64_t>(view.data()) % alignment, 0U) << to_string(view);
        for (int axis = 0; axis < view.rank(); ++axis) {
            if (view.layout().extent(axis) <= 1) continue;
            ASSERT_EQ(static_cast<std::uint64_t>(view.layout().stride(axis)) % alignment, 0U) << to_string(view);
        }
    });
}

TEST(RandomView, the_same_seed_makes_the_same_views) {
    const auto words = [] {
        Random random(7);
        alignas(64) static std::array<std::byte, 1 << 16> block;
        RandomViews views(block.data(), block.size(), Device::cpu(), {.indirect_one_in = 0});
        std::string text;
        for (int i = 0; i < 200; ++i) text += to_string(views.next(random));
        return text;
    };
    EXPECT_EQ(words(), words());
}

}  // namespace
}  // namespace ndlease
