// SPDX-License-Identifier: Apache-2.0
// NumPy leaves the padding at the end of a record out of its strings. Behind a repeated record that padding comes out as one gap,
// as if the elements lay closer together than they do.
#pragma once

#include <cstdint>
#include <span>

#include <ndlease/format.hpp>

namespace ndlease::detail {

[[nodiscard]] bool is_repeated_record(const Format& format);

/// Some gap behind a repeated record, in a record of `size` bytes, is large enough to be the elements' own padding.
[[nodiscard]] bool may_have_lost_tails(std::span<const Field> fields, std::int64_t size);

}  // namespace ndlease::detail
