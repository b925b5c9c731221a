// SPDX-License-Identifier: Apache-2.0
// A copy between sides that share bytes: the source is copied away first.
#pragma once

#include "backend/copy_job.hpp"

namespace ndlease::copying {

/// Runs `job` as if the source had been read completely before the first byte is written.
/// Throws Error{errc::out_of_memory}, with nothing written, when the temporary cannot be had.
void run_by_temporary(const backend::CopyJob& job);

}  // namespace ndlease::copying
