// SPDX-License-Identifier: Apache-2.0
// Random numbers for tests: one seed per case, printed, and repeatable by environment variables.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace ndlease::testing {

/// SplitMix64 (Steele, Lea, Flood 2014): quick to seed, which matters with one seed per case.
class Random {
public:
    explicit Random(std::uint64_t seed) noexcept : state_(seed) {}

    std::uint64_t bits() noexcept {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31U);
    }
    /// Uniform in [low, high].
    std::int64_t in(std::int64_t low, std::int64_t high) noexcept {
        const std::uint64_t count = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;  // 0: all numbers
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + (count == 0 ? bits() : bits() % count));
    }
    bool one_in(std::int64_t n) noexcept { return in(1, n) == 1; }

private:
    std::uint64_t state_;
};

inline std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// Runs `body(Random&)` for many seeds and stops at the first failure, which it says how to repeat.
/// NDLEASE_TEST_SEED sets the first seed, NDLEASE_TEST_CASES the number of cases, each of which counts for `weight`.
template <class Body>
void for_random_cases(std::uint64_t cases, Body&& body, std::uint64_t weight = 1) {
    const std::uint64_t first = from_environment("NDLEASE_TEST_SEED", std::random_device()() % 1'000'000'000);
    cases = std::max<std::uint64_t>(from_environment("NDLEASE_TEST_CASES", cases * weight) / weight, 1);
    const ::testing::TestInfo& test = *::testing::UnitTest::GetInstance()->current_test_info();
    const std::string filter = " --gtest_filter=" + std::string(test.test_suite_name()) + '.' + test.name();
    std::cout << cases << " cases; repeat with NDLEASE_TEST_SEED=" << first << filter << std::endl;
    for (std::uint64_t seed = first; seed != first + cases; ++seed) {
        Random random(seed);
        body(random);
        if (::testing::Test::HasFailure()) {
            std::cout << "repeat this case with NDLEASE_TEST_SEED=" << seed << " NDLEASE_TEST_CASES=1" << filter << std::endl;
            return;
        }
    }
}

}  // namespace ndlease::testing
