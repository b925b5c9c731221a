// SPDX-License-Identifier: Apache-2.0
#include <ndlease/interop/cutensor.hpp>

#include <bit>
#include <string>

#include <ndlease/error.hpp>

namespace ndlease::cutensor {

Operand operand(const View& view, std::string_view modes) {
    if (modes.size() != static_cast<std::size_t>(view.rank())) {
        throw Error(errc::invalid_argument, std::to_string(modes.size()) + " modes for a view of rank " + std::to_string(view.rank()));
    }
    for (std::size_t i = 0; i < modes.size(); ++i) {
        if (modes.find(modes[i], i + 1) != std::string_view::npos) {
            throw Error(errc::invalid_argument, "mode '" + std::string(1, modes[i]) + "' is named twice; take the diagonal() first",
                        static_cast<std::int64_t>(i));
        }
    }
    Operand o;
    o.type = {detail::cuda_number(view, "cuTENSOR")};
    if (view.layout().is_empty()) throw Error(errc::bad_layout, "cuTENSOR has no tensors without elements");
    const Dims strides = detail::element_strides(view, "cuTENSOR");
    for (int axis = 0; axis < view.rank(); ++axis) {
        const bool moves = view.shape()[axis] > 1;
        if (moves && strides[axis] == 0) continue;
        if (strides[axis] < 0) {
            throw Error(errc::bad_layout,
                        "axis " + std::to_string(axis) + " has a stride of " + std::to_string(strides[axis]) +
                            " elements; cuTENSOR takes positive ones alone; contiguous() makes a copy that will do",
                        axis);
        }
        o.modes[o.rank] = static_cast<unsigned char>(modes[static_cast<std::size_t>(axis)]);
        o.extents[o.rank] = view.shape()[axis];
        o.strides[o.rank++] = moves ? strides[axis] : 1;
    }
    o.alignment = 1U << std::countr_zero(reinterpret_cast<std::uintptr_t>(view.data()) | 256U);
    o.data = view.data();
    return o;
}

}  // namespace ndlease::cutensor
