// SPDX-License-Identifier: Apache-2.0
// The option --device: cpu, or a CUDA device that is there.
#pragma once

#include <string>

#include <ndlease/device.hpp>

namespace ndlease::tool {

/// Throws CommandError that says why there is no such device.
[[nodiscard]] Device checked_device(const std::string& name);

}  // namespace ndlease::tool
