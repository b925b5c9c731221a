// SPDX-License-Identifier: Apache-2.0
// What `ndlease inspect --json` prints; docs/command.md describes the keys.
#pragma once

#include <ndlease/view.hpp>
#include <string>

namespace ndlease::tool {

/// {"format", "itemsize", "alignment", "fields"}, with "shape" for a sub-array; and a line's end.
[[nodiscard]] std::string format_json(const Format& format);
/// The same of the items, with "shape", "strides", "order", "nbytes" and "readonly".
[[nodiscard]] std::string view_json(const View& view);

/// "C" where the items lie without gaps in C order, else "F" where they do so in Fortran's, else "none".
[[nodiscard]] const char* order_of(const View& view);

}  // namespace ndlease::tool
