// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

#include <ndlease/error.hpp>

namespace ndlease {

/// Fails the test unless `action` throws Error{code} whose text has `part` in it, at this index where one is stated.
template <class Action>
void expect_error(errc code, const std::string& part, const Action& action, std::optional<std::int64_t> index = std::nullopt) {
    try {
        action();
        ADD_FAILURE() << "no error; expected " << to_string(code) << " with '" << part << "'";
    } catch (const Error& error) {
        EXPECT_STREQ(to_string(error.code()), to_string(code)) << error.what();
        EXPECT_THAT(error.what(), ::testing::HasSubstr(part));
        if (index) {
            EXPECT_EQ(error.index(), *index) << error.what();
        }
    }
}

}  // namespace ndlease
