// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

#include <ndlease/error.hpp>

/// The action must throw an Error with this code and this part of the message, at this index where one is stated.
template <class Action>
void expect_error(ndlease::errc code, const std::string& part, Action&& action, std::optional<std::int64_t> index = std::nullopt) {
    try {
        action();
        ADD_FAILURE() << "no error; expected '" << part << "'";
    } catch (const ndlease::Error& error) {
        EXPECT_STREQ(to_string(error.code()), to_string(code)) << error.what();
        EXPECT_THAT(error.what(), testing::HasSubstr(part));
        if (index) {
            EXPECT_EQ(error.index(), *index) << error.what();
        }
    }
}
