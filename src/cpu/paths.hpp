// SPDX-License-Identifier: Apache-2.0
// The CPU's ways of moving bytes, one file each. All run on this thread; the sides share no byte; the job has at least one element.
#pragma once

#include "backend/copy_job.hpp"

namespace ndlease::cpu {

void copy_strided(const backend::CopyJob& job) noexcept;     ///< CopyPath::rows and gather
void copy_broadcast(const backend::CopyJob& job) noexcept;   ///< CopyPath::broadcast
void copy_tiles(const backend::CopyJob& job) noexcept;       ///< CopyPath::tiles
void copy_converting(const backend::CopyJob& job) noexcept;  ///< CopyPath::convert
void copy_indirect(const backend::CopyJob& job) noexcept;    ///< CopyPath::indirect

}  // namespace ndlease::cpu
