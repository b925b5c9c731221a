// SPDX-License-Identifier: Apache-2.0
// Random sides of copies: shapes, strides of all kinds, broadcast shapes, pointer tables.
#pragma once

#include "copy/loop_oracle.hpp"

namespace ndlease::testing {

struct ShapeLimits {
    int least_rank = 0;
    int most_rank = 6;
    std::int64_t most_extent = 12;
    std::int64_t most_elements = 160;
};

/// Extents of 0 and 1 included.
[[nodiscard]] Numbers random_shape(Random& random, const ShapeLimits& limits);
/// 1 to 40, frequent sizes more often.
[[nodiscard]] std::int64_t random_itemsize(Random& random);
/// A shape that broadcasts to `shape`: axes of it set to 1, leading axes dropped, or leading 1s added.
[[nodiscard]] Numbers random_broadcast_source(Random& random, const Numbers& shape);

/// Strides for which no two elements share memory: axes nested in a random order, with gaps and signs.
[[nodiscard]] Numbers nested_strides(Random& random, const Numbers& shape, std::int64_t itemsize);
/// Any strides, of any sign, zero, and no multiple of anything.
[[nodiscard]] Numbers wild_strides(Random& random, const Numbers& shape, std::int64_t itemsize);

/// A side in its own part of the arena.
[[nodiscard]] Side place(Random& random, Arena& arena, const Numbers& shape, const Numbers& strides, std::int64_t itemsize);
/// Two sides whose bytes are placed at random over each other.
void place_overlapping(Random& random, Arena& arena, Side* a, Side* b);
/// A side some of whose axes lead over pointers.
[[nodiscard]] Side place_indirect(Random& random, Arena& arena, const Numbers& shape, std::int64_t itemsize);

/// The bytes that such a side needs in an arena, gaps included; an upper limit.
[[nodiscard]] std::int64_t bytes_needed(const Numbers& shape, const Numbers& strides, std::int64_t itemsize);

}  // namespace ndlease::testing
