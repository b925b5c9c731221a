// SPDX-License-Identifier: Apache-2.0
#include "copy/pair_oracle.hpp"

#include <cstring>

namespace ndlease::testing {

void apply(std::vector<std::byte>* memory, const Side& dst, const Side& src) {
    const auto at = [](const Side& side, const Numbers& indices) {
        std::int64_t offset = side.data;
        const std::size_t missing = indices.size() - side.shape.size();
        for (std::size_t i = 0; i < side.shape.size(); ++i) offset += side.shape[i] == 1 ? 0 : side.strides[i] * indices[i + missing];
        return static_cast<std::ptrdiff_t>(offset);
    };
    std::vector<std::byte> read;
    Numbers indices(dst.shape.size());
    for (std::int64_t n = 0; n < dst.size(); ++n) {
        set_indices(dst.shape, n, &indices);
        const auto from = memory->begin() + at(src, indices);
        read.insert(read.end(), from, from + dst.itemsize);
    }
    for (std::int64_t n = 0; n < dst.size(); ++n) {
        set_indices(dst.shape, n, &indices);
        std::memcpy(memory->data() + at(dst, indices), read.data() + n * dst.itemsize, static_cast<std::size_t>(dst.itemsize));
    }
}

}  // namespace ndlease::testing
