// SPDX-License-Identifier: Apache-2.0
// An array of addresses without memory: what the patterns are built from, apart from the library's own view operations.
#pragma once

#include <cstdint>
#include <initializer_list>

#include <ndlease/dims.hpp>

namespace ndlease::patterns {

struct Strided {
    Dims shape;
    Dims strides;               ///< bytes
    std::int64_t offset = 0;    ///< bytes from the start of the buffer to element (0,...,0)
    std::int64_t itemsize = 1;  ///< bytes

    /// Without gaps, last index fastest.
    [[nodiscard]] static Strided packed(const Dims& shape, std::int64_t itemsize);

    [[nodiscard]] Strided permuted(std::initializer_list<int> axes) const;
    [[nodiscard]] Strided reversed_axes() const;
    /// start, start + step, ... below stop; step > 0.
    [[nodiscard]] Strided sliced(int axis, std::int64_t start, std::int64_t stop, std::int64_t step = 1) const;
    [[nodiscard]] Strided flipped(int axis) const;
    /// `axis` goes away.
    [[nodiscard]] Strided indexed(int axis, std::int64_t index) const;
    /// Strides 0 along a new axis.
    [[nodiscard]] Strided repeated(int axis, std::int64_t count) const;
    /// `bytes` further into a buffer that is as much longer.
    [[nodiscard]] Strided shifted(std::int64_t bytes) const;

    [[nodiscard]] std::int64_t size() const;
    /// Bytes of the buffer, from its start to the end of the last element.
    [[nodiscard]] std::int64_t buffer_bytes() const;
};

}  // namespace ndlease::patterns
