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
[[nodiscard]] std::int64_t last_cache_bytes();  ///< the last level's, of one processor; 32 MiB where the system does not say
[[nodiscard]] std::string cpu_governor();       ///< "performance", ...; "" where the system does not say
[[nodiscard]] double cpu_mhz();                 ///< of the first core, now; 0 where the system does not say

}  // namespace ndlease::tool
