// SPDX-License-Identifier: Apache-2.0
// How a View begins, what is refused, and how it ends.
#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <utility>

#include <ndlease/view.hpp>

#include "view/refusal.hpp"

namespace ndlease {
namespace {

constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
const Format float32 = Format::number(Kind::floating, 32);

class Lend : public ::testing::Test {
protected:
    [[nodiscard]] View lend(Layout layout, LendOptions options = {}) {
        return View::lend(memory.data() + 12, Device::cpu(), float32, std::move(layout), std::move(options));
    }
    std::array<float, 24> memory{};
};

TEST_F(Lend, a_view_is_what_it_was_lent_as) {
    const View v = View::lend(memory.data(), Device::cpu(), float32, Layout::c_order({2, 3, 4}, 4), {.allocation = {memory.data(), 96}});
    EXPECT_EQ(v.data(), memory.data());
    EXPECT_EQ(v.mutable_data(), memory.data());
    EXPECT_EQ(v.device(), Device::cpu());
    EXPECT_EQ(v.format(), float32);
    EXPECT_EQ(v.rank(), 3);
    EXPECT_EQ(v.shape(), Dims({2, 3, 4}));
    EXPECT_EQ(v.strides(), Dims({48, 16, 4}));
    EXPECT_EQ(v.size(), 24);
    EXPECT_EQ(v.itemsize(), 4);
    EXPECT_EQ(v.nbytes(), 96);
    EXPECT_TRUE(v.is_contiguous());
    EXPECT_FALSE(v.is_contiguous(Order::f));
    EXPECT_FALSE(v.is_read_only());
    EXPECT_TRUE(v.reachable_from(Device::cpu()));
    EXPECT_FALSE(v.reachable_from(Device::cuda(0)));
}

TEST_F(Lend, the_default_view_is_empty) {
    const View v;
    EXPECT_EQ(v.shape(), Dims({0}));
    EXPECT_EQ(v.format(), Format());
    EXPECT_EQ(v.data(), nullptr);
    EXPECT_FALSE(v.lease());
}

TEST_F(Lend, the_callback_runs_once_when_the_last_derived_view_goes) {
    int runs = 0;
    View part;
    {
        const View whole = lend(Layout({3}, {4}), {.release = [&](const ReleaseInfo&) { ++runs; }});
        part = whole.slice(0, 1, 2).expand(0);
        EXPECT_EQ(part.lease(), whole.lease());
        EXPECT_EQ(part.lease().holders(), 2);
    }
    EXPECT_EQ(runs, 0);
    part = View();
    EXPECT_EQ(runs, 1);
}

TEST_F(Lend, without_callback_and_lock_memory_is_borrowed) {
    const LeaseStatistics before = lease_statistics();
    const View v = lend(Layout({3}, {4}));
    EXPECT_FALSE(v.lease());
    EXPECT_EQ(lease_statistics().live, before.live);
}

TEST_F(Lend, a_lock_alone_makes_a_lease) {
    ResizeLock lock;
    {
        const View v = lend(Layout({3}, {4}), {.lock = &lock});
        const View w = v;
        EXPECT_EQ(lock.count(), 1);
    }
    EXPECT_EQ(lock.count(), 0);
}

TEST_F(Lend, release_gives_the_share_back_now) {
    int runs = 0;
    View v = lend(Layout({3}, {4}), {.release = [&](const ReleaseInfo&) { ++runs; }});
    View w = v;
    EXPECT_TRUE(v.release());
    EXPECT_EQ(v.shape(), Dims({0}));
    EXPECT_EQ(v.data(), nullptr);
    EXPECT_EQ(runs, 0);
    EXPECT_TRUE(w.release());
    EXPECT_EQ(runs, 1);
    EXPECT_TRUE(w.release()) << "there is nothing left to give back, which is no double release";
}

TEST_F(Lend, release_reports_what_was_given_back_through_another_path) {
    const LeaseStatistics before = lease_statistics();
    const LeaseToken token = Lease::make(nullptr).detach();
    View v = View::on_lease(memory.data(), Device::cpu(), float32, Layout({1}, {4}), false, {}, Lease::adopt(token));
    EXPECT_TRUE(Lease::release_token(token));
    EXPECT_FALSE(v.release());
    EXPECT_EQ(lease_statistics().double_releases, before.double_releases + 1);
}

TEST_F(Lend, the_callback_may_look_at_the_view_that_released) {
    View v;
    Dims seen;
    v = lend(Layout({3}, {4}), {.release = [&](const ReleaseInfo&) { seen = v.shape(); }});
    v.release();
    EXPECT_EQ(seen, Dims({0}));
}

TEST_F(Lend, what_fails_takes_nothing) {
    int runs = 0;
    const LeaseStatistics before = lease_statistics();
    ResizeLock lock;
    expect_refused(
        [&] {
            (void)lend(Layout({4}, {4}), {.allocation = {memory.data(), 12}, .release = [&](const ReleaseInfo&) { ++runs; }, .lock = &lock});
        },
        errc::out_of_bounds, "layout (4):(4) of items of 4 bytes reaches bytes [48, 64) of an allocation of 12 bytes");
    EXPECT_EQ(runs, 0);
    EXPECT_EQ(lock.count(), 0);
    EXPECT_EQ(lease_statistics().live, before.live);
    EXPECT_EQ(lease_statistics().released, before.released);
}

TEST_F(Lend, refuses_null_with_elements) {
    void* const null = nullptr;
    expect_refused(
        [&] {
            (void)View::lend(null, Device::cpu(), float32, Layout({2, 3}, {12, 4}));
        },
        errc::invalid_argument, "data is NULL with 6 elements of 4 bytes");
    EXPECT_EQ(View::lend(null, Device::cpu(), float32, Layout({2, 0}, {huge, huge})).size(), 0);
    EXPECT_EQ(View::lend(null, Device::cpu(), Format::opaque(0), Layout({2}, {0})).size(), 2);
}

TEST_F(Lend, items_without_bytes_need_no_address) {
    // Under the undefined behaviour sanitizer, moving NULL would show.
    const View v = View::lend(static_cast<void*>(nullptr), Device::cpu(), Format::text(Kind::bytes, 0), Layout({3, 4}, {-40, huge / 4}));
    for (const View& part : {v.index(0, 2), v.flip(1), v.slice(1, 1, {}, 2), v.diagonal(1), v.reshape({4, 3}), v.at("[1:, -1]")}) {
        EXPECT_EQ(part.data(), nullptr);
    }
}

TEST_F(Lend, fields_beside_no_element_move_nothing) {
    // The offsets add up to more than 63 bits hold, inside of a sub-array without elements.
    const std::int64_t half = std::int64_t{1} << 62;
    const FieldSpec inner[] = {{"b", Format::text(Kind::character, 1), half}};
    const std::int64_t none[] = {0};
    const FieldSpec outer[] = {{"a", Format::subarray(Format::record(inner), none), half}};
    const View v = View::lend(memory.data(), Device::cpu(), Format::record(outer), Layout());
    EXPECT_EQ(v.field("a.b").size(), 0);
    EXPECT_EQ(v.field("a.b").data(), memory.data());
}

TEST_F(Lend, refuses_what_leaves_the_allocation_on_either_side) {
    // data is byte 48 of 96
    const Allocation all = {memory.data(), 96};
    EXPECT_EQ(lend(Layout({12}, {4}), {.allocation = all}).size(), 12);
    EXPECT_EQ(lend(Layout({13}, {-4}), {.allocation = all}).size(), 13);
    EXPECT_EQ(lend(Layout({2, 2}, {-48, 44}), {.allocation = all}).size(), 4);
    expect_refused([&] { (void)lend(Layout({13}, {4}), {.allocation = all}); }, errc::out_of_bounds, "[48, 100) of an allocation of 96 bytes");
    expect_refused([&] { (void)lend(Layout({14}, {-4}), {.allocation = all}); }, errc::out_of_bounds, "[-4, 52) of an allocation of 96 bytes");
    expect_refused([&] { (void)lend(Layout({2}, {45}), {.allocation = all}); }, errc::out_of_bounds, "[48, 97)");
    expect_refused([&] { (void)lend(Layout({1}, {4}), {.allocation = {memory.data(), 48}}); }, errc::out_of_bounds, "[48, 52) of an allocation of 48 bytes");
}

TEST_F(Lend, refuses_allocations_that_make_no_sense) {
    expect_refused([&] { (void)lend(Layout({1}, {4}), {.allocation = {memory.data(), -1}}); }, errc::invalid_argument, "-1 bytes");
    expect_refused([&] { (void)lend(Layout({1}, {4}), {.allocation = {nullptr, 8}}); }, errc::invalid_argument, "NULL with 8 bytes");
}

TEST_F(Lend, refuses_what_leaves_the_address_space) {
    expect_refused([&] { (void)lend(Layout({2}, {-(huge / 2)})); }, errc::out_of_bounds, "outside of the address space");
}

TEST_F(Lend, const_memory_is_read_only_and_stays_so) {
    const float constant[3] = {1, 2, 3};
    const View v = View::lend(constant, Device::cpu(), float32, Layout({3}, {4}), {.read_only = false});
    EXPECT_TRUE(v.is_read_only());
    EXPECT_TRUE(v.slice(0, 1, 2).flip(0).reshape({1, 1}).as_bytes().is_read_only());
    expect_refused([&] { (void)v.mutable_data(); }, errc::read_only, "(3):(4) on cpu, read-only");
    const View w = lend(Layout({3}, {4}));
    EXPECT_TRUE(w.read_only().is_read_only());
    EXPECT_FALSE(w.is_read_only());
}

TEST_F(Lend, describes_itself) {
    EXPECT_EQ(to_string(lend(Layout({2, 3}, {12, 4})).read_only()), float32.to_string() + " (2,3):(12,4) on cpu, read-only");
    EXPECT_EQ(to_string(View()), Format().to_string() + " (0):(1) on cpu");
}

}  // namespace
}  // namespace ndlease
