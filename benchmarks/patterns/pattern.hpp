// SPDX-License-Identifier: Apache-2.0
// The benchmark suite: named copies between two strided arrays, the same for every tool and peer that measures.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <ndlease/format.hpp>

#include "strided.hpp"

namespace ndlease::patterns {

/// What happens to an item on the way.
enum class Change : std::uint8_t { none, byte_order, f32_to_bf16, u8_to_f32, f32_to_f64 };

/// One copy of one size. Both sides have the same shape.
struct Copy {
    Strided src, dst;
    Format src_format, dst_format;
    Change change = Change::none;

    /// Payload: the different items read and the items written, in bytes.
    [[nodiscard]] std::int64_t useful_bytes() const;
    /// What memory moves at least, in 64-byte granules: those touched on both sides, and again those written only in part.
    /// An estimate for unaligned rows, exact where rows start at granules.
    [[nodiscard]] std::int64_t modelled_bytes() const;
};

struct Pattern {
    std::string name;
    std::string why;
    /// The copy whose larger side takes about `bytes` bytes of memory, never more.
    std::function<Copy(std::int64_t bytes)> make;
};

/// Every pattern, in the order of the suite.
[[nodiscard]] const std::vector<Pattern>& suite();

/// Bytes of a size class: "S" 64 KiB (cache), "M" 32 MiB, "L" 1 GiB. 0 for any other name.
[[nodiscard]] std::int64_t class_bytes(std::string_view size) noexcept;

}  // namespace ndlease::patterns
