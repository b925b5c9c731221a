// SPDX-License-Identifier: Apache-2.0
// Classes of bad input for one importer: each spoils good input in one way, many times over, and says which error must come of it.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include <ndlease/error.hpp>
#include <ndlease/view.hpp>

#include "copy/random_source.hpp"

namespace ndlease::testing {

/// `Input` is made good by its default constructor's caller; `spoil` makes it bad.
template <class Input>
struct BadClass {
    const char* name;
    errc expected;
    std::function<void(Random&, Input&)> spoil;
};

/// For each class: good input from `make` is imported by `import(input, release)`, then spoiled and refused with the expected code, and the owner is not told.
/// At least `least` classes of 250 cases.
template <class Input, class Make, class Import>
void expect_refused(const char* importer, const std::vector<BadClass<Input>>& classes, std::size_t least, Make make, Import import) {
    constexpr int cases = 250;
    for (const BadClass<Input>& bad : classes) {
        SCOPED_TRACE(bad.name);
        for_random_cases(1, [&](Random& random) {
            for (int i = 0; i < cases && !::testing::Test::HasFailure(); ++i) {
                Input input = make(random);
                int released = 0;
                const auto release = [&released](const ReleaseInfo&) { ++released; };
                try {
                    View view = import(input, ReleaseCallback(release));
                    view = View();
                    EXPECT_EQ(released, 1);
                } catch (const Error& error) {
                    ADD_FAILURE() << "good input is refused: " << error.what();
                }
                released = 0;
                bad.spoil(random, input);
                try {
                    const View view = import(input, ReleaseCallback(release));
                    ADD_FAILURE() << "accepted as " << to_string(view);
                } catch (const Error& error) {
                    EXPECT_EQ(error.code(), bad.expected) << to_string(error.code()) << ": " << error.what();
                    EXPECT_GT(std::string(error.what()).size(), 10U);
                }
                EXPECT_EQ(released, 0) << "the owner was told of an import that failed";
            }
        });
        if (::testing::Test::HasFailure()) return;
    }
    std::cout << "bad input: " << importer << ": " << classes.size() << " classes, " << classes.size() * cases << " cases" << std::endl;
    EXPECT_GE(classes.size(), least);
}

/// Numbers whose product with themselves, or with a few, does not fit in 63 bits.
[[nodiscard]] inline std::int64_t huge(Random& random) { return random.in(std::int64_t{1} << 33, std::int64_t{1} << 61); }

template <class T, std::size_t N>
[[nodiscard]] T one_of(Random& random, const T (&values)[N]) {
    return values[random.in(0, static_cast<std::int64_t>(N) - 1)];
}

}  // namespace ndlease::testing
