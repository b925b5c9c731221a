// SPDX-License-Identifier: Apache-2.0
// The checks of one ArrowSchema and one ArrowArray among those that are nested in each other.
#pragma once

#include <cstdint>
#include <string>

#include <ndlease/device.hpp>
#include <ndlease/error.hpp>
#include <ndlease/interop/arrow.hpp>

namespace ndlease::arrow {

/// Where in the tree; for messages.
struct Path {
    const Path* parent = nullptr;
    std::int64_t child = 0;
    int depth = 0;

    /// "Arrow array", "Arrow array.children[0].children[2]".
    [[nodiscard]] std::string to_string() const;
    [[noreturn]] void fail(errc code, const std::string& why, std::int64_t index = -1) const;
};

/// A pair of structs that lie at the same place of their trees, and the elements of the array that its parent uses: `count` from `first`, before its own
/// offset.
struct Level {
    const ArrowSchema& schema;
    const ArrowArray& array;
    std::int64_t first;
    std::int64_t count;
    const Path& path;

    /// The first of those elements in the buffers. Valid after `check`.
    [[nodiscard]] std::int64_t begin() const noexcept { return array.offset + first; }
};

/// What every pair has to obey; the buffers and children are as many as said. Throws as import_array does.
void check_level(const Level& level);
void check_counts(const Level& level, std::int64_t buffers, std::int64_t children);
/// Refuses nulls among the elements; where they are not counted they are counted here, in memory that the host may read now.
void check_nulls(const Level& level, Device device, bool is_pending);

}  // namespace ndlease::arrow
