// SPDX-License-Identifier: Apache-2.0
// The fields of a Format as a flat list, in the order in which people read them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <ndlease/format.hpp>

namespace ndlease::tool {

/// A field, or the item itself where it is no record. `offset` counts from the start of the outermost item; in an array of
/// records it is the first element's.
struct FieldLine {
    std::string path;  ///< "pose.x"; a field without a name is "#2", its number in its record
    int depth;
    std::int64_t offset;
    Format format;   ///< of the whole field
    Format element;  ///< what is left when sub-array extents are taken off
    Dims shape;      ///< those extents
    char key;        ///< the letter of a field that holds no others, which draw_bytes uses; else ' '
};

/// `format` without its sub-array extents, which are appended to `shape`.
[[nodiscard]] Format peel(Format format, Dims& shape);

[[nodiscard]] std::vector<FieldLine> list_fields(const Format& format);

/// The letter of leaf number `leaf`, counted from 0 in the order of list_fields; letters repeat after 62.
[[nodiscard]] char leaf_key(std::int64_t leaf) noexcept;

}  // namespace ndlease::tool
