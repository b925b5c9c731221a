// SPDX-License-Identifier: Apache-2.0
// One reading of a format string: its items placed by one rule about implicit padding.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <ndlease/abi.hpp>
#include <ndlease/format.hpp>

namespace ndlease::detail {

/// What stands between items although the string does not spell it out. Only items read under '@' are padded at all.
enum class Padding : std::uint8_t {
    natural,  ///< as C does: before each item, at the end of each record and of the string
    no_tail,  ///< as Python's struct does: before each item only
    none,
};

struct Reading {
    std::vector<Field> fields;  ///< the items of the top level
    std::int64_t size = 0;
    std::int64_t alignment = 1;
    bool spells_padding = false;  ///< some 'x' is a gap
    bool bare_padding = false;    ///< some such 'x' has no count, as NumPy writes them
    bool compound = false;        ///< a record or several items, not one scalar
};

struct ReadRequest {
    std::string_view text;
    const Abi* abi;
    Padding padding;
    bool bits_allowed;  ///< an itemsize is stated, so bit fields can be checked against it
};

[[nodiscard]] Reading read(const ReadRequest& request);

}  // namespace ndlease::detail
