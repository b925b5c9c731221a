// SPDX-License-Identifier: Apache-2.0
// TypedView: element access on the host with the type and rank known at compile time; const-correct; converts to any mdspan.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>

#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/view.hpp>

namespace ndlease {

// (The author of views fills this in.)

}  // namespace ndlease
