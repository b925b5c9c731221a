// SPDX-License-Identifier: Apache-2.0
// A drawing of an item's bytes for people.
#pragma once

#include <ndlease/format.hpp>
#include <string>

namespace ndlease::tool {

/// Rows of 16 bytes. The first byte of each number shows its field's key (field_list.hpp), the rest '-'; '.' is padding, '*' a byte of
/// several fields. Rows that repeat are folded, and a long item is cut after 48 rows, which the drawing says. Lines end in '\n'.
[[nodiscard]] std::string draw_bytes(const Format& format);

}  // namespace ndlease::tool
