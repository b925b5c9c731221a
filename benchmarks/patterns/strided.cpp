// SPDX-License-Identifier: Apache-2.0
#include "strided.hpp"

namespace ndlease::patterns {

Strided Strided::packed(const Dims& shape, std::int64_t itemsize) {
    Strided result{shape, Dims(shape.size(), 0), 0, itemsize};
    std::int64_t stride = itemsize;
    for (int axis = shape.size() - 1; axis >= 0; --axis) {
        result.strides[axis] = stride;
        stride *= shape[axis];
    }
    return result;
}

Strided Strided::permuted(std::initializer_list<int> axes) const {
    Strided result{{}, {}, offset, itemsize};
    for (const int axis : axes) {
        result.shape.push_back(shape[axis]);
        result.strides.push_back(strides[axis]);
    }
    return result;
}

Strided Strided::reversed_axes() const {
    Strided result{{}, {}, offset, itemsize};
    for (int axis = shape.size() - 1; axis >= 0; --axis) {
        result.shape.push_back(shape[axis]);
        result.strides.push_back(strides[axis]);
    }
    return result;
}

Strided Strided::sliced(int axis, std::int64_t start, std::int64_t stop, std::int64_t step) const {
    Strided result = *this;
    result.offset += start * strides[axis];
    result.shape[axis] = (stop - start + step - 1) / step;
    result.strides[axis] = strides[axis] * step;
    return result;
}

Strided Strided::flipped(int axis) const {
    Strided result = *this;
    result.offset += (shape[axis] - 1) * strides[axis];
    result.strides[axis] = -strides[axis];
    return result;
}

Strided Strided::indexed(int axis, std::int64_t index) const {
    Strided result = *this;
    result.offset += index * strides[axis];
    result.shape.erase(axis);
    result.strides.erase(axis);
    return result;
}

Strided Strided::repeated(int axis, std::int64_t count) const {
    Strided result = *this;
    result.shape.insert(axis, count);
    result.strides.insert(axis, 0);
    return result;
}

Strided Strided::shifted(std::int64_t bytes) const {
    Strided result = *this;
    result.offset += bytes;
    return result;
}

std::int64_t Strided::size() const {
    std::int64_t count = 1;
    for (const std::int64_t extent : shape) count *= extent;
    return count;
}

std::int64_t Strided::buffer_bytes() const {
    std::int64_t last = offset;
    for (int axis = 0; axis < shape.size(); ++axis) {
        if (strides[axis] > 0) last += (shape[axis] - 1) * strides[axis];
    }
    return last + itemsize;
}

}  // namespace ndlease::patterns
