// SPDX-License-Identifier: Apache-2.0
// UTF-8 for field names: one code point at a time, strict (no overlong forms, surrogates or numbers above U+10FFFF).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ndlease::detail {

struct CodePoint {
    std::uint32_t value = 0;
    int bytes = 0;  ///< 0: not UTF-8
};

[[nodiscard]] CodePoint decode_utf8(std::string_view text) noexcept;

/// `value` must be a Unicode scalar value.
void append_utf8(std::string& out, std::uint32_t value);

/// The position of the first byte that is a NUL or part of no UTF-8 character; text.size() when there is none.
[[nodiscard]] std::size_t find_bad_utf8(std::string_view text) noexcept;

}  // namespace ndlease::detail
