// SPDX-License-Identifier: Apache-2.0
// Tasks for tiles whose one side has two to four words beside each other that lie far apart on the other: pixels and planes.
#pragma once

#include "backend/copy_job.hpp"

namespace ndlease::cpu {

/// Whether copy_planes may be called, and is faster than tiles.
[[nodiscard]] bool are_planes(const backend::CopyJob& job) noexcept;
void copy_planes(const backend::CopyJob& job) noexcept;

}  // namespace ndlease::cpu
