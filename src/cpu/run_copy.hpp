// SPDX-License-Identifier: Apache-2.0
// The CPU backend's copies.
#pragma once

#include "backend/copy_job.hpp"

namespace ndlease::cpu {

/// Moves the bytes; returns when they are there. The sides share no byte. Large jobs are spread over threads as the job allows.
void run_copy(const backend::CopyJob& job);

/// The same on this thread alone.
void run_copy_here(const backend::CopyJob& job) noexcept;

}  // namespace ndlease::cpu
