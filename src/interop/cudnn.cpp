// SPDX-License-Identifier: Apache-2.0
#include <ndlease/interop/cudnn.hpp>

#include <bit>
#include <string>

namespace ndlease::cudnn {
namespace {

/// cudnnDataType_t's number of a format, -1 where it has none.
int type_number(const Format& format) {
    if (!format.is_native() || !format.is_scalar()) return -1;
    const auto bits = format.bits();
    switch (format.kind()) {
        case Kind::boolean: return 11;
        case Kind::floating: return bits == 32 ? 0 : bits == 64 ? 1 : bits == 16 ? 2 : -1;
        case Kind::bfloat: return 9;
        case Kind::integer: return bits == 8 ? 3 : bits == 32 ? 4 : bits == 64 ? 10 : -1;
        case Kind::unsigned_integer: return bits == 8 ? 6 : bits == 32 ? 19 : -1;
        case Kind::float8_e4m3fn: return 12;
        case Kind::float8_e5m2: return 13;
        case Kind::float8_e8m0fnu: return 15;
        case Kind::complex: return bits == 64 ? 20 : bits == 128 ? 21 : -1;
        default: return -1;
    }
}

}  // namespace

Tensor tensor(const View& view, TensorOptions options) {
    Tensor t;
    t.type = {type_number(view.format())};
    if (t.type.value < 0) throw Error(errc::not_expressible, "cuDNN has no items of format " + view.format().to_string());
    if (view.rank() > Tensor::most_axes) {
        throw Error(errc::not_expressible, "cuDNN has tensors of at most 8 axes, the view has " + std::to_string(view.rank()));
    }
    if (view.layout().is_empty()) throw Error(errc::bad_layout, "cuDNN has no tensors without elements");
    const Dims strides = detail::element_strides(view, "cuDNN");
    const auto address = reinterpret_cast<std::uintptr_t>(view.data());
    if (address % static_cast<std::uintptr_t>(view.itemsize()) != 0) {
        throw Error(errc::bad_layout, "the view's address is no multiple of the " + std::to_string(view.itemsize()) + " bytes of an item");
    }
    t.rank = view.rank();
    std::int64_t packed = 1;
    for (int axis = t.rank - 1; axis >= 0; --axis) {
        t.extents[axis] = view.shape()[axis];
        t.strides[axis] = t.extents[axis] == 1 ? packed : strides[axis];
        if (t.strides[axis] <= 0) {
            throw Error(errc::bad_layout,
                        "axis " + std::to_string(axis) + " has a stride of " + std::to_string(t.strides[axis]) +
                            " elements; cuDNN takes positive ones alone; contiguous() makes a copy that will do",
                        axis);
        }
        if (!mul_fits(t.strides[axis], t.extents[axis], &packed)) packed = std::numeric_limits<std::int64_t>::max();
    }
    while (t.rank < options.least_rank && t.rank < Tensor::most_axes) {
        t.extents[t.rank] = 1;
        t.strides[t.rank++] = 1;
    }
    t.alignment = std::int64_t{1} << std::countr_zero(address | 256U);
    t.data = view.data();
    return t;
}

}  // namespace ndlease::cudnn
