// SPDX-License-Identifier: Apache-2.0
#include "cpu/item.hpp"
#include "cpu/simd/pack.hpp"

namespace ndlease::cpu {

void pack_items(const ItemPacker& packer, std::byte* dst, const std::byte* src, std::int64_t count) noexcept {
    with_item(packer.item_bytes, [&](auto item) { move_items(item, dst, item.size, src, packer.src_stride, count); });
}

std::int64_t pack_streamed(const ItemPacker&, std::byte*, const std::byte*, std::int64_t) noexcept { return 0; }

}  // namespace ndlease::cpu
