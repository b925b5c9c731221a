// SPDX-License-Identifier: Apache-2.0
#include <ndlease/typed_view.hpp>

#include <algorithm>
#include <string>

#include <ndlease/error.hpp>

namespace ndlease::detail {
namespace {

[[noreturn]] void throw_axis(errc code, int axis, const std::string& why) { throw Error(code, "axis " + std::to_string(axis) + ' ' + why, axis); }

void check_alignment(const View& view, std::int64_t alignment) {
    if (view.layout().is_empty()) return;
    const auto address = reinterpret_cast<std::uintptr_t>(view.data());
    const std::uintptr_t excess = address % static_cast<std::uintptr_t>(alignment);
    const std::string wanted = "the type needs addresses that are multiples of " + std::to_string(alignment);
    if (excess != 0) {
        throw Error(errc::bad_layout,
                    "the view's address is " + std::to_string(excess) + " bytes past a multiple of " + std::to_string(alignment) + "; " + wanted);
    }
    for (int axis = 0; axis < view.rank(); ++axis) {
        if (view.shape()[axis] > 1 && view.strides()[axis] % alignment != 0) {
            throw_axis(errc::bad_layout, axis, "has a stride of " + std::to_string(view.strides()[axis]) + " bytes; " + wanted);
        }
    }
}

/// Strides of C order, counting an extent of 0 as 1; for a view without elements, whose own strides mean nothing.
void fill_c_order(int rank, const std::int64_t* extents, std::int64_t* strides) {
    std::int64_t stride = 1;
    for (int axis = rank - 1; axis >= 0; --axis) {
        strides[axis] = stride;
        std::int64_t next = 0;
        if (mul_fits(stride, std::max<std::int64_t>(extents[axis], 1), &next)) stride = next;
    }
}

/// What layout_stride takes: positive strides by which no element is met twice. (The standard's own words also rule out every second
/// row of a matrix, which its submdspan makes.)
void check_unique(int rank, const std::int64_t* extents, const std::int64_t* strides) {
    for (int axis = 0; axis < rank; ++axis) {
        if (strides[axis] <= 0) {
            throw_axis(errc::bad_layout, axis,
                       "has a stride of " + std::to_string(strides[axis]) + " elements; an mdspan with strides takes only positive ones");
        }
    }
    const Layout layout({extents, static_cast<std::size_t>(rank)}, {strides, static_cast<std::size_t>(rank)});
    if (internal_overlap(layout, 1) != Overlap::no) {
        throw Error(errc::bad_layout,
                    "different indices of " + to_string(layout) + " (strides in elements) reach the same element; an mdspan with strides takes no such layout");
    }
}

void check_index_range(int rank, const std::int64_t* extents, const std::int64_t* strides, const MdspanDemands& demands, bool empty) {
    std::uint64_t reach = 0;  // elements between the first and the last; the distance in bytes fits in 63 bits
    std::uint64_t size = 1;   // fits as well: it is the layout's
    for (int axis = 0; axis < rank; ++axis) {
        if (static_cast<std::uint64_t>(extents[axis]) > demands.largest_index) {
            throw_axis(errc::overflow, axis,
                       "has extent " + std::to_string(extents[axis]) + "; the mdspan's index type ends at " + std::to_string(demands.largest_index));
        }
        if (empty) continue;
        size *= static_cast<std::uint64_t>(extents[axis]);
        reach += static_cast<std::uint64_t>(extents[axis] - 1) * static_cast<std::uint64_t>(std::abs(strides[axis]));
    }
    if (empty) return;
    if (const std::uint64_t most = std::max(size - 1, reach); most >= demands.largest_index) {
        throw Error(errc::overflow, "the view has or spans " + std::to_string(most + 1) + " elements; the mdspan's index type ends at " +
                                        std::to_string(demands.largest_index));
    }
}

}  // namespace

void check_typed(const View& view, const Format& wanted, int rank, bool writes, std::int64_t alignment, Device user) {
    if (!(view.format() == wanted)) {
        throw Error(errc::not_expressible, "the view's items are " + view.format().to_string() + ", not " + wanted.to_string() + " as the type asked for");
    }
    if (view.rank() != rank) {
        throw Error(errc::bad_layout, "the view has rank " + std::to_string(view.rank()) + ", not " + std::to_string(rank) + " as asked for");
    }
    if (writes && view.is_read_only()) throw Error(errc::read_only, "the view is read-only: ask for a const type");
    if (!view.reachable_from(user)) {
        const std::string name = user == Device::cpu() ? "the CPU" : to_string(user);
        throw Error(errc::device, name + " cannot reach memory on " + to_string(view.device()) + "; copy the view to " + name + " first");
    }
    if (view.layout().is_indirect()) throw Error(errc::bad_layout, "typed access does not follow suboffsets: " + to_string(view.layout()));
    check_alignment(view, alignment);
}

void mdspan_strides(int rank, const std::int64_t* extents, const std::int64_t* stride_bytes, std::int64_t itemsize, const MdspanDemands& demands,
                    std::int64_t* strides) {
    const bool empty = std::any_of(extents, extents + rank, [](std::int64_t extent) { return extent == 0; });
    if (empty) fill_c_order(rank, extents, strides);
    for (int axis = 0; axis < rank; ++axis) {
        const std::size_t wanted = demands.static_extents[axis];
        if (wanted != SIZE_MAX && wanted != static_cast<std::size_t>(extents[axis])) {
            throw_axis(errc::bad_layout, axis, "has extent " + std::to_string(extents[axis]) + "; the mdspan has a static extent of " + std::to_string(wanted));
        }
        if (empty) continue;
        if (extents[axis] == 1) {
            strides[axis] = 1;
            continue;
        }
        if (stride_bytes[axis] % itemsize != 0) {
            throw_axis(errc::bad_layout, axis,
                       "has a stride of " + std::to_string(stride_bytes[axis]) + " bytes, no multiple of the " + std::to_string(itemsize) +
                           " bytes of an element; an mdspan counts elements");
        }
        strides[axis] = stride_bytes[axis] / itemsize;
        if (strides[axis] < 0 && !demands.signed_index) {
            throw_axis(errc::bad_layout, axis, "has a stride of " + std::to_string(strides[axis]) + " elements; the mdspan's index type has no sign");
        }
    }
    check_index_range(rank, extents, strides, demands, empty);
    if (demands.unique_strides && !empty) check_unique(rank, extents, strides);
}

void throw_mdspan_stride(int axis, std::int64_t stride, std::int64_t wanted) {
    throw_axis(errc::bad_layout, axis, "has a stride of " + std::to_string(stride) + " elements; the mdspan's layout has " + std::to_string(wanted) + " there");
}

void throw_mdspan_offset(std::int64_t before, std::uint64_t most) {
    throw Error(errc::overflow, std::to_string(before) + " elements lie before element (0,...,0); the mdspan's offset ends at " + std::to_string(most));
}

}  // namespace ndlease::detail
