// SPDX-License-Identifier: Apache-2.0
// Facts about the machine and the build that results are quoted with.
#pragma once

#include <cstdint>
#include <string>

namespace ndlease::tool {

[[nodiscard]] std::string compiler_name();
[[nodiscard]] std::string cpu_model();  ///< "unknown" where the system does not say
[[nodiscard]] int core_count();         ///< hardware threads that this process may run on
[[nodiscard]] std::int64_t memory_bytes();

}  // namespace ndlease::tool
