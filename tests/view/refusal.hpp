// SPDX-License-Identifier: Apache-2.0
// Checks that a call is refused with a code and a text.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include <ndlease/error.hpp>

namespace ndlease {

template <class F>
void expect_refused(F&& call, errc code, const std::string& text) {
    try {
        call();
        ADD_FAILURE() << "nothing was refused; expected: " << text;
    } catch (const Error& e) {
        EXPECT_EQ(to_string(e.code()), std::string(to_string(code))) << e.what();
        EXPECT_THAT(e.what(), ::testing::HasSubstr(text));
    }
}

}  // namespace ndlease
