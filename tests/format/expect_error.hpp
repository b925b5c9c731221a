// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include <ndlease/error.hpp>

namespace ndlease::testing {

/// Fails the test unless `action` throws Error{code} whose text has `part` in it; `index` -2 stands for any.
template <class Action>
void expect_error(errc code, const std::string& part, const Action& action, std::int64_t index = -2) {
    try {
        action();
        ADD_FAILURE() << "no error; expected " << to_string(code) << " with '" << part << "'";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), code) << error.what();
        EXPECT_THAT(error.what(), ::testing::HasSubstr(part));
        if (index != -2) {
            EXPECT_EQ(error.index(), index) << error.what();
        }
    }
}

}  // namespace ndlease::testing
