// SPDX-License-Identifier: Apache-2.0
// The verifier of the benchmarks: it has to see every kind of damage, or "verified" would mean nothing.
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "patterns/oracle.hpp"

namespace ndlease::patterns {
namespace {

using Buffer = std::vector<std::byte>;

/// A destination as a right copy leaves it: written item by item, with indices made from scratch for each.
Buffer copied(const Copy& copy, const Buffer& src) {
    Buffer dst(static_cast<std::size_t>(copy.dst.buffer_bytes()), poison);
    const auto item = static_cast<std::size_t>(copy.dst.itemsize);
    for (std::int64_t n = 0; n < copy.dst.size(); ++n) {
        std::int64_t rest = n;
        std::int64_t from = copy.src.offset;
        std::int64_t to = copy.dst.offset;
        for (int axis = copy.dst.shape.size() - 1; axis >= 0; --axis) {
            from += rest % copy.dst.shape[axis] * copy.src.strides[axis];
            to += rest % copy.dst.shape[axis] * copy.dst.strides[axis];
            rest /= copy.dst.shape[axis];
        }
        std::memcpy(dst.data() + to, src.data() + from, item);
    }
    return dst;
}

Buffer random_source(const Copy& copy) {
    Buffer src(static_cast<std::size_t>(copy.src.buffer_bytes()));
    fill_random(src, copy, 7);
    return src;
}

// src: (5,3):(4,20)  dst: (5,3):(24,8), gaps of 4 bytes behind each item
Copy transposed_with_gaps() {
    Copy copy;
    copy.src = Strided::packed({3, 5}, 4).reversed_axes();
    copy.dst = Strided{{5, 3}, {24, 8}, 0, 4};
    copy.src_format = copy.dst_format = Format::number(Kind::floating, 32);
    return copy;
}

TEST(Oracle, accepts_a_right_copy) {
    const Copy copy = transposed_with_gaps();
    const Buffer src = random_source(copy);
    Buffer dst = copied(copy, src);
    EXPECT_EQ(find_mismatch(copy, src, dst), "");
}

TEST(Oracle, sees_every_wrong_byte) {
    const Copy copy = transposed_with_gaps();
    const Buffer src = random_source(copy);
    const Buffer right = copied(copy, src);
    for (std::size_t at = 0; at < right.size(); ++at) {
        Buffer dst = right;
        dst[at] ^= std::byte{0x10};
        const std::string mismatch = find_mismatch(copy, src, dst);
        EXPECT_NE(mismatch, "") << "byte " << at;
        EXPECT_NE(mismatch.find(at % 8 < 4 ? "a wrong item" : "outside of the elements"), std::string::npos) << mismatch;
    }
}

TEST(Oracle, names_the_first_wrong_index) {
    const Copy copy = transposed_with_gaps();
    const Buffer src = random_source(copy);
    Buffer dst = copied(copy, src);
    dst[24 + 2 * 8] ^= std::byte{1};  // element (1,2)
    EXPECT_EQ(find_mismatch(copy, src, dst), "a wrong item at index (1,2), byte 40 of the destination buffer");
}

TEST(Oracle, sees_a_copy_that_did_not_run) {
    const Copy copy = transposed_with_gaps();
    const Buffer src = random_source(copy);
    Buffer dst(static_cast<std::size_t>(copy.dst.buffer_bytes()), poison);
    EXPECT_NE(find_mismatch(copy, src, dst), "");
}

template <class From, class To>
void expect_change(Change change, From from, To to) {
    Copy copy;
    copy.src = Strided::packed({1}, sizeof from);
    copy.dst = Strided::packed({1}, sizeof to);
    copy.change = change;
    Buffer src(sizeof from);
    Buffer dst(sizeof to);
    std::memcpy(src.data(), &from, sizeof from);
    std::memcpy(dst.data(), &to, sizeof to);
    Buffer wrong = dst;
    wrong[0] ^= std::byte{1};
    EXPECT_EQ(find_mismatch(copy, src, dst), "") << from;
    EXPECT_NE(find_mismatch(copy, src, wrong), "") << from;
}

TEST(Oracle, knows_what_items_change_to) {
    expect_change(Change::byte_order, std::uint32_t{0x01020304}, std::uint32_t{0x04030201});
    expect_change(Change::u8_to_f32, std::uint8_t{200}, 200.0F);
    expect_change(Change::f32_to_f64, 1.5F, 1.5);
    expect_change(Change::f32_to_bf16, 1.0F, std::uint16_t{0x3F80});
    expect_change(Change::f32_to_bf16, 1.00390625F, std::uint16_t{0x3F80});  // 1 + 2^-8: half way, to even
    expect_change(Change::f32_to_bf16, 1.01171875F, std::uint16_t{0x3F82});  // 1 + 3*2^-8: half way, to even
}

}  // namespace
}  // namespace ndlease::patterns
