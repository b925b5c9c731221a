// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace ndlease::detail {

/// The position of the first byte that is a NUL or part of no UTF-8 character; text.size() when there is none.
[[nodiscard]] std::size_t find_bad_utf8(std::string_view text) noexcept;

}  // namespace ndlease::detail
