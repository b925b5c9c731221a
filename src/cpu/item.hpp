// SPDX-License-Identifier: Apache-2.0
// Items by size: frequent sizes are compile-time constants, so that moving one is a few loads and stores. Addresses need no alignment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace ndlease::cpu {

template <std::size_t N>
struct FixedItem {
    static constexpr std::int64_t size = N;
    static void move(std::byte* dst, const std::byte* src) noexcept { std::memcpy(dst, src, N); }
};

struct AnyItem {
    std::int64_t size;
    void move(std::byte* dst, const std::byte* src) const noexcept { std::memcpy(dst, src, static_cast<std::size_t>(size)); }
};

/// Calls f with a FixedItem where there is one of this size, else with an AnyItem.
template <class F>
void with_item(std::int64_t size, F&& f) {
    switch (size) {
        case 1: f(FixedItem<1>{}); break;
        case 2: f(FixedItem<2>{}); break;
        case 3: f(FixedItem<3>{}); break;
        case 4: f(FixedItem<4>{}); break;
        case 6: f(FixedItem<6>{}); break;
        case 8: f(FixedItem<8>{}); break;
        case 12: f(FixedItem<12>{}); break;
        case 16: f(FixedItem<16>{}); break;
        case 24: f(FixedItem<24>{}); break;
        case 32: f(FixedItem<32>{}); break;
        default: f(AnyItem{size}); break;
    }
}

/// `count` items from stride to stride (bytes).
template <class Item>
void move_items(Item item, std::byte* dst, std::int64_t dst_stride, const std::byte* src, std::int64_t src_stride, std::int64_t count) noexcept {
    for (std::int64_t i = 0; i < count; ++i) item.move(dst + i * dst_stride, src + i * src_stride);
}

}  // namespace ndlease::cpu
