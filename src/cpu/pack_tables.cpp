// SPDX-License-Identifier: Apache-2.0
// Which bytes of the source make a vector of packed items.
#include <algorithm>
#include <numeric>

#include "cpu/simd/pack.hpp"

namespace ndlease::cpu {
namespace {

constexpr std::int64_t vector_bytes = ItemPacker::vector_bytes;
constexpr std::uint8_t none = 0x80;

/// The loads of one phase; returns how many there are, more than most_loads if there is no room for all.
std::int64_t fill_phase(std::int64_t first_packed, std::int64_t item, std::int64_t stride,
                        std::array<ItemPacker::Load, ItemPacker::most_loads>* loads) noexcept {
    std::array<std::int64_t, vector_bytes> position;
    std::int64_t at = first_packed / item;
    std::int64_t within = first_packed % item;
    for (std::int64_t& p : position) {
        p = at * stride + within;
        if (++within == item) {
            within = 0;
            ++at;
        }
    }
    unsigned left = (1U << vector_bytes) - 1;
    std::int64_t count = 0;
    for (; left != 0; ++count) {
        if (count == ItemPacker::most_loads) return count + 1;
        // Each load begins with the lowest byte that is still missing, or ends with the highest, so that the first items' loads stay on this side of them.
        ItemPacker::Load& load = (*loads)[static_cast<std::size_t>(count)];
        bool found = false;
        for (std::size_t b = 0; b < vector_bytes; ++b) {
            if ((left >> b & 1U) == 0) continue;
            const std::int64_t offset = stride < 0 ? position[b] + 1 - vector_bytes : position[b];
            if (!found || (stride < 0 ? offset > load.offset : offset < load.offset)) load.offset = offset;
            found = true;
        }
        for (std::size_t b = 0; b < vector_bytes; ++b) {
            const std::int64_t place = position[b] - load.offset;
            const bool mine = (left >> b & 1U) != 0 && place >= 0 && place < vector_bytes;
            load.table[b] = mine ? static_cast<std::uint8_t>(place) : none;
            if (mine) left &= ~(1U << b);
        }
    }
    return count;
}

}  // namespace

ItemPacker::ItemPacker(std::int64_t item, std::int64_t stride) noexcept : item_bytes(item), src_stride(stride) {
    const std::int64_t step = stride < 0 ? -stride : stride;
    if (item > 2 * vector_bytes || item % vector_bytes == 0 || step == 0 || step >= far_stride) return;
    const std::int64_t wanted = item / std::gcd(item, vector_bytes);
    if (wanted > most_phases) return;
    std::array<std::int64_t, most_phases> used{};
    for (std::int64_t p = 0; p < wanted; ++p) {
        used[static_cast<std::size_t>(p)] = fill_phase(p * vector_bytes, item, stride, &load[static_cast<std::size_t>(p)]);
        loads = std::max(loads, used[static_cast<std::size_t>(p)]);
        if (loads > most_loads) return;
    }
    first_byte = last_byte = load[0][0].offset;
    for (std::size_t p = 0; p < static_cast<std::size_t>(wanted); ++p) {
        for (std::size_t i = 0; i < static_cast<std::size_t>(loads); ++i) {
            if (i >= static_cast<std::size_t>(used[p])) {  // every phase has as many, so that one loop serves all
                load[p][i].offset = load[p][0].offset;
                load[p][i].table.fill(none);
            }
            first_byte = std::min(first_byte, load[p][i].offset);
            last_byte = std::max(last_byte, load[p][i].offset);
        }
    }
    phases = wanted;
    items = wanted * vector_bytes / item;
}

}  // namespace ndlease::cpu
