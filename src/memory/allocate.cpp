// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <utility>

#include <ndlease/error.hpp>
#include <ndlease/memory.hpp>

namespace ndlease {

View allocate(const Format& format, std::span<const std::int64_t> shape, Order order, MemoryResource& resource, StreamRef stream) {
    Layout layout = order == Order::f ? Layout::f_order(shape, format.itemsize()) : Layout::c_order(shape, format.itemsize());
    const std::int64_t bytes = checked_mul(layout.size(), format.itemsize(), "bytes of the array");
    if (bytes == 0) return View::lend(static_cast<void*>(nullptr), resource.device(), format, std::move(layout));
    const auto alignment = static_cast<std::size_t>(std::max<std::int64_t>(default_alignment, format.alignment()));
    return Buffer::make(static_cast<std::size_t>(bytes), resource, stream, alignment).lend(format, std::move(layout));
}

View allocate(const Format& format, std::span<const std::int64_t> shape, Order order, MemoryResource& resource) {
    return allocate(format, shape, order, resource, StreamRef::host());
}

View allocate(const Format& format, std::initializer_list<std::int64_t> shape, Order order, MemoryResource& resource) {
    return allocate(format, std::span<const std::int64_t>(shape.begin(), shape.size()), order, resource);
}

}  // namespace ndlease
