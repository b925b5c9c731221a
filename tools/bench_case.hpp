// SPDX-License-Identifier: Apache-2.0
// Which cases a run measures: patterns of the suite, or layouts of the user's own.
#pragma once

#include <string>
#include <vector>

#include "measure.hpp"
#include "patterns/pattern.hpp"

namespace ndlease::tool {

/// "shape=(480,640,3);src=(1920,3,1);dst=(1,307200,...);item=1": extents, strides in bytes, and what an item is: its bytes, or a NumPy typestr.
/// `src` and `dst` may be left out: C order. Negative strides start at the buffer's end. Throws CommandError that names the part.
[[nodiscard]] patterns::Pattern parse_case(const std::string& text);

/// Of those in the class and for the direction, the ones whose name the regular expression finds. Throws CommandError.
[[nodiscard]] std::vector<patterns::Pattern> chosen_patterns(const std::string& filter, const std::string& size, patterns::Direction direction);

/// "<f4", "|V12", "bfloat16": what peers call the item.
[[nodiscard]] std::string item_code(const Format& format);

/// The table of the patterns for people.
void print_patterns(std::ostream& out, const std::vector<patterns::Pattern>& chosen, std::int64_t bytes);
/// The same for programs; docs/command.md describes the keys.
[[nodiscard]] std::string patterns_json(const std::vector<patterns::Pattern>& chosen, const std::string& size, std::int64_t bytes);

}  // namespace ndlease::tool
