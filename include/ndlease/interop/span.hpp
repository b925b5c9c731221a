// SPDX-License-Identifier: Apache-2.0
// Views to and from std::span, and from whatever a std::span can show: std::vector, std::array.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include <ndlease/device.hpp>
#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/keep_alive.hpp>
#include <ndlease/typed_view.hpp>
#include <ndlease/view.hpp>

namespace ndlease {

/// The elements of a View of any rank that is contiguous in `order`, in that order. The span borrows: keep the View, or use keep(). `user`: where the elements
/// are accessed. Throws Error as View::typed does; errc::bad_layout, too, where the View is not contiguous (a copy by contiguous() is), or has
/// another number of elements than a span of static Extent.
template <class T, std::size_t Extent = std::dynamic_extent>
[[nodiscard]] std::span<T, Extent> export_span(const View& view, Order order = Order::c, Device user = Device::cpu()) {
    detail::check_typed(view, Format::of<std::remove_const_t<T>>(), view.rank(), !std::is_const_v<T>, static_cast<std::int64_t>(alignof(T)), user);
    if (!view.is_contiguous(order)) {
        throw Error(errc::bad_layout, to_string(view.layout()) + " is not contiguous, as a span must be; contiguous() makes a copy that is");
    }
    const auto count = static_cast<std::size_t>(view.size());
    if (Extent != std::dynamic_extent && count != Extent) {
        throw Error(errc::bad_layout, "the view has " + std::to_string(count) + " elements; the span has a static extent of " + std::to_string(Extent));
    }
    return std::span<T, Extent>(static_cast<T*>(const_cast<void*>(view.data())), count);
}

/// A View of rank 1; read-only where the elements are const. `device`: where the memory is. With options.release the View is leased, else it borrows.
/// Throws what View::lend throws.
template <class T, std::size_t Extent>
[[nodiscard]] View import_span(std::span<T, Extent> span, Device device = Device::cpu(), LendOptions options = {}) {
    options.read_only = options.read_only || std::is_const_v<T>;
    void* const data = const_cast<std::remove_cv_t<T>*>(span.data());
    return View::lend(data, device, Format::of<T>(), Layout::c_order({static_cast<std::int64_t>(span.size())}, static_cast<std::int64_t>(sizeof(T))),
                      std::move(options));
}
/// What a container holds (std::vector, std::array): own(std::move(vector)) is owned by the View, an lvalue is borrowed.
template <std::ranges::contiguous_range R>
requires std::ranges::sized_range<R>
[[nodiscard]] View import_span(R& range, Device device = Device::cpu(), LendOptions options = {}) {
    return import_span(std::span(range), device, std::move(options));
}
template <std::ranges::contiguous_range R>
requires std::ranges::sized_range<R>
[[nodiscard]] View import_span(Owned<R> range, Device device = Device::cpu(), LendOptions options = {}) {
    return detail::lend_with_owner(import_span(std::span(*range), device), range, std::move(options));
}

}  // namespace ndlease
