// SPDX-License-Identifier: Apache-2.0
#include "view/bounds.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include <ndlease/error.hpp>

namespace ndlease::detail {
namespace {

/// What the data pointer itself leads to: the elements, or the pointers of the first indirect axis.
ByteExtent touched_bytes(const Layout& layout, std::int64_t itemsize) {
    if (!layout.is_indirect()) return layout.byte_extent(itemsize);
    if (layout.is_empty()) return {};
    std::size_t direct = 1;
    while (layout.suboffsets()[static_cast<int>(direct) - 1] < 0) ++direct;
    return Layout(layout.shape().span().first(direct), layout.strides().span().first(direct)).byte_extent(sizeof(void*));
}

bool moves_inside_address_space(std::uintptr_t address, std::int64_t bytes) {
    if (bytes < 0) return address >= std::uintptr_t{0} - static_cast<std::uintptr_t>(bytes);
    return static_cast<std::uintptr_t>(bytes) <= std::numeric_limits<std::uintptr_t>::max() - address;
}

}  // namespace

void check_bounds(const void* data, const Layout& layout, std::int64_t itemsize, const Allocation& allocation) {
    if (allocation.bytes < 0) throw Error(errc::invalid_argument, "the allocation has " + std::to_string(allocation.bytes) + " bytes; it has 0 or more");
    if (allocation.data == nullptr && allocation.bytes > 0) {
        throw Error(errc::invalid_argument, "the allocation is NULL with " + std::to_string(allocation.bytes) + " bytes");
    }
    const ByteExtent extent = touched_bytes(layout, itemsize);
    if (extent.lower == extent.upper) return;
    if (data == nullptr) {
        throw Error(errc::invalid_argument, "data is NULL with " + std::to_string(layout.size()) + " elements of " + std::to_string(itemsize) + " bytes");
    }
    const auto address = reinterpret_cast<std::uintptr_t>(data);
    if (!moves_inside_address_space(address, extent.lower) || !moves_inside_address_space(address, extent.upper)) {
        throw Error(errc::out_of_bounds, "layout " + to_string(layout) + " reaches bytes [" + std::to_string(extent.lower) + ", " +
                                             std::to_string(extent.upper) + ") from the data pointer, which lie outside of the address space");
    }
    if (allocation.bytes == 0) return;
    const auto start = reinterpret_cast<std::uintptr_t>(allocation.data);
    const std::uintptr_t first = address + static_cast<std::uintptr_t>(extent.lower);
    const std::uintptr_t end = address + static_cast<std::uintptr_t>(extent.upper);
    if (first < start || end - start > static_cast<std::uintptr_t>(allocation.bytes)) {
        const auto from_start = [&](std::uintptr_t p) { return std::to_string(static_cast<std::int64_t>(p - start)); };
        throw Error(errc::out_of_bounds, "layout " + to_string(layout) + " of items of " + std::to_string(itemsize) + " bytes reaches bytes [" +
                                             from_start(first) + ", " + from_start(end) + ") of an allocation of " + std::to_string(allocation.bytes) +
                                             " bytes");
    }
}

}  // namespace ndlease::detail
