// SPDX-License-Identifier: Apache-2.0
#include "copy_rows.hpp"

#include <cstring>
#include <string_view>

#include "memory.hpp"

namespace simulated_cuda {
namespace {
template <class Body>
void for_each_row(const RowShape& shape, Body&& body) {
    for (std::size_t depth = 0; depth < shape.depth; ++depth) {
        for (std::size_t row = 0; row < shape.height; ++row) {
            body(row, depth);
        }
    }
}
}  // namespace

bool span_of(const Rows& rows, const RowShape& shape, std::size_t& bytes) {
    std::size_t heights = 0, depths = 0;
    return !__builtin_mul_overflow(shape.height - 1, rows.pitch, &heights) && !__builtin_mul_overflow(shape.depth - 1, rows.slice, &depths) &&
           !__builtin_add_overflow(heights, depths, &bytes) && !__builtin_add_overflow(bytes, shape.width, &bytes) && bytes <= SIZE_MAX - rows.address;
}

void move_rows(const Rows& destination, const Rows& source, const RowShape& shape) {
    for_each_row(shape, [&](std::size_t row, std::size_t depth) {
        const std::uintptr_t to = destination.at(row, depth), from = source.at(row, depth);
        std::memmove(reach(destination.block.get(), to), reach(source.block.get(), from), shape.width);
        if (destination.block) {
            std::uint8_t* const written = destination.block->initialised + (to - destination.block->begin);
            if (source.block) {
                std::memmove(written, source.block->initialised + (from - source.block->begin), shape.width);
            } else {
                std::memset(written, 1, shape.width);
            }
        }
    });
}

void fill_rows(const Rows& destination, int value, const RowShape& shape) {
    for_each_row(shape, [&](std::size_t row, std::size_t depth) {
        const std::uintptr_t to = destination.at(row, depth);
        std::memset(reach(destination.block.get(), to), value, shape.width);
        std::memset(destination.block->initialised + (to - destination.block->begin), 1, shape.width);
    });
}

std::uint64_t fingerprint(const Rows& rows, const RowShape& shape) {
    std::uint64_t sum = 1469598103934665603U;
    for_each_row(shape, [&](std::size_t row, std::size_t depth) {
        const auto* const bytes = reinterpret_cast<const char*>(reach(rows.block.get(), rows.at(row, depth)));
        sum = (sum ^ std::hash<std::string_view>{}(std::string_view(bytes, shape.width))) * 1099511628211U;
    });
    return sum;
}

}  // namespace simulated_cuda
