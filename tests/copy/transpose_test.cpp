// SPDX-License-Identifier: Apache-2.0
// Transposes in every remainder of a tile, for every item size, at every misalignment that matters, with guards around.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include <ndlease/copy.hpp>

namespace ndlease::testing {
namespace {

constexpr std::int64_t guard = 64;
constexpr std::int64_t most_bytes = 70'000;

std::vector<std::uint8_t> patterned(std::int64_t bytes) {
    std::vector<std::uint8_t> result(static_cast<std::size_t>(bytes));
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = static_cast<std::uint8_t>((i * 2654435761U) >> 13U);
    return result;
}

// src: (rows,columns):(itemsize,rows*itemsize+padding)  dst: (rows,columns):(columns*itemsize+padding,itemsize)
::testing::AssertionResult transposes(std::int64_t rows, std::int64_t columns, std::int64_t itemsize, std::int64_t dst_shift, std::int64_t src_shift,
                                      std::int64_t padding) {
    const std::int64_t dst_pitch = columns * itemsize + padding;
    const std::int64_t src_pitch = rows * itemsize + padding;
    std::vector<std::uint8_t> dst = patterned(rows * dst_pitch + 2 * guard);
    std::vector<std::uint8_t> src = patterned(columns * src_pitch + 2 * guard);
    std::vector<std::uint8_t> expected = dst;
    for (std::int64_t i = 0; i < rows; ++i) {
        for (std::int64_t j = 0; j < columns; ++j) {
            std::memcpy(expected.data() + guard + dst_shift + i * dst_pitch + j * itemsize, src.data() + guard + src_shift + i * itemsize + j * src_pitch,
                        static_cast<std::size_t>(itemsize));
        }
    }
    const Format item = Format::opaque(itemsize);
    const View to = View::lend(static_cast<void*>(dst.data() + guard + dst_shift), Device::cpu(), item, Layout({rows, columns}, {dst_pitch, itemsize}), {});
    const View from = View::lend(static_cast<void*>(src.data() + guard + src_shift), Device::cpu(), item, Layout({rows, columns}, {itemsize, src_pitch}), {});
    copy(to, from);
    if (dst == expected) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << rows << " x " << columns << " items of " << itemsize << " bytes, shifted by " << dst_shift << " and " << src_shift
                                         << ", padding " << padding;
}

class transpose : public ::testing::TestWithParam<std::int64_t> {};

TEST_P(transpose, every_remainder_of_a_tile) {
    for (const std::int64_t rows : {1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 129}) {
        for (const std::int64_t columns : {1, 3, 8, 16, 17, 32, 33, 64, 66, 130}) {
            if (rows * columns * GetParam() > most_bytes) continue;  // of long items, tiles are small
            ASSERT_TRUE(transposes(rows, columns, GetParam(), 0, 0, 0));
            ASSERT_TRUE(transposes(rows, columns, GetParam(), 1, 3, 5));
        }
    }
}

TEST_P(transpose, every_misalignment) {
    for (std::int64_t dst_shift = 0; dst_shift < 16; ++dst_shift) {
        for (std::int64_t src_shift = 0; src_shift < 16; ++src_shift) ASSERT_TRUE(transposes(19, 35, GetParam(), dst_shift, src_shift, dst_shift % 3));
    }
}

INSTANTIATE_TEST_SUITE_P(items, transpose, ::testing::Values(1, 2, 3, 4, 5, 6, 8, 12, 16, 24, 32, 40, 63, 64, 1000),
                         [](const auto& test) { return "of_" + std::to_string(test.param) + "_bytes"; });

}  // namespace
}  // namespace ndlease::testing
