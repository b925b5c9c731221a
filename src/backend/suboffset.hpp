// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

namespace ndlease::backend {

/// Where an indirect axis leads (PEP 3118): the pointer stored at `address`, plus the suboffset; `address` itself for a negative
/// suboffset. The pointer may be stored at any alignment.
template <class Byte>
[[nodiscard]] Byte* follow(Byte* address, std::int64_t suboffset) noexcept {
    if (suboffset < 0) return address;
    Byte* target = nullptr;
    std::memcpy(&target, address, sizeof target);
    return target + suboffset;
}

}  // namespace ndlease::backend
