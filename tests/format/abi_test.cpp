// SPDX-License-Identifier: Apache-2.0
#include <ndlease/abi.hpp>

#include <gtest/gtest.h>

#include <cstddef>

#include <ndlease/error.hpp>

namespace {

using ndlease::Abi;
using ndlease::SizeAlign;

TEST(Abi, host_is_the_compilers) {
    const Abi& host = Abi::host();
    struct {
        char before;
        long double member;
    } probe;
    EXPECT_EQ(host.long_.size, sizeof(long));
    EXPECT_EQ(host.long_double_.size, sizeof(long double));
    EXPECT_EQ(host.long_double_.align, offsetof(decltype(probe), member));
    EXPECT_EQ(host.pointer_.size, sizeof(void*));
}

TEST(Abi, host_has_the_sizes_of_a_known_platform) {
#if defined(__x86_64__) && defined(__linux__)
    Abi host = Abi::host();
    EXPECT_EQ(host.long_, Abi::lp64().long_);
    EXPECT_EQ(host.long_double_, Abi::lp64().long_double_);
    EXPECT_EQ(host.long_double_kind, Abi::lp64().long_double_kind);
    EXPECT_EQ(host.double_, Abi::lp64().double_);
    EXPECT_EQ(host.wchar_, Abi::lp64().wchar_);
    EXPECT_TRUE(host.little_endian);
#else
    GTEST_SKIP() << "no reference for this platform";
#endif
}

TEST(Abi, platforms_differ_where_they_do) {
    EXPECT_EQ(Abi::llp64().long_, (SizeAlign{4, 4}));
    EXPECT_EQ(Abi::llp64().pointer_, (SizeAlign{8, 8}));
    EXPECT_EQ(Abi::llp64().long_double_, (SizeAlign{8, 8}));
    EXPECT_EQ(Abi::llp64().wchar_, (SizeAlign{2, 2}));
    EXPECT_EQ(Abi::i386().double_, (SizeAlign{8, 4}));
    EXPECT_EQ(Abi::i386().long_long_, (SizeAlign{8, 4}));
    EXPECT_EQ(Abi::i386().long_double_, (SizeAlign{12, 4}));
    EXPECT_EQ(Abi::i386().pointer_, (SizeAlign{4, 4}));
    EXPECT_EQ(Abi::lp64_arm().long_double_kind, ndlease::LongDouble::binary128);
    EXPECT_EQ(Abi::lp64_macos().long_double_kind, ndlease::LongDouble::binary64);
}

TEST(Abi, names_find_them_and_a_wrong_name_lists_them) {
    for (const char* name : {"lp64", "lp64-arm", "lp64-macos", "llp64", "i386", "host"}) EXPECT_EQ(Abi::named(name).name, name);
    try {
        (void)Abi::named("vax");
        FAIL();
    } catch (const ndlease::Error& error) {
        EXPECT_EQ(error.code(), ndlease::errc::invalid_argument);
        EXPECT_STREQ(error.what(), "unknown ABI 'vax'; known are lp64, lp64-arm, lp64-macos, llp64, i386, host");
    }
}

}  // namespace
