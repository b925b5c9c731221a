// SPDX-License-Identifier: Apache-2.0
// Views to and from any mdspan: std::mdspan, Kokkos', cuda::std::mdspan and CCCL's layout_stride_relaxed, by concept (typed_view.hpp).
// Source: C++23 [views.multidim]; CCCL 3 for layout_stride_relaxed.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include <ndlease/device.hpp>
#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/elements.hpp>
#include <ndlease/interop/keep_alive.hpp>
#include <ndlease/typed_view.hpp>
#include <ndlease/view.hpp>

namespace ndlease {

namespace detail {

/// An accessor of an mdspan that reads element i of pointer p at p[i]: none at all (no such member), or one that answers with a reference.
template <class M>
inline constexpr bool accesses_memory_as_it_is = true;
template <class M>
requires requires { typename M::accessor_type; }
inline constexpr bool accesses_memory_as_it_is<M> = std::same_as<typename M::accessor_type::reference, typename M::element_type&>;

}  // namespace detail

/// An Mdspan over plain memory whose mapping has a stride for each axis.
template <class M>
concept StridedMdspan = Mdspan<M> && std::same_as<typename M::data_handle_type, typename M::element_type*> && detail::accesses_memory_as_it_is<M> &&
    requires(const M& m) {
    { m.data_handle() } -> std::convertible_to<const volatile void*>;
    m.mapping();
    m.mapping().extents();
};

/// The View's elements as an mdspan. It borrows: keep the View, or use keep(). `user`: where the elements are accessed, Device::cuda(n) for a kernel.
/// layout_stride, layout_right and layout_left are checked; strides backwards and of 0 fit where the mapping takes an offset (layout_stride_relaxed).
/// Throws Error as View::typed and TypedView::to_mdspan do.
template <Mdspan M>
[[nodiscard]] M export_mdspan(const View& view, Device user = Device::cpu()) {
    using T = typename M::element_type;
    constexpr auto rank = static_cast<int>(M::extents_type::rank());
    detail::check_typed(view, Format::of<std::remove_const_t<T>>(), rank, !std::is_const_v<T>, static_cast<std::int64_t>(alignof(T)), user);
    // check_typed has seen to it that nobody writes through this when the view is read-only.
    return TypedView<T, rank>(static_cast<T*>(const_cast<void*>(view.data())), view.shape().data(), view.strides().data()).template to_mdspan<M>();
}

/// The mdspan's elements as a View; read-only where its elements are const. `device`: where the memory is. With options.release the View is leased, else it
/// borrows. Any offset of the mapping is kept: data() is element (0,...,0). NULL is accepted where there is no element.
/// Throws Error: errc::bad_layout (the mapping is not strided), errc::overflow (index() is the axis), and what View::lend throws.
template <StridedMdspan M>
[[nodiscard]] View import_mdspan(const M& m, Device device = Device::cpu(), LendOptions options = {}) {
    using T = typename M::element_type;
    using Mapping = typename M::mapping_type;
    constexpr auto rank = static_cast<int>(M::extents_type::rank());
    const Mapping& mapping = m.mapping();
    std::int64_t extents[rank == 0 ? 1 : rank] = {};
    std::int64_t strides[rank == 0 ? 1 : rank] = {};
    bool empty = false;
    for (int axis = 0; axis < rank; ++axis) {
        const auto extent = mapping.extents().extent(static_cast<std::size_t>(axis));
        if (!std::in_range<std::int64_t>(extent))
            throw Error(errc::overflow, "axis " + std::to_string(axis) + " has an extent that does not fit in 63 bits", axis);
        extents[axis] = static_cast<std::int64_t>(extent);
        empty = empty || extent == 0;
    }
    std::int64_t first = 0;
    if constexpr (rank > 0) {
        if (!empty) {
            // A mapping with an offset says that it is not strided, and has strides all the same.
            if constexpr (
                !requires { mapping.offset(); } &&
                requires {
                    { mapping.is_strided() } -> std::convertible_to<bool>;
                }) {
                if (!mapping.is_strided()) throw Error(errc::bad_layout, "the mdspan's mapping has no strides for its axes");
            }
            [&]<std::size_t... Axis>(std::index_sequence<Axis...>) { ((strides[Axis] = static_cast<std::int64_t>(mapping.stride(Axis))), ...); }
            (std::make_index_sequence<static_cast<std::size_t>(rank)>{});
        }
    }
    if constexpr (requires {
                      { mapping.offset() } -> std::convertible_to<std::int64_t>;
                  }) {
        if (!empty) first = static_cast<std::int64_t>(mapping.offset());
    }
    options.read_only = options.read_only || std::is_const_v<T>;
    auto* const data = const_cast<std::remove_cv_t<T>*>(m.data_handle());
    Layout layout = detail::layout_of_elements(rank, extents, strides, static_cast<std::int64_t>(sizeof(T)));
    return View::lend(static_cast<void*>(first == 0 ? data : data + first), device, Format::of<T>(), std::move(layout), std::move(options));
}

/// The same of an object that owns its elements and converts to an mdspan with to_mdspan() (an mdarray), which the View owns from now on.
template <class A>
requires requires(A& array) {
    { array.to_mdspan() } -> StridedMdspan;
}
[[nodiscard]] View import_mdspan(Owned<A> array, Device device = Device::cpu(), LendOptions options = {}) {
    return detail::lend_with_owner(import_mdspan((*array).to_mdspan(), device), array, std::move(options));
}

}  // namespace ndlease
