// SPDX-License-Identifier: Apache-2.0
// The ABI of the compiler that builds the library.
#pragma once

#include <bit>
#include <cstddef>
#include <limits>

#include <ndlease/abi.hpp>

namespace ndlease::detail {

// alignof(double) is 8 on i386 although members of a struct align to 4, so a member is asked.
template <class T>
struct Member {
    char before;
    T member;
};

template <class T>
[[nodiscard]] constexpr SizeAlign size_align() noexcept {
    return {sizeof(T), offsetof(Member<T>, member)};
}

[[nodiscard]] constexpr LongDouble host_long_double() noexcept {
    constexpr int digits = std::numeric_limits<long double>::digits;
    static_assert(digits == 53 || digits == 64 || digits == 113, "a long double that no format describes");
    if (digits == 53) return LongDouble::binary64;
    return digits == 64 ? LongDouble::x87 : LongDouble::binary128;
}

inline constexpr Abi host_abi{
    .name = "host",
    .short_ = size_align<short>(),
    .int_ = size_align<int>(),
    .long_ = size_align<long>(),
    .long_long_ = size_align<long long>(),
    .size_ = size_align<std::size_t>(),
    .pointer_ = size_align<void*>(),
    .float_ = size_align<float>(),
    .double_ = size_align<double>(),
    .long_double_ = size_align<long double>(),
    .wchar_ = size_align<wchar_t>(),
    .long_double_kind = host_long_double(),
    .little_endian = std::endian::native == std::endian::little,
};

}  // namespace ndlease::detail
