// SPDX-License-Identifier: Apache-2.0
// A library that owns device memory and writes it on a stream that nobody else sees.
#pragma once

#include <ndlease/view.hpp>

namespace left {

/// Rows of bytes on the device; the last row's neighbours are the other library's business.
[[nodiscard]] ndlease::View make_rows(int rows, int columns);
/// Fills one row with `value`, after whoever used the rows before.
void fill(const ndlease::View& rows, int row, unsigned char value);

}  // namespace left
