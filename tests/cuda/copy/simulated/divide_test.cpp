// SPDX-License-Identifier: Apache-2.0
// Division by multiplication, as kernels do it, against the machine's own division.
#include <gtest/gtest.h>

#include <cstdint>

#include "copy/random_source.hpp"
#include "kernels/divide.cuh"

namespace ndlease::testing {
namespace {

template <class Unsigned>
void check(std::uint64_t divisor, std::uint64_t number) {
    const gpu::Divider<Unsigned> by(divisor);
    auto n = static_cast<Unsigned>(number);
    const Unsigned remainder = gpu::take_remainder(&n, by);
    ASSERT_EQ(n, number / divisor) << number << " / " << divisor;
    ASSERT_EQ(remainder, number % divisor) << number << " % " << divisor;
}

template <class Unsigned>
void check_around(std::uint64_t divisor, std::uint64_t limit) {
    for (std::uint64_t multiple : {std::uint64_t{0}, divisor, limit / 2 / divisor * divisor, limit / divisor * divisor}) {
        for (const std::int64_t step : {-1, 0, 1}) {
            const std::uint64_t number = multiple + static_cast<std::uint64_t>(step);
            if (number < limit) check<Unsigned>(divisor, number);
        }
    }
    check<Unsigned>(divisor, limit - 1);
}

constexpr std::uint64_t limit32 = std::uint64_t{1} << 31;
constexpr std::uint64_t limit64 = std::uint64_t{1} << 63;

TEST(divide, small_divisors) {
    for (std::uint64_t divisor = 1; divisor < 5000; ++divisor) {
        check_around<std::uint32_t>(divisor, limit32);
        check_around<std::uint64_t>(divisor, limit64);
    }
}

TEST(divide, powers_of_two_and_their_neighbours) {
    for (int bits = 1; bits < 63; ++bits) {
        for (const std::int64_t step : {-1, 0, 1}) {
            const std::uint64_t divisor = (std::uint64_t{1} << bits) + static_cast<std::uint64_t>(step);
            if (divisor < limit32) check_around<std::uint32_t>(divisor, limit32);
            check_around<std::uint64_t>(divisor, limit64);
        }
    }
    check_around<std::uint32_t>(limit32, limit32);
}

TEST(divide, anything) {
    for_random_cases(100'000, [](Random& random) {
        check<std::uint32_t>(1 + random.bits() % (limit32 - 1) % (std::uint64_t{1} << random.in(1, 31)), random.bits() % limit32);
        check<std::uint64_t>(1 + random.bits() % (limit64 - 1) % (std::uint64_t{1} << random.in(1, 63)), random.bits() % limit64);
    });
}

}  // namespace
}  // namespace ndlease::testing
