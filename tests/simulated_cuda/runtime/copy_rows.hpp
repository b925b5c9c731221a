// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "block.hpp"

namespace simulated_cuda {

/// One side of a copy or fill: rows of equal width, in slices.
struct Rows {
    std::uintptr_t address = 0;
    std::size_t pitch = 0, slice = 0;  ///< bytes from row to row, and from slice to slice
    std::shared_ptr<Block> block;      ///< null: pageable memory

    [[nodiscard]] std::uintptr_t at(std::size_t row, std::size_t depth) const { return address + depth * slice + row * pitch; }
};
struct RowShape {
    std::size_t width = 0, height = 1, depth = 1;
    [[nodiscard]] bool empty() const { return width == 0 || height == 0 || depth == 0; }
    [[nodiscard]] std::size_t bytes() const { return width * height * depth; }
};

/// Bytes from the first to the last byte touched; false when that does not fit 64 bits.
[[nodiscard]] bool span_of(const Rows& rows, const RowShape& shape, std::size_t& bytes);
/// Moves the bytes, and what is known about which were ever written.
void move_rows(const Rows& destination, const Rows& source, const RowShape& shape);
void fill_rows(const Rows& destination, int value, const RowShape& shape);
/// A number that changes when the bytes do.
[[nodiscard]] std::uint64_t fingerprint(const Rows& rows, const RowShape& shape);

}  // namespace simulated_cuda
