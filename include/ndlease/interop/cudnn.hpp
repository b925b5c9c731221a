// SPDX-License-Identifier: Apache-2.0
// Views as cuDNN's tensor descriptors. No header of cuDNN is needed: `tensor` computes numbers, and `set_tensor` finds cuDNN's own function through the
// descriptor where the program includes <cudnn.h>. Source: cuDNN 9 headers and documentation of cudnnSetTensorNdDescriptor.
#pragma once

#include <cstdint>
#include <limits>

#include <ndlease/error.hpp>
#include <ndlease/export.hpp>
#include <ndlease/interop/elements.hpp>
#include <ndlease/view.hpp>

namespace ndlease::cudnn {

/// What describes a tensor to cuDNN: the classic descriptors take 32-bit numbers, the graph API these.
struct Tensor {
    static constexpr int most_axes = 8;  ///< CUDNN_DIM_MAX
    EnumNumber type;                     ///< cudnnDataType_t
    int rank = 0;
    std::int64_t extents[most_axes] = {};
    std::int64_t strides[most_axes] = {};  ///< elements
    std::int64_t alignment = 1;            ///< bytes: the largest power of two, at most 256, that data is a multiple of
    const void* data = nullptr;
};

struct TensorOptions {
    /// Axes of extent 1 are added behind the last until there are so many; cuDNN advises 4 where there are fewer. 0: none are added.
    int least_rank = 4;
};

/// The View's axes in their order. Axes of extent 1 get the stride that packed memory would have.
/// Throws Error: errc::not_expressible (a type that cuDNN has not; more than 8 axes), errc::bad_layout (no elements; strides of 0 or backwards or between
/// elements, index() is the axis; suboffsets; alignment).
[[nodiscard]] NDLEASE_API Tensor tensor(const View& view, TensorOptions options = {});

/// Calls cudnnSetTensorNdDescriptor and returns its status. Needs <cudnn.h> in the program. Throws Error{errc::overflow}, index() is the axis, where a number
/// does not fit in 32 bits.
template <class Descriptor>
auto set_tensor(Descriptor descriptor, const Tensor& t) {
    int extents[Tensor::most_axes] = {};
    int strides[Tensor::most_axes] = {};
    for (int i = 0; i < t.rank; ++i) {
        if (t.extents[i] > std::numeric_limits<int>::max() || t.strides[i] > std::numeric_limits<int>::max()) {
            throw Error(errc::overflow, "axis " + std::to_string(i) + " has an extent or a stride that does not fit in 32 bits", i);
        }
        extents[i] = static_cast<int>(t.extents[i]);
        strides[i] = static_cast<int>(t.strides[i]);
    }
    return cudnnSetTensorNdDescriptor(descriptor, t.type, t.rank, extents, strides);
}

}  // namespace ndlease::cudnn
