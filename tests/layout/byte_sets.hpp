// SPDX-License-Identifier: Apache-2.0
// The oracle of the overlap tests: every byte of every element, one by one.
#pragma once

#include <cstdint>
#include <vector>

#include <ndlease/layout.hpp>

namespace ndlease {

/// Offsets of all elements from element (0,...,0), in C order of their indices.
inline std::vector<std::int64_t> element_offsets(const Layout& layout) {
    std::vector<std::int64_t> offsets{0};
    for (int axis = 0; axis < layout.rank(); ++axis) {
        std::vector<std::int64_t> next;
        for (const std::int64_t offset : offsets) {
            for (std::int64_t i = 0; i < layout.shape()[axis]; ++i) next.push_back(offset + i * layout.strides()[axis]);
        }
        offsets.swap(next);
    }
    return offsets;
}

/// One flag for each byte in [-radius, radius] around element (0,...,0).
class ByteSet {
public:
    explicit ByteSet(std::int64_t radius) : radius_(radius), marked_(static_cast<std::size_t>(2 * radius + 1)) {}

    /// Marks the bytes of all elements; returns whether any had been marked before.
    bool mark(const std::vector<std::int64_t>& offsets, std::int64_t itemsize, std::int64_t start = 0) {
        bool collided = false;
        for (const std::int64_t offset : offsets) {
            for (std::int64_t byte = 0; byte < itemsize; ++byte) {
                auto flag = marked_.begin() + static_cast<std::ptrdiff_t>(radius_ + start + offset + byte);
                collided |= *flag != 0;
                *flag = 1;
            }
        }
        return collided;
    }
    [[nodiscard]] bool touches(const std::vector<std::int64_t>& offsets, std::int64_t itemsize, std::int64_t start = 0) const {
        for (const std::int64_t offset : offsets) {
            for (std::int64_t byte = 0; byte < itemsize; ++byte) {
                if (marked_[static_cast<std::size_t>(radius_ + start + offset + byte)] != 0) return true;
            }
        }
        return false;
    }

private:
    std::int64_t radius_;
    std::vector<char> marked_;
};

}  // namespace ndlease
