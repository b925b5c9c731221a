// SPDX-License-Identifier: Apache-2.0
// NumPy's basic indexing syntax as data: integers, slices, one ellipsis, None.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include <ndlease/export.hpp>

namespace ndlease {

struct IndexSlice {
    std::optional<std::int64_t> start, stop, step;
    friend bool operator==(const IndexSlice&, const IndexSlice&) = default;
};
struct IndexEllipsis {
    friend bool operator==(IndexEllipsis, IndexEllipsis) = default;
};
struct IndexNewAxis {
    friend bool operator==(IndexNewAxis, IndexNewAxis) = default;
};
using IndexTerm = std::variant<std::int64_t, IndexSlice, IndexEllipsis, IndexNewAxis>;
using IndexExpression = std::vector<IndexTerm>;

/// Reads "[::2, ::-1, None, ..., 3]", brackets (square, round, or "[(...)]") optional, `np.newaxis` and `newaxis` as None,
/// "()" and "[]" as nothing. Numbers are decimal; one comma may come last.
/// Throws Error{errc::bad_format} with the byte position: for anything else (empty text too), a second ellipsis, a step of 0, a
/// number above 63 bits.
[[nodiscard]] NDLEASE_API IndexExpression parse_index(std::string_view text);

}  // namespace ndlease
