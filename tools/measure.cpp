// SPDX-License-Identifier: Apache-2.0
#include "measure.hpp"

#include <algorithm>

namespace ndlease::tool {

std::int64_t Case::run_bytes() const { return std::max<std::int64_t>(1, useful_bytes() / 2); }

Result describe(const Case& what) {
    const patterns::Copy& first = what.copies.front();
    Result result;
    result.name = what.name;
    result.family = what.family;
    result.item = first.src_format.to_string();
    result.itemsize = first.src.itemsize;
    result.shape = first.dst.shape;
    result.src_strides = first.src.strides;
    result.dst_strides = first.dst.strides;
    result.copies = static_cast<std::int64_t>(what.copies.size());
    result.useful_bytes = what.useful_bytes();
    result.modelled_bytes = patterns::modelled_bytes(what.copies);
    return result;
}

Rotation rotation_for(std::int64_t src_bytes, std::int64_t dst_bytes, std::int64_t cache_bytes) {
    constexpr std::int64_t page = 4096;  // bytes; every slot keeps the alignment of the first
    Rotation rotation;
    rotation.src_step = (src_bytes + page - 1) / page * page;
    rotation.dst_step = (dst_bytes + page - 1) / page * page;
    const std::int64_t pair = rotation.src_step + rotation.dst_step;
    if (pair < 4 * cache_bytes) rotation.slots = std::max<std::int64_t>(2, 4 * cache_bytes / pair + 1);
    if (rotation.slots % 7 == 0) ++rotation.slots;  // or slot() would not reach all of them
    return rotation;
}

}  // namespace ndlease::tool
