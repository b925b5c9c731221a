// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include <ndlease/error.hpp>

namespace ndlease::testing {

/// `action` must throw an Error of that code whose message holds `text`.
template <class Action>
void expect_error(errc code, const std::string& text, Action&& action) {
    try {
        std::forward<Action>(action)();
        ADD_FAILURE() << "no error; expected " << to_string(code);
    } catch (const Error& error) {
        EXPECT_STREQ(to_string(error.code()), to_string(code)) << error.what();
        EXPECT_THAT(error.what(), ::testing::HasSubstr(text));
    }
}

}  // namespace ndlease::testing
