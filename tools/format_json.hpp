// SPDX-License-Identifier: Apache-2.0
// A Format as the JSON that `ndlease inspect --json` prints; docs/command.md describes the keys.
#pragma once

#include <ndlease/format.hpp>
#include <nlohmann/json.hpp>

namespace ndlease::tool {

using Json = nlohmann::ordered_json;

/// {"format", "itemsize", "alignment", "fields"}; a sub-array also has its "shape".
[[nodiscard]] Json describe_format(const Format& format);

}  // namespace ndlease::tool
