// SPDX-License-Identifier: Apache-2.0
// A library that knows nothing of the other one but its Views.
#pragma once

#include <ndlease/view.hpp>

namespace right {

/// Copies row `from` to row `to`, mirrored, on a stream that nobody else sees.
void mirror(const ndlease::View& rows, int from, int to);

}  // namespace right
