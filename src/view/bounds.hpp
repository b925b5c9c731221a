// SPDX-License-Identifier: Apache-2.0
// Whether a view stays inside the memory that its owner stated.
#pragma once

#include <cstdint>

#include <ndlease/layout.hpp>
#include <ndlease/view.hpp>

namespace ndlease::detail {

/// Throws Error{errc::invalid_argument} for NULL data with elements or an allocation that makes no sense, and
/// Error{errc::out_of_bounds} where the elements reach outside of the allocation or of the address space.
void check_bounds(const void* data, const Layout& layout, std::int64_t itemsize, const Allocation& allocation);

}  // namespace ndlease::detail
