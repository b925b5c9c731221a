// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ndlease/format.hpp>

#include "format/python_literal.hpp"

namespace ndlease::detail {

/// The Format that a descr literal stands for. Throws Error{errc::bad_format} with the literal's byte position.
[[nodiscard]] Format format_from_descr(const PythonLiteral& literal);

/// The extents in a tuple of integers, none negative; at most max_rank. Throws Error{errc::bad_format} with the position.
[[nodiscard]] Dims extents_from(const PythonLiteral& literal);

/// "(2, 3)", "(3,)", "()": as Python prints a tuple.
[[nodiscard]] std::string python_tuple(const Dims& extents);

/// The largest power of two that divides `bytes`; 2^62 for 0.
[[nodiscard]] constexpr std::int64_t power_of_two_in(std::int64_t bytes) noexcept { return bytes == 0 ? std::int64_t{1} << 62 : bytes & -bytes; }

}  // namespace ndlease::detail
