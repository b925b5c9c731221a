// SPDX-License-Identifier: Apache-2.0
#include "pattern.hpp"

namespace ndlease::patterns {

std::int64_t class_bytes(std::string_view size) noexcept {
    if (size == "S") return std::int64_t{64} << 10;
    if (size == "M") return std::int64_t{32} << 20;
    if (size == "L") return std::int64_t{1} << 30;
    return 0;
}

}  // namespace ndlease::patterns
