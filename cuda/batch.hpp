// SPDX-License-Identifier: Apache-2.0
// The batches of the backend table.
#pragma once

#include <memory>
#include <span>

#include "backend/batch_job.hpp"

namespace ndlease::gpu {

/// As backend::Backend says.
[[nodiscard]] std::unique_ptr<backend::PreparedBatch> prepare_batch(std::span<backend::BatchEntry> entries);

}  // namespace ndlease::gpu
