// SPDX-License-Identifier: Apache-2.0
// The batches of the backend table.
#pragma once

#include <span>

#include "backend/batch_job.hpp"

#include <ndlease/stream.hpp>

namespace ndlease::gpu {

/// As backend::Backend says.
void run_batch(std::span<backend::BatchEntry> entries, StreamRef stream);

}  // namespace ndlease::gpu
