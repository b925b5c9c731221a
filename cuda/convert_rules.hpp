// SPDX-License-Identifier: Apache-2.0
// From the kinds of two numbers to what kernels do with them.
#pragma once

#include "backend/convert_job.hpp"
#include "kernels/convert_rules.hpp"

namespace ndlease::gpu {

[[nodiscard]] ConvertRules convert_rules(const backend::ElementConversion& how) noexcept;

}  // namespace ndlease::gpu
