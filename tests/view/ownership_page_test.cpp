// SPDX-License-Identifier: Apache-2.0
// The code of docs/ownership.md, compiled and run; the last test finds every block of the page in this file.
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include <ndlease/error.hpp>
#include <ndlease/view.hpp>

#include "shown_code.hpp"

namespace ndlease {
namespace {

TEST(OwnershipPage, lending) {
    const LeaseStatistics before = lease_statistics();
    // clang-format off
    auto* pixels = new float[480 * 640];
    View image = View::lend(pixels, Device::cpu(), Format::number(Kind::floating, 32), Layout::c_order({480, 640}, sizeof(float)),
                            {.allocation = {pixels, 480 * 640 * sizeof(float)},
                             .release = [pixels](const ReleaseInfo&) { delete[] pixels; }});
    View corner = image.slice(0, 0, 100).slice(1, 0, 100);  // the same lease; nothing is copied
    image = {};                                             // corner still holds the lease
    EXPECT_EQ(lease_statistics().released, before.released);
    corner = {};                                            // the callback runs here
    // clang-format on
    EXPECT_EQ(lease_statistics().released, before.released + 1);
}

TEST(OwnershipPage, tokens) {
    std::array<float, 1> memory{};
    const auto lend = [&] {
        return View::lend(memory.data(), Device::cpu(), Format::number(Kind::floating, 32), Layout({1}, {4}), {.release = [](const ReleaseInfo&) {}});
    };
    View view = lend();
    // clang-format off
    LeaseToken token = Lease(view.lease()).detach();  // a share of its own
    view = {};                                        // now the token is the last holder
    // ... the token travels through an interface of another language ...
    bool first = Lease::release_token(token);         // true: the share is given back, and the callback runs
    bool second = Lease::release_token(token);        // false: nothing happens but the count of double releases
    // clang-format on
    EXPECT_TRUE(first);
    EXPECT_FALSE(second);
}

TEST(OwnershipPage, resizing) {
    // clang-format off
    std::vector<float> samples(1000);
    ResizeLock lock;
    View window = View::lend(samples.data(), Device::cpu(), Format::number(Kind::floating, 32), Layout::c_order({1000}, sizeof(float)),
                             {.lock = &lock});
    // lock.check_unlocked() throws Error{errc::busy} here: one lease is live
    EXPECT_THROW(lock.check_unlocked(), Error);
    window = {};
    lock.check_unlocked();
    samples.resize(2000);
    // clang-format on
}

TEST(OwnershipPage, shows_the_code_above) { testing::expect_shown_code(NDLEASE_OWNERSHIP_PAGE, NDLEASE_OWNERSHIP_PAGE_TEST, 16); }

}  // namespace
}  // namespace ndlease
