// SPDX-License-Identifier: Apache-2.0
#include "cpu/item.hpp"
#include "cpu/simd/fill.hpp"

namespace ndlease::cpu {

void fill_items(std::byte* dst, const std::byte* item, std::int64_t item_bytes, std::int64_t count, bool) noexcept {
    with_item(item_bytes, [=](auto fixed) { move_items(fixed, dst, fixed.size, item, 0, count); });
}

}  // namespace ndlease::cpu
