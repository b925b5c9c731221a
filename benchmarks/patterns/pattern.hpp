// SPDX-License-Identifier: Apache-2.0
// The benchmark suite: named copies between strided arrays, the same for every tool and peer that measures.
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
enum class Change : std::uint8_t { none, byte_order, f32_to_bf16, f32_to_f16, u8_to_f32, f32_to_f64 };
[[nodiscard]] const char* to_string(Change change) noexcept;

/// Where the two sides lie: both in host memory, both on one device, or one each.
enum class Direction : std::uint8_t { cpu, d2d, h2d, d2h };
[[nodiscard]] const char* to_string(Direction direction) noexcept;

/// How a pattern's size follows from a size class.
enum class Scale : std::uint8_t {
    sized,  ///< S, M and L
    fixed,  ///< the same in S, M and L: what matters is that it is small
    huge,   ///< class H alone: its offsets or counts need more than 32 bits
};

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
    /// The copy whose larger side takes about `bytes` bytes of memory, never more. Of a batch, its first copy.
    std::function<Copy(std::int64_t bytes)> make;
    /// The family that it is a variant of: 1 contiguous, 2 misaligned, ... as tests/tools/suite_test.cpp lists them.
    int family = 0;
    std::vector<Direction> directions{Direction::cpu, Direction::d2d};  ///< that it is meant for
    Scale scale = Scale::sized;
    /// Of a batch (independent copies between two buffers, made together): all of them. Else empty.
    std::function<std::vector<Copy>(std::int64_t bytes)> make_batch;

    /// All copies; one, unless it is a batch.
    [[nodiscard]] std::vector<Copy> copies(std::int64_t bytes) const;
    [[nodiscard]] bool is_for(Direction direction) const;
    /// Whether it belongs to the class "S", "M", "L" or "H".
    [[nodiscard]] bool is_in_class(std::string_view size) const noexcept;
};

/// Every pattern, in the order of the suite.
[[nodiscard]] const std::vector<Pattern>& suite();

/// Bytes of a size class: "S" 64 KiB (cache), "M" 32 MiB, "L" 1 GiB, "H" a little above 8 GiB. 0 for any other name.
[[nodiscard]] std::int64_t class_bytes(std::string_view size) noexcept;

// Of the copies of one pattern together.
[[nodiscard]] std::int64_t useful_bytes(const std::vector<Copy>& copies);
[[nodiscard]] std::int64_t modelled_bytes(const std::vector<Copy>& copies);
[[nodiscard]] std::int64_t src_buffer_bytes(const std::vector<Copy>& copies);
[[nodiscard]] std::int64_t dst_buffer_bytes(const std::vector<Copy>& copies);

}  // namespace ndlease::patterns
