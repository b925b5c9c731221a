// SPDX-License-Identifier: Apache-2.0
// The code of docs/ownership.md, compiled and run; the last test finds every block of the page in this file.
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <string>
#include <vector>

#include <ndlease/error.hpp>
#include <ndlease/view.hpp>

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

std::vector<std::string> lines_of(const char* path) {
    std::ifstream in(path);
    EXPECT_TRUE(in) << path;
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) {
        line.erase(0, line.find_first_not_of(' '));
        if (!line.empty()) lines.push_back(line);
    }
    return lines;
}

TEST(OwnershipPage, shows_the_code_above) {
    const std::vector<std::string> source = lines_of(NDLEASE_OWNERSHIP_PAGE_TEST);
    std::size_t at = 0;
    bool in_code = false;
    int shown = 0;
    for (const std::string& line : lines_of(NDLEASE_OWNERSHIP_PAGE)) {
        if (line.starts_with("```")) {
            in_code = !in_code;
        } else if (in_code) {
            while (at < source.size() && source[at] != line) ++at;  // in the order of the page, checks may stand between
            ASSERT_LT(at, source.size()) << "not in this test: " << line;
            ++shown;
        }
    }
    EXPECT_GT(shown, 15);
}

}  // namespace
}  // namespace ndlease
