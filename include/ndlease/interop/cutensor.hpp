// SPDX-License-Identifier: Apache-2.0
// Views as operands of cuTENSOR: modes, extents, strides, alignment. No header of cuTENSOR is needed: `operand` computes numbers, and `create_descriptor` finds
// cuTENSOR's own function through its handle where the program includes <cutensor.h>.
// Source: cuTENSOR 2 documentation of cutensorCreateTensorDescriptor: extents and strides are larger than 0, and a mode that is left out is broadcast.
#pragma once

#include <cstdint>
#include <string_view>

#include <ndlease/dims.hpp>
#include <ndlease/export.hpp>
#include <ndlease/interop/elements.hpp>
#include <ndlease/view.hpp>

namespace ndlease::cutensor {

struct Operand {
    static constexpr int most_modes = 64;  ///< as many as a View has axes; cuTENSOR itself refuses what is too much for it
    int rank = 0;
    std::int32_t modes[most_modes] = {};
    std::int64_t extents[most_modes] = {};
    std::int64_t strides[most_modes] = {};  ///< elements
    EnumNumber type;                        ///< cudaDataType_t, whose numbers cutensorDataType_t has too
    std::uint32_t alignment = 1;            ///< bytes: the largest power of two, at most 256, that data is a multiple of
    const void* data = nullptr;
};

/// `modes` names the axes, one character each ("mk" for a matrix). Axes of stride 0 (broadcast) are left out, as cuTENSOR wants it.
/// Throws Error: errc::invalid_argument (not one name per axis, a name twice), errc::not_expressible (the type), errc::bad_layout (no elements; strides that
/// run backwards or lie between elements, index() is the axis; suboffsets; alignment).
[[nodiscard]] NDLEASE_API Operand operand(const View& view, std::string_view modes);

/// Calls cutensorCreateTensorDescriptor and returns its status. Needs <cutensor.h> (2.0 or later) in the program.
template <class Handle, class Descriptor>
auto create_descriptor(Handle handle, Descriptor* descriptor, const Operand& o) {
    return cutensorCreateTensorDescriptor(handle, descriptor, static_cast<std::uint32_t>(o.rank), o.extents, o.strides, o.type, o.alignment);
}

}  // namespace ndlease::cutensor
