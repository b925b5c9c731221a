// SPDX-License-Identifier: Apache-2.0
#include <ndlease/error.hpp>

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace ndlease {
namespace {

TEST(Error, every_code_has_a_name_of_its_own) {
    std::set<std::string> names;
    for (int code = 0; code <= static_cast<int>(errc::not_supported); ++code) names.insert(to_string(static_cast<errc>(code)));
    EXPECT_EQ(names.size(), static_cast<std::size_t>(errc::not_supported) + 1);
    EXPECT_FALSE(names.contains("unknown"));
    EXPECT_STREQ(to_string(static_cast<errc>(1000)), "unknown");
}

TEST(Error, carries_code_text_and_index) {
    try {
        throw Error(errc::bad_format, "byte 3: expected a type code", 3);
    } catch (const std::runtime_error& caught) {
        const auto& error = dynamic_cast<const Error&>(caught);
        EXPECT_EQ(error.code(), errc::bad_format);
        EXPECT_EQ(error.index(), 3);
        EXPECT_STREQ(error.what(), "byte 3: expected a type code");
    }
}

}  // namespace
}  // namespace ndlease
