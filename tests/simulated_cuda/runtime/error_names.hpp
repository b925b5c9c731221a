// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace simulated_cuda {
struct ErrorName {
    int number;
    const char* name;
};
/// Every error of driver_types.h, by number.
[[nodiscard]] std::span<const ErrorName> error_names();
}  // namespace simulated_cuda
