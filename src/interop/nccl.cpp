// SPDX-License-Identifier: Apache-2.0
#include <ndlease/interop/nccl.hpp>

#include <string>

#include <ndlease/error.hpp>

namespace ndlease::nccl {
namespace {

constexpr int bytes_number = 1;  // ncclUint8

int type_number(const Format& format) {
    if (!format.is_native() || !format.is_scalar()) return -1;
    const auto bits = format.bits();
    switch (format.kind()) {
        case Kind::integer: return bits == 8 ? 0 : bits == 32 ? 2 : bits == 64 ? 4 : -1;
        case Kind::unsigned_integer: return bits == 8 ? bytes_number : bits == 32 ? 3 : bits == 64 ? 5 : -1;
        case Kind::floating: return bits == 16 ? 6 : bits == 32 ? 7 : bits == 64 ? 8 : -1;
        case Kind::bfloat: return 9;
        case Kind::float8_e4m3fn: return 10;
        case Kind::float8_e5m2: return 11;
        default: return -1;
    }
}

/// The first axis that keeps the view from being contiguous in C order (F order: the last such).
int culprit(const View& view, Order order) {
    std::int64_t stride = view.itemsize();
    for (int i = 0; i < view.rank(); ++i) {
        const int axis = order == Order::f ? i : view.rank() - 1 - i;
        const std::int64_t extent = view.shape()[axis];
        if (extent != 1 && view.strides()[axis] != stride) return axis;
        stride *= extent;
    }
    return -1;
}

}  // namespace

Buffer send_buffer(const View& view, Items items, Order order) {
    const int type = items == Items::bytes ? bytes_number : type_number(view.format());
    if (type < 0) throw Error(errc::not_expressible, "NCCL has no items of format " + view.format().to_string() + "; Items::bytes sends any item as it is");
    if (view.format().has_addresses()) throw Error(errc::not_expressible, "items of format " + view.format().to_string() + " hold addresses of this process");
    if (!view.is_contiguous(order)) {
        const int axis = view.layout().is_indirect() ? -1 : culprit(view, order);
        throw Error(
            errc::bad_layout,
            "axis " + std::to_string(axis) + " of " + to_string(view.layout()) + ": NCCL knows no strides, and the view is not contiguous; pack it first",
            axis);
    }
    const std::int64_t count = items == Items::bytes ? view.nbytes() : view.size();
    return {view.data(), static_cast<std::size_t>(count), {type}};
}

MutableBuffer receive_buffer(const View& view, Items items, Order order) {
    const Buffer buffer = send_buffer(view, items, order);
    return {view.mutable_data(), buffer.count, buffer.type};
}

void check_same(const Buffer& from, const MutableBuffer& to) {
    if (from.count != to.count || !(from.type == to.type)) {
        throw Error(errc::bad_layout, "the buffers hold " + std::to_string(from.count) + " items of type " + std::to_string(from.type.value) + " and " +
                                          std::to_string(to.count) + " of type " + std::to_string(to.type.value));
    }
}

}  // namespace ndlease::nccl
