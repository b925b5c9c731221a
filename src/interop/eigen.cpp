// SPDX-License-Identifier: Apache-2.0
#include <ndlease/interop/eigen.hpp>

#include <algorithm>

namespace ndlease::detail {
namespace {

void check_fixed(std::int64_t extent, int fixed, const char* what, int axis) {
    if (fixed >= 0 && extent != fixed) {
        throw Error(errc::bad_layout, "the view has " + std::to_string(extent) + ' ' + what + ", the map's type has " + std::to_string(fixed), axis);
    }
}

void check_stride(std::int64_t wanted, std::int64_t has, int axis) {
    if (wanted == has) return;
    throw Error(
        errc::bad_layout,
        "axis " + std::to_string(axis) + " has a stride of " + std::to_string(wanted) + " elements; the map's type has " + std::to_string(has) + " there",
        axis);
}

}  // namespace

EigenShape eigen_shape(const View& view, int fixed_rows, int fixed_columns, bool is_row_major) {
    const bool vector = fixed_rows == 1 || fixed_columns == 1;
    if (view.rank() != 2 && !(vector && view.rank() == 1)) {
        throw Error(errc::bad_layout,
                    "the view has rank " + std::to_string(view.rank()) + "; an Eigen map takes rank 2" + (vector ? ", or 1 for a vector" : ""));
    }
    const Dims strides = element_strides(view, "Eigen");
    EigenShape shape;
    int row_axis = 0;
    int column_axis = 1;
    if (view.rank() == 1) {
        const bool across = fixed_rows == 1 && fixed_columns != 1;
        row_axis = across ? -1 : 0;
        column_axis = across ? 0 : -1;
    }
    const auto extent = [&](int axis) { return axis < 0 ? 1 : view.shape()[axis]; };
    shape.rows = extent(row_axis);
    shape.columns = extent(column_axis);
    check_fixed(shape.rows, fixed_rows, "rows", std::max(row_axis, 0));
    check_fixed(shape.columns, fixed_columns, "columns", std::max(column_axis, 0));
    shape.inner_axis = is_row_major ? column_axis : row_axis;
    shape.outer_axis = is_row_major ? row_axis : column_axis;
    // A vector's elements follow each other by the inner stride, whichever axis they lie on.
    if (vector && extent(shape.inner_axis) <= 1) std::swap(shape.inner_axis, shape.outer_axis);
    shape.inner_extent = extent(shape.inner_axis);
    shape.outer_extent = extent(shape.outer_axis);
    const bool empty = view.layout().is_empty();
    const auto stride = [&](int axis, std::int64_t packed) { return axis < 0 || empty || view.shape()[axis] == 1 ? packed : strides[axis]; };
    shape.inner = stride(shape.inner_axis, 1);
    shape.outer = stride(shape.outer_axis, std::max<std::int64_t>(1, shape.inner_extent));
    return shape;
}

void check_eigen_strides(const EigenShape& wanted, std::int64_t inner, std::int64_t outer) {
    if (wanted.inner_extent == 0 || wanted.outer_extent == 0) return;
    if (wanted.inner_extent > 1) check_stride(wanted.inner, inner, wanted.inner_axis);
    if (wanted.outer_extent > 1) check_stride(wanted.outer, outer, wanted.outer_axis);
}

void check_eigen_alignment(const void* data, int alignment) {
    if (alignment <= 0) return;
    if (const std::uintptr_t excess = reinterpret_cast<std::uintptr_t>(data) % static_cast<std::uintptr_t>(alignment); excess != 0) {
        throw Error(errc::bad_layout, "the view's address is " + std::to_string(excess) + " bytes past a multiple of " + std::to_string(alignment) +
                                          ", which the map's type promises");
    }
}

}  // namespace ndlease::detail
