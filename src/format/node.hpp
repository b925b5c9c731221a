// SPDX-License-Identifier: Apache-2.0
// The node behind a Format. Immutable once a Format has it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <ndlease/format.hpp>

namespace ndlease::detail {

/// What one scalar is; sizes in bytes.
struct ScalarSpec {
    Kind kind;
    ByteOrder order;
    std::int64_t bits;
    std::int64_t itemsize;
    std::int64_t alignment;
};

struct FormatNode {
    mutable std::atomic<std::int64_t> references{1};
    std::int64_t bits;
    std::int64_t itemsize;
    std::int64_t alignment;
    Kind kind;
    ByteOrder order;
    std::uint8_t depth = 1;
    bool interned = false;  ///< lives as long as the process and is not counted
    bool has_parts = false;
    bool native;
    bool addresses;

    explicit constexpr FormatNode(const ScalarSpec& spec) noexcept
        : bits(spec.bits),
          itemsize(spec.itemsize),
          alignment(spec.alignment),
          kind(spec.kind),
          order(spec.order),
          native(spec.order == ByteOrder::none || spec.order == ByteOrder::native),
          addresses(spec.kind == Kind::pointer || spec.kind == Kind::function || spec.kind == Kind::py_object) {}
};

/// A node with more than numbers: record, sub-array, pointer to a target, time with a unit.
struct PartsNode : FormatNode {
    Dims shape;
    std::vector<Field> fields;
    std::optional<Format> inner;  ///< a sub-array's element, a pointer's target
    std::string unit;

    explicit PartsNode(const ScalarSpec& spec) noexcept : FormatNode(spec) { has_parts = true; }
};

[[nodiscard]] inline const PartsNode* parts_of(const FormatNode* node) noexcept { return node->has_parts ? static_cast<const PartsNode*>(node) : nullptr; }

/// The interned node for this scalar, or NULL where it is not a common one.
[[nodiscard]] const FormatNode* find_interned(const ScalarSpec& spec) noexcept;

/// The interned number or address of that many bits with its natural size and alignment, or NULL where there is none.
[[nodiscard]] const FormatNode* find_natural(Kind kind, std::int64_t bits, ByteOrder order) noexcept;

/// An unsigned byte.
[[nodiscard]] const FormatNode* byte_node() noexcept;

// The makers below check no meaning, only depth and overflow; a Format that reaches a user comes through Format's makers or the parser.

[[nodiscard]] Format make_scalar(const ScalarSpec& spec);
[[nodiscard]] Format make_pointer(const std::optional<Format>& target, ByteOrder order, std::int64_t itemsize, std::int64_t alignment);
[[nodiscard]] Format make_record(std::vector<Field>&& fields, std::int64_t itemsize, std::int64_t alignment);
/// Merges the dimensions of an element that is a sub-array itself; an empty shape gives the element.
[[nodiscard]] Format make_subarray(const Format& element, std::span<const std::int64_t> shape);

/// The index of the first field whose name an earlier one has; -1 when all names differ. Unnamed fields have none.
[[nodiscard]] std::ptrdiff_t find_repeated_name(std::span<const Field> fields);

/// `offset` rounded up to a multiple of `alignment`, a power of two; throws Error{errc::overflow}.
[[nodiscard]] std::int64_t align_up(std::int64_t offset, std::int64_t alignment);

/// 8 * `itemsize`, or the largest number where that does not fit.
[[nodiscard]] constexpr std::int64_t bits_of_bytes(std::int64_t itemsize) noexcept {
    std::int64_t bits = 0;
    return __builtin_mul_overflow(itemsize, std::int64_t{8}, &bits) ? INT64_MAX : bits;
}

/// Bytes of one unit of a text kind.
[[nodiscard]] constexpr std::int64_t unit_size(Kind kind) noexcept {
    if (kind == Kind::ucs4) return 4;
    return kind == Kind::ucs2 ? 2 : 1;
}

}  // namespace ndlease::detail
