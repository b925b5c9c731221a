// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace simulated_cuda::test {
struct Number {
    const char* name;
    long long value;
};
[[nodiscard]] std::span<const Number> toolkit_numbers();
[[nodiscard]] std::span<const Number> toolkit_sizes();
}  // namespace simulated_cuda::test
