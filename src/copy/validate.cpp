// SPDX-License-Identifier: Apache-2.0
#include "copy/validate.hpp"

#include <algorithm>
#include <string>

#include <ndlease/error.hpp>

namespace ndlease::copying {
namespace {

// Memory of the host, or of a device that there is a backend for.
void check_memory(const char* side, Device device) {
    if (reachable_from(device, Device::cpu()) || device.type == DeviceType::cuda) return;
    throw Error(errc::device, std::string("copy: the ") + side + " lies on " + to_string(device) + ", which ndlease cannot reach");
}

void check_host_reach(const char* side, Device device) {
    if (reachable_from(device, Device::cpu())) return;
    throw Error(errc::device, std::string("copy: the ") + side + " lies on " + to_string(device) + ", which the host cannot reach; pass a stream");
}

void check_pointers(const char* side, const View& view) {
    if (!view.layout().is_indirect() || view.device().type != DeviceType::cuda) return;
    throw Error(errc::not_supported,
                std::string("copy: the ") + side + " " + to_string(view) + " has suboffsets, and pointers in device memory are not followed");
}

bool holds_py_objects(const Format& format) {
    if (!format.has_addresses()) return false;
    if (format.is_subarray()) return holds_py_objects(format.element());
    const auto fields = format.fields();
    return format.kind() == Kind::py_object || std::any_of(fields.begin(), fields.end(), [](const Field& field) { return holds_py_objects(field.format()); });
}

// A copied PyObject* is one more reference, which the interpreter alone can count.
void check_references(const char* side, const Format& format) {
    if (!holds_py_objects(format)) return;
    throw Error(errc::not_supported, std::string("copy: the ") + side + "'s items " + format.to_string() +
                                         " hold PyObject references, which are not counted here; reinterpret them as opaque bytes to copy addresses alone");
}

[[noreturn]] void throw_shapes(const Layout& dst, const Layout& src, const std::string& why, int axis) {
    throw Error(errc::bad_layout, "copy: source of shape " + to_string(src.shape()) + " cannot be broadcast to shape " + to_string(dst.shape()) + ": " + why,
                axis);
}

[[noreturn]] void throw_extra_axis(const Layout& dst, const Layout& src, int axis) {
    throw_shapes(dst, src,
                 "the source's axis " + std::to_string(axis) + " has extent " + std::to_string(src.shape()[axis]) + " and no axis of the destination to go to",
                 -1);
}

[[noreturn]] void throw_extents(const Layout& dst, const Layout& src, int axis, std::int64_t extent) {
    throw_shapes(dst, src, "axis " + std::to_string(axis) + " has extent " + std::to_string(extent) + ", not 1 or " + std::to_string(dst.shape()[axis]), axis);
}

}  // namespace

void check_access(const View& dst, const View& src) {
    if (dst.is_read_only()) throw Error(errc::read_only, "copy: the destination " + to_string(dst) + " is read-only");
    check_memory("destination", dst.device());
    check_memory("source", src.device());
    check_pointers("destination", dst);
    check_pointers("source", src);
    check_references("destination", dst.format());
    check_references("source", src.format());
}

void check_host_reach(Device dst, Device src) {
    check_host_reach("destination", dst);
    check_host_reach("source", src);
}

void match_axes(const Layout& dst, const Layout& src, AxisList* axes) {
    const int rank = std::max(dst.rank(), src.rank());
    const int dst_missing = rank - dst.rank();
    const int src_missing = rank - src.rank();
    axes->rank = 0;
    for (int i = 0; i < dst_missing; ++i) {
        if (src.shape()[i] != 1) throw_extra_axis(dst, src, i);
        axes->push_back({1, 0, src.strides()[i]});
    }
    const std::int64_t* const dst_shape = dst.shape().data();
    const std::int64_t* const dst_strides = dst.strides().data();
    const std::int64_t* const src_shape = src.shape().data();
    const std::int64_t* const src_strides = src.strides().data();
    for (int i = dst_missing; i < rank; ++i) {
        Axis axis{dst_shape[i - dst_missing], dst_strides[i - dst_missing], 0};
        if (const int j = i - src_missing; j >= 0) {
            if (src_shape[j] == axis.extent) {
                axis.src_stride = src_strides[j];
            } else if (src_shape[j] != 1) {
                throw_extents(dst, src, i - dst_missing, src_shape[j]);
            }
        }
        axes->push_back(axis);
    }
}

Dims match_suboffsets(const Layout& layout, int rank) {
    if (!layout.is_indirect()) return {};
    Dims result(rank, -1);
    const int missing = rank - layout.rank();
    for (int i = missing; i < rank; ++i) result[i] = layout.suboffsets()[i - missing];
    return result;
}

}  // namespace ndlease::copying
