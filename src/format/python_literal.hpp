// SPDX-License-Identifier: Apache-2.0
// A reader for the Python literals that NumPy writes into descr and .npy headers. Nothing is ever evaluated: there are no names, calls
// or operators in this language, so that none can be.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ndlease::detail {

struct PythonLiteral {
    enum class Type : std::uint8_t { none, boolean, integer, text, tuple, list, dict };

    Type type = Type::none;
    bool boolean = false;
    std::int64_t integer = 0;
    std::string text;                  ///< UTF-8; a b'' literal's bytes count as Latin-1
    std::vector<PythonLiteral> items;  ///< of a tuple or list; key, value, key, value, ... of a dict
    std::int64_t position = 0;         ///< byte of the input where it starts

    [[nodiscard]] bool is(Type wanted) const noexcept { return type == wanted; }
};

/// "a tuple", "an integer": for messages.
[[nodiscard]] const char* to_string(PythonLiteral::Type type) noexcept;

struct PythonLiteralOptions {
    bool latin1 = false;         ///< bytes above 127 in strings are Latin-1; else the input must be UTF-8
    bool python2_longs = false;  ///< 3L counts as 3
};

/// The deepest nesting, and the longest input in bytes, that are read.
inline constexpr int max_literal_depth = 200;
inline constexpr std::int64_t max_literal_bytes = std::int64_t{1} << 20;

/// None, True, False, decimal integers, strings ('', "", with b or u before them), tuples, lists and dicts of those.
/// Throws Error{errc::bad_format} whose index() is the byte position.
[[nodiscard]] PythonLiteral parse_python_literal(std::string_view text, const PythonLiteralOptions& options = {});

/// As Python's repr() writes a string: quotes, escapes, non-ASCII as it is where it can be printed. Throws Error{errc::not_expressible} when
/// `text` is no UTF-8.
[[nodiscard]] std::string python_repr(std::string_view text);

}  // namespace ndlease::detail
