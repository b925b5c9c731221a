// SPDX-License-Identifier: Apache-2.0
// The conversions of the backend table.
#pragma once

#include "backend/convert_job.hpp"

#include <ndlease/stream.hpp>

namespace ndlease::gpu {

/// As backend::Backend says.
void run_convert(const backend::ConvertJob& job, StreamRef stream);

}  // namespace ndlease::gpu
