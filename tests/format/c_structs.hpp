// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace ndlease::testing {

/// A struct as the compiler lays it out; sizes and offsets in bytes.
struct CStruct {
    const char* format;
    long long size;
    long long alignment;
    std::span<const long long> offsets;  ///< from the struct's start, of every member in order; a nested struct's members (of its first element) follow it
};

[[nodiscard]] std::span<const CStruct> c_structs();

}  // namespace ndlease::testing
