// SPDX-License-Identifier: Apache-2.0
// The law of the protocol: what is exported and imported again is the same View, and everything is given back once.
#include <gtest/gtest.h>

#include <cstdint>

#include <ndlease/interop/c_abi.hpp>
#include <ndlease/lease.hpp>

#include "capi/foreign_owner.hpp"
#include "capi/same_view.hpp"
#include "interop/random_view.hpp"

namespace ndlease {
namespace {

using testing::ForeignOwner;
using testing::Random;
using testing::RandomViews;
using testing::same_view;

TEST(CAbiRoundTrip, random_views_come_back_the_same_on_the_same_lease) {
    RandomViews views;
    testing::for_random_cases(100'000, [&](Random& random) {
        const View view = views.next(random);
        const std::int64_t holders = view.lease().holders();
        ndl_view exported = c_abi::export_view(view);
        ASSERT_EQ(exported.data, view.data());
        ASSERT_EQ(exported.rank, view.rank());
        ASSERT_EQ(exported.flags, view.is_read_only() ? NDL_VIEW_READ_ONLY : 0U);
        ASSERT_EQ(view.lease().holders(), holders + (view.lease() ? 1 : 0));
        {
            const View back = c_abi::import_view(exported);
            ASSERT_TRUE(same_view(view, back));
            ASSERT_TRUE(back.lease() == view.lease());
            ASSERT_EQ(view.lease().holders(), holders + (view.lease() ? 1 : 0));
        }
        ASSERT_EQ(exported.struct_size, 0U);
        ASSERT_EQ(view.lease().holders(), holders);
    });
    EXPECT_EQ(views.outstanding(), 0);
}

TEST(CAbiRoundTrip, random_views_of_another_owner_come_back_the_same_and_are_given_back_once) {
    RandomViews views;
    testing::for_random_cases(50'000, [&](Random& random) {
        const View view = views.next(random);
        ndl_view exported = c_abi::export_view(view);
        ForeignOwner owner;
        ndl_view foreign = owner.lend(exported);
        {
            View back = c_abi::import_view(foreign);
            ASSERT_EQ(foreign.struct_size, 0U);
            ndl_view_release(&exported);  // what the import keeps is its own
            ASSERT_TRUE(same_view(view, back));
            ASSERT_TRUE(back.lease());
            ASSERT_EQ(owner.acquired, 1);
            ndl_view again = c_abi::export_view(back);
            back = {};
            ASSERT_EQ(owner.released, 0);
            ASSERT_TRUE(same_view(view, c_abi::import_view(again)));
        }
        ASSERT_EQ(owner.released, 1);
        ASSERT_EQ(owner.shares, 0);
    });
}

TEST(CAbiRoundTrip, ranks_up_to_the_limit) {
    std::int64_t number = 5;
    for (int rank = 0; rank <= max_rank; ++rank) {
        const Dims shape(rank, 1);
        const Dims strides(rank, -8);
        const View view = View::lend(&number, Device::cpu(), Format::number(Kind::integer, 64), Layout(shape.span(), strides.span()));
        ndl_view exported = c_abi::export_view(view);
        EXPECT_TRUE(same_view(view, c_abi::import_view(exported))) << rank;
    }
}

TEST(CAbiRoundTrip, strides_that_are_absent_are_c_order) {
    float numbers[24] = {};
    const View view = View::lend(numbers, Device::cpu(), Format::number(Kind::floating, 32), Layout::c_order({2, 3, 4}, 4));
    ndl_view exported = c_abi::export_view(view);
    ndl_view without = exported;
    without.strides = nullptr;
    without.ops = nullptr;
    without.owner = nullptr;
    const View back = c_abi::import_view(without);
    EXPECT_TRUE(same_view(view, back));
    EXPECT_FALSE(back.lease());
    ndl_view_release(&exported);
}

TEST(CAbiRoundTrip, a_larger_structure_of_a_later_minor_version_is_taken) {
    struct Later {
        ndl_view view;
        std::uint64_t more = 0;
    } later;
    float number = 0;
    ndl_view exported = c_abi::export_view(View::lend(&number, Device::cpu(), Format::number(Kind::floating, 32), Layout()));
    ForeignOwner owner;
    later.view = owner.lend(exported);
    later.view.struct_size = sizeof later;
    later.view.abi_version = NDL_ABI_VERSION + 3;
    later.view.hints = 0xFFFF;
    later.view.reserved_words[2] = 1;
    { const View back = c_abi::import_view(later.view); }
    EXPECT_EQ(owner.released, 1);
    ndl_view_release(&exported);
}

TEST(CAbiRoundTrip, a_view_of_this_library_without_its_owner_is_refused) {
    float number = 0;
    ndl_view exported = c_abi::export_view(View::lend(&number, Device::cpu(), Format::number(Kind::floating, 32), Layout()));
    ndl_view robbed = exported;
    robbed.owner = nullptr;
    EXPECT_THROW(static_cast<void>(c_abi::import_view(robbed)), Error);
    ndl_view_release(&exported);
}

TEST(CAbiRoundTrip, what_c_has_no_words_for_is_refused) {
    float number = 0;
    const auto refused = [&](Device device, const Format& format) {
        const LeaseStatistics before = lease_statistics();
        const View view = View::lend(&number, device, format, Layout(), {.release = [](const ReleaseInfo&) {}});
        try {
            ndl_view exported = c_abi::export_view(view);
            ndl_view_release(&exported);
            return std::string("it is not");
        } catch (const Error& error) {
            EXPECT_EQ(view.lease().holders(), 1);
            EXPECT_EQ(lease_statistics().live, before.live + 1);
            return std::string(to_string(error.code()));
        }
    };
    const Format byte = Format();
    EXPECT_EQ(refused({static_cast<DeviceType>(99), 0}, byte), "not_expressible");
    EXPECT_EQ(refused({DeviceType::cuda, -1}, byte), "not_expressible");
    const FieldSpec spec{std::string("a\0b", 3), byte, 0};
    EXPECT_EQ(refused(Device::cpu(), Format::record({&spec, 1})), "not_expressible");
    EXPECT_EQ(refused({DeviceType::cuda, 3}, byte), "it is not");
}

}  // namespace
}  // namespace ndlease
