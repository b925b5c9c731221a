// SPDX-License-Identifier: Apache-2.0
// What a schema and an array say together: their primitive arrays as data pointer, Format and Layout. Nothing is taken.
#pragma once

#include <string>
#include <vector>

#include <ndlease/format.hpp>
#include <ndlease/interop/arrow.hpp>
#include <ndlease/layout.hpp>

namespace ndlease::arrow {

inline constexpr int max_nesting = 64;
inline constexpr std::int64_t max_columns = 65'536;

/// One primitive array.
struct Leaf {
    std::string name;  ///< the schemas' names, of structs and of this, with dots between
    Format format;
    Layout layout;
    void* data = nullptr;
    Allocation allocation;
};

struct LeafRules {
    Device device = Device::cpu();
    bool is_pending = false;  ///< the producer's work may still be writing
    bool structs = false;     ///< columns of struct arrays are wanted
    bool as_storage = false;
};

/// In the order of the columns; exactly one without structs. Throws as import_array does.
[[nodiscard]] std::vector<Leaf> read_leaves(const ArrowSchema& schema, const ArrowArray& array, const LeafRules& rules);

}  // namespace ndlease::arrow
