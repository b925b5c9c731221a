// SPDX-License-Identifier: Apache-2.0
// The text of NDLEASE_LINK_COSTS.
#pragma once

#include <string_view>

#include <ndlease/link_costs.hpp>

namespace ndlease::copying {

/// The defaults with the changes of "name=number,name=number". `where` begins the messages. Throws Error{errc::invalid_argument}.
[[nodiscard]] LinkCosts parse_link_costs(std::string_view text, std::string_view where);

}  // namespace ndlease::copying
