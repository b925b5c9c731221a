// SPDX-License-Identifier: Apache-2.0
// What a copy must do, said as plainly as possible: a loop over all indices on bytes in an arena that both sides may share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "copy/random_source.hpp"

#include <ndlease/view.hpp>

namespace ndlease::testing {

using Numbers = std::vector<std::int64_t>;

/// All memory of one case: views, pointer tables, the gaps between and guards around them, filled at random.
class Arena {
public:
    Arena(Random& random, std::int64_t bytes);

    /// `bytes` somewhere in the unused rest, with a gap before of at least `guard_bytes`; offset from the arena's start.
    std::int64_t take(Random& random, std::int64_t bytes);
    [[nodiscard]] std::byte* at(std::int64_t offset) noexcept { return bytes_.data() + offset; }
    [[nodiscard]] std::int64_t offset_of(const void* address) const noexcept { return static_cast<const std::byte*>(address) - bytes_.data(); }
    [[nodiscard]] const std::vector<std::byte>& bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::int64_t size() const noexcept { return static_cast<std::int64_t>(bytes_.size()); }

private:
    static constexpr std::int64_t guard_bytes = 32;
    std::vector<std::byte> bytes_;
    std::int64_t used_ = 0;
};

/// One side of a copy, in an arena.
struct Side {
    Numbers shape, strides;
    Numbers suboffsets;  ///< empty: none
    std::int64_t itemsize = 1;
    std::int64_t data = 0;  ///< element (0,...,0): offset in the arena

    [[nodiscard]] int rank() const noexcept { return static_cast<int>(shape.size()); }
    [[nodiscard]] std::int64_t size() const noexcept;
    [[nodiscard]] View view(Arena& arena, const Format& format) const;
    [[nodiscard]] View view(Arena& arena) const { return view(arena, Format::opaque(itemsize)); }
    /// "(2,3):(12,4)" with items and offset, for messages.
    [[nodiscard]] std::string to_string() const;
};

/// The indices of element number `n` in C order; *indices has the shape's length.
void set_indices(const Numbers& shape, std::int64_t n, Numbers* indices);
/// Where an element lies in the arena; pointers are read from there and point into it. The indices may be those of a larger
/// shape that `side` is broadcast to: missing axes and axes of extent 1 stand still.
[[nodiscard]] std::int64_t locate(const Side& side, const Numbers& indices, const Arena& arena);

/// Whether two elements share a byte.
[[nodiscard]] bool overlaps_itself(const Side& side, const Arena& arena);
/// The arena's bytes after the copy; `convert` (if any) makes a destination item from a source item.
using ItemFunction = void (*)(std::byte* dst_item, const std::byte* src_item, std::int64_t itemsize);
[[nodiscard]] std::vector<std::byte> expected_after_copy(const Arena& arena, const Side& dst, const Side& src, ItemFunction convert = nullptr);

}  // namespace ndlease::testing
