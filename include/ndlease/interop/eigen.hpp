// SPDX-License-Identifier: Apache-2.0
// Views to Eigen::Map and from Eigen's objects with memory of their own or of others. No header of Eigen is needed: the templates go by Eigen's names of
// members. Source: Eigen 3.4, Map, Stride (strides may be negative).
#pragma once

#include <concepts>
#include <cstdint>
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

/// Map<Plain, Alignment, Stride> in parts.
template <class Map>
struct EigenMap : std::false_type {};
template <template <class, int, class> class Map, class PlainOrConst, int Alignment, class StrideType>
struct EigenMap<Map<PlainOrConst, Alignment, StrideType>> : std::true_type {
    using Plain = std::remove_const_t<PlainOrConst>;
    using Scalar = typename Plain::Scalar;
    using Element = std::conditional_t<std::is_const_v<PlainOrConst>, const Scalar, Scalar>;
    using Stride = StrideType;
    static constexpr int alignment = Alignment;
};

/// Rows and columns of a View as an Eigen map wants them; strides in elements.
struct EigenShape {
    std::int64_t rows = 0, columns = 0;
    std::int64_t inner = 1, outer = 1;
    std::int64_t inner_extent = 0, outer_extent = 0;
    int inner_axis = -1, outer_axis = -1;  ///< of the View; -1: it has none
};
/// `fixed_rows` and `fixed_columns`: -1 for any. Throws Error{errc::bad_layout} for another shape, and as element_strides does.
[[nodiscard]] NDLEASE_API EigenShape eigen_shape(const View& view, int fixed_rows, int fixed_columns, bool is_row_major);
/// Throws Error{errc::bad_layout} where an axis that moves has another stride than the map.
NDLEASE_API void check_eigen_strides(const EigenShape& wanted, std::int64_t inner, std::int64_t outer);
NDLEASE_API void check_eigen_alignment(const void* data, int alignment);

}  // namespace detail

/// The View's elements as an Eigen::Map: export_eigen<Eigen::Map<Eigen::MatrixXf, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>>>(view). A vector type takes
/// rank 1, or rank 2 of its shape. Strides that Map fixes or leaves out must be the View's; negative ones are fine where they are Dynamic. The map borrows:
/// keep the View, or use keep(). Throws Error as View::typed does; errc::bad_layout, index() is the axis, for shapes and strides that do not fit (a copy by
/// contiguous() has the strides of a plain map), and for addresses that are not aligned as Map promises.
template <class Map>
requires(detail::EigenMap<Map>::value) [[nodiscard]] Map export_eigen(const View& view) {
    using Parts = detail::EigenMap<Map>;
    using T = typename Parts::Element;
    using Plain = typename Parts::Plain;
    using Stride = typename Parts::Stride;
    constexpr int fixed_inner = Stride::InnerStrideAtCompileTime;
    constexpr int fixed_outer = Stride::OuterStrideAtCompileTime;
    detail::check_typed(view, Format::of<typename Parts::Scalar>(), view.rank(), !std::is_const_v<T>, static_cast<std::int64_t>(alignof(T)));
    detail::check_eigen_alignment(view.data(), Parts::alignment);
    const detail::EigenShape shape =
        detail::eigen_shape(view, static_cast<int>(Plain::RowsAtCompileTime), static_cast<int>(Plain::ColsAtCompileTime), static_cast<bool>(Plain::IsRowMajor));
    const auto stride = [&] {
        const auto inner = static_cast<std::ptrdiff_t>(fixed_inner == -1 ? shape.inner : fixed_inner);
        const auto outer = static_cast<std::ptrdiff_t>(fixed_outer == -1 ? shape.outer : fixed_outer);
        if constexpr (std::constructible_from<Stride, std::ptrdiff_t, std::ptrdiff_t>) {
            return Stride(outer, inner);
        } else if constexpr (fixed_outer == 0) {
            return Stride(inner);
        } else {
            return Stride(outer);
        }
    }();
    T* const data = static_cast<T*>(const_cast<void*>(view.data()));  // check_typed: not for writing where the view is read-only
    Map map(data, static_cast<std::ptrdiff_t>(shape.rows), static_cast<std::ptrdiff_t>(shape.columns), stride);
    detail::check_eigen_strides(shape, static_cast<std::int64_t>(map.innerStride()), static_cast<std::int64_t>(map.outerStride()));
    return map;
}

/// Eigen's expressions that have memory: Matrix, Array, Map, Ref, Block.
template <class X>
concept EigenDense = requires(X& x) {
    typename std::remove_const_t<X>::Scalar;
    x.data();
    x.rows();
    x.cols();
    x.innerStride();
    x.outerStride();
    static_cast<bool>(std::remove_const_t<X>::IsRowMajor);
    static_cast<bool>(std::remove_const_t<X>::IsVectorAtCompileTime);
};

/// Rank 2, (rows, columns) whatever the storage order, or rank 1 for a vector type; read-only where x gives const elements. With options.release the View is
/// leased, else it borrows. Throws Error{errc::overflow}, and what View::lend throws.
template <EigenDense X>
[[nodiscard]] View import_eigen(X& x, Device device = Device::cpu(), LendOptions options = {}) {
    using Plain = std::remove_const_t<X>;
    using T = typename Plain::Scalar;
    constexpr bool vector = static_cast<bool>(Plain::IsVectorAtCompileTime);
    constexpr bool by_rows = static_cast<bool>(Plain::IsRowMajor);
    auto* const data = x.data();
    options.read_only = options.read_only || std::is_const_v<std::remove_pointer_t<decltype(x.data())>>;
    const auto inner = static_cast<std::int64_t>(x.innerStride());
    const auto outer = static_cast<std::int64_t>(x.outerStride());
    const std::int64_t extents[] = {static_cast<std::int64_t>(vector ? x.size() : x.rows()), static_cast<std::int64_t>(x.cols())};
    const std::int64_t strides[] = {vector || !by_rows ? inner : outer, by_rows ? inner : outer};
    Layout layout = detail::layout_of_elements(vector ? 1 : 2, extents, strides, static_cast<std::int64_t>(sizeof(T)));
    return View::lend(const_cast<T*>(data), device, Format::of<T>(), std::move(layout), std::move(options));
}
/// The View owns the matrix: import_eigen(own(std::move(matrix))).
template <EigenDense X>
[[nodiscard]] View import_eigen(Owned<X> x, LendOptions options = {}) {
    return detail::lend_with_owner(import_eigen(*x), x, std::move(options));
}

}  // namespace ndlease
