// SPDX-License-Identifier: Apache-2.0
// What one type code of PEP 3118 means under an order character and an ABI.
#pragma once

#include <ndlease/abi.hpp>

#include "format/node.hpp"

namespace ndlease::detail {

/// The order character in force.
class Mode {
public:
    constexpr explicit Mode(char character) noexcept : character_(character) {}
    [[nodiscard]] constexpr char character() const noexcept { return character_; }
    /// Items are padded to their alignment.
    [[nodiscard]] constexpr bool aligns() const noexcept { return character_ == '@'; }
    /// Sizes are those of the ABI's C types, not the standard ones.
    [[nodiscard]] constexpr bool native_sizes() const noexcept { return character_ == '@' || character_ == '^'; }
    [[nodiscard]] constexpr ByteOrder order(const Abi& abi) const noexcept {
        if (character_ == '<') return ByteOrder::little;
        if (character_ == '>' || character_ == '!') return ByteOrder::big;
        return abi.little_endian ? ByteOrder::little : ByteOrder::big;
    }

private:
    char character_;
};

[[nodiscard]] constexpr bool is_order_character(char c) noexcept { return c == '@' || c == '=' || c == '<' || c == '>' || c == '!' || c == '^'; }

enum class CodeResult : std::uint8_t { ok, unknown, no_standard_size };

/// Fills `spec` for a code that is a scalar by itself, with its natural alignment; `complex` when a 'Z' came before it.
/// For the codes whose count is a length (is_length_code) it is one unit.
[[nodiscard]] CodeResult look_up_code(char code, bool complex, Mode mode, const Abi& abi, ScalarSpec* spec) noexcept;

/// s p w u x t: a count before it is the item's length, not a repetition.
[[nodiscard]] constexpr bool is_length_code(char code) noexcept {
    return code == 's' || code == 'p' || code == 'w' || code == 'u' || code == 'x' || code == 't';
}

}  // namespace ndlease::detail
