// SPDX-License-Identifier: Apache-2.0
#include <ndlease/interop/elements.hpp>

#include <algorithm>
#include <string>

#include <ndlease/error.hpp>
#include <ndlease/format_codes.hpp>

namespace ndlease::detail {

Dims element_strides(const View& view, const char* library) {
    if (view.layout().is_indirect()) throw Error(errc::bad_layout, std::string(library) + " follows no suboffsets: " + to_string(view.layout()));
    Dims strides(view.rank(), 0);
    if (view.layout().is_empty()) return strides;
    const std::int64_t itemsize = view.itemsize();
    for (int axis = 0; axis < view.rank(); ++axis) {
        if (view.shape()[axis] == 1) continue;
        const std::int64_t bytes = view.strides()[axis];
        if (itemsize == 0 || bytes % itemsize != 0) {
            throw Error(errc::bad_layout,
                        "axis " + std::to_string(axis) + " has a stride of " + std::to_string(bytes) + " bytes, no multiple of the " +
                            std::to_string(itemsize) + " bytes of an element; " + library + " counts elements",
                        axis);
        }
        strides[axis] = bytes / itemsize;
    }
    return strides;
}

int cuda_number(const View& view, const char* library) {
    const Format& format = view.format();
    if (!format.is_scalar() || !format.is_native()) {
        throw Error(errc::not_expressible, std::string(library) + " has no items of format " + format.to_string());
    }
    const int number = to_cuda_data_type(format);
    const auto alignment = static_cast<std::uintptr_t>(std::clamp<std::int64_t>(format.itemsize(), 1, 16));
    if (const std::uintptr_t excess = reinterpret_cast<std::uintptr_t>(view.data()) % alignment; excess != 0 && !view.layout().is_empty()) {
        throw Error(errc::bad_layout, "the view's address is " + std::to_string(excess) + " bytes past a multiple of " + std::to_string(alignment) + "; " +
                                          library + " needs items at multiples of their size");
    }
    return number;
}

Layout layout_of_elements(int rank, const std::int64_t* extents, const std::int64_t* strides, std::int64_t itemsize) {
    const std::span<const std::int64_t> shape(extents, static_cast<std::size_t>(rank));
    if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return {shape, Dims(rank, itemsize)};
    Dims bytes(rank, 0);
    for (int axis = 0; axis < rank; ++axis) {
        if (extents[axis] == 1) {
            bytes[axis] = itemsize;
        } else if (!mul_fits(strides[axis], itemsize, &bytes[axis])) {
            throw Error(errc::overflow,
                        "axis " + std::to_string(axis) + " has a stride of " + std::to_string(strides[axis]) + " elements of " + std::to_string(itemsize) +
                            " bytes, which does not fit in 63 bits",
                        axis);
        }
    }
    return {shape, bytes};
}

void join(SharedAxes& shared, int operands) noexcept {
    SharedAxis* const axes = shared.axes;
    SharedAxis* end = std::remove_if(axes, axes + shared.count, [](const SharedAxis& a) { return a.extent == 1; });
    for (SharedAxis* a = axes; a != end; ++a) {
        if (a->extent == 0 || a->stride[0] >= 0) continue;
        for (int i = 0; i < operands; ++i) {
            shared.start[i] += (a->extent - 1) * a->stride[i];
            a->stride[i] = -a->stride[i];
        }
    }
    std::stable_sort(axes, end, [operands](const SharedAxis& a, const SharedAxis& b) {
        return std::lexicographical_compare(b.stride, b.stride + operands, a.stride, a.stride + operands);
    });
    SharedAxis* last = axes;
    for (SharedAxis* a = axes; a != end; ++a) {
        if (a != axes) {
            bool fits = a->extent != 0;
            for (int i = 0; i < operands; ++i) {
                std::int64_t step = 0;
                fits = fits && mul_fits(a->stride[i], a->extent, &step) && step == last->stride[i];
            }
            if (fits) {
                last->extent *= a->extent;
                std::copy(a->stride, a->stride + operands, last->stride);
                continue;
            }
            ++last;
        }
        *last = *a;
    }
    shared.count = end == axes ? 0 : static_cast<int>(last - axes) + 1;
}

}  // namespace ndlease::detail
