// SPDX-License-Identifier: Apache-2.0
// Items at a stride, written one after the other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace ndlease::cpu {

/// How items of one size and stride (bytes, any sign, 0 too) are packed; made once for a copy.
///
/// The packed bytes are made 16 at a time: each such vector is the union of a few vectors of the source, whose bytes a table moves to their places. After
/// `phases` vectors a whole number of items is packed, and the same tables serve the next items.
struct ItemPacker {
    static constexpr std::int64_t vector_bytes = 16;
    static constexpr std::int64_t most_loads = 4;  ///< vectors of the source for one of the destination
    static constexpr std::int64_t most_phases = 5;
    static constexpr std::int64_t far_stride = 128;  ///< from here on items are moved one by one, and asked for before

    struct Load {
        std::int64_t offset;                                                 ///< bytes from the first of the phases' items
        alignas(vector_bytes) std::array<std::uint8_t, vector_bytes> table;  ///< which of the vector's bytes goes where; 0x80: none
    };

    ItemPacker(std::int64_t item, std::int64_t stride) noexcept;

    std::int64_t item_bytes;
    std::int64_t src_stride;
    std::int64_t phases = 0;      ///< 0: there are no tables
    std::int64_t loads = 0;       ///< of each phase
    std::int64_t items = 0;       ///< that all phases pack
    std::int64_t first_byte = 0;  ///< the lowest that a load of any phase begins at
    std::int64_t last_byte = 0;   ///< the highest that one begins at
    std::array<std::array<Load, most_loads>, most_phases> load;
};

/// Writes `count` items from dst on. Reads nothing outside of the bytes from the lowest item's first to the highest item's last, and writes none but the
/// items'. The sides share no byte.
void pack_items(const ItemPacker& packer, std::byte* dst, const std::byte* src, std::int64_t count) noexcept;

/// Packs as many of the first items as can go straight to whole lines around the caches (cpu/simd/stream.hpp), and returns how many: 0 where this
/// size, stride or address does not allow it, else all but a few.
std::int64_t pack_streamed(const ItemPacker& packer, std::byte* dst, const std::byte* src, std::int64_t count) noexcept;

}  // namespace ndlease::cpu
