// SPDX-License-Identifier: Apache-2.0
// The verifier of the benchmarks: it has to see every kind of damage, or "verified" would mean nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <random>
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
        if (copy.change == Change::byte_order) std::reverse(dst.data() + to, dst.data() + to + item);
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

/// A copy of random shape, order of axes, signs and gaps; of rank 1 to 6.
Copy random_copy(std::mt19937_64& random) {
    const auto draw = [&](std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high - low + 1));
    };
    const std::int64_t itemsizes[] = {1, 2, 3, 4, 8, 12, 16};
    const std::int64_t itemsize = itemsizes[draw(0, 6)];
    const int rank = static_cast<int>(draw(1, 6));
    const std::int64_t most = rank == 1 ? 5000 : rank == 2 ? 300 : rank == 3 ? 40 : 6;
    Dims shape;
    for (int i = 0; i < rank; ++i) shape.push_back(draw(1, most));
    const auto side = [&](bool may_repeat) {
        Strided made{shape, Dims(rank, 0), draw(0, 5), itemsize};
        std::vector<int> order(static_cast<std::size_t>(rank));
        std::iota(order.begin(), order.end(), 0);
        std::shuffle(order.begin(), order.end(), random);
        std::int64_t stride = itemsize;
        for (const int axis : order) {
            if (draw(0, 3) == 0) stride += draw(1, 9);
            made.strides[axis] = may_repeat && draw(0, 9) == 0 ? 0 : stride;
            stride = std::max(stride, made.strides[axis] * shape[axis]);
            if (draw(0, 3) == 0) made = made.flipped(axis);
        }
        return made;
    };
    Copy copy;
    copy.src = side(true);
    copy.dst = side(false);
    copy.change = (itemsize == 2 || itemsize == 4 || itemsize == 8) && draw(0, 3) == 0 ? Change::byte_order : Change::none;
    return copy;
}

TEST(Oracle, agrees_with_indices_made_from_scratch_for_any_layout) {
    const char* const given = std::getenv("NDLEASE_TEST_SEED");
    const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
    SCOPED_TRACE("repeat with NDLEASE_TEST_SEED=" + std::to_string(seed));
    std::mt19937_64 random(seed);
    for (int round = 0; round < 300; ++round) {
        const Copy copy = random_copy(random);
        SCOPED_TRACE("shape " + to_string(copy.dst.shape) + ", " + to_string(copy.src.strides) + " to " + to_string(copy.dst.strides) + ", item " +
                     std::to_string(copy.dst.itemsize));
        const Buffer src = random_source(copy);
        const Buffer right = copied(copy, src);
        Buffer dst = right;
        const int threads = 1 + round % 3;
        ASSERT_EQ(find_mismatch(copy, src, dst, threads), "");
        for (int damage = 0; damage < 4; ++damage) {
            dst = right;
            dst[random() % dst.size()] ^= std::byte{0x40};
            const std::string mismatch = find_mismatch(copy, src, dst, threads);
            ASSERT_NE(mismatch, "");
            ASSERT_EQ(mismatch.find("disagree"), std::string::npos);
        }
    }
}

TEST(Oracle, uses_threads_on_large_copies_and_sees_one_wrong_byte) {
    Copy copy;
    copy.src = Strided::packed({1000, 1500}, 1).reversed_axes();
    copy.dst = Strided::packed({1500, 1000}, 1);
    const Buffer src = random_source(copy);
    Buffer dst = copied(copy, src);
    EXPECT_EQ(find_mismatch(copy, src, dst, 3), "");
    for (const std::size_t at : {std::size_t{0}, std::size_t{777'777}, dst.size() - 1}) {
        dst[at] ^= std::byte{1};
        EXPECT_NE(find_mismatch(copy, src, dst, 3).find("byte " + std::to_string(at) + " "), std::string::npos) << at;
        dst[at] ^= std::byte{1};
    }
}

TEST(Oracle, checks_all_copies_of_a_batch) {
    const Strided half = Strided::packed({4}, 4);
    const Format format = Format::number(Kind::floating, 32);
    const std::vector<Copy> copies{{half, half.shifted(20), format, format}, {half.shifted(16), half, format, format}};  // 4 bytes between them
    Buffer src(32);
    fill_random(src, copies[0], 3);
    Buffer right(36, poison);
    std::copy_n(src.begin(), 16, right.begin() + 20);
    std::copy_n(src.begin() + 16, 16, right.begin());
    Buffer dst = right;
    EXPECT_EQ(find_mismatch(copies, src, dst), "");
    for (std::size_t at = 0; at < right.size(); ++at) {
        dst = right;
        dst[at] ^= std::byte{1};
        const char* const what = at < 16 ? "copy 1 of the batch: a wrong item" : at < 20 ? "outside of the elements" : "copy 0 of the batch: a wrong item";
        EXPECT_NE(find_mismatch(copies, src, dst).find(what), std::string::npos) << at;
    }
}

TEST(Oracle, knows_whether_a_source_was_written) {
    Buffer buffer(1003);
    for (const Content content : {Content::bytes, Content::floats}) {
        fill_random(buffer, content, 5, 2);
        EXPECT_TRUE(is_random(buffer, content, 5, 3));
        EXPECT_FALSE(is_random(buffer, content, 6));
        for (const std::size_t at : {std::size_t{0}, std::size_t{500}, std::size_t{1002}}) {
            buffer[at] ^= std::byte{2};
            EXPECT_FALSE(is_random(buffer, content, 5, 2)) << at;
            buffer[at] ^= std::byte{2};
        }
    }
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
    expect_change(Change::f32_to_f16, 1.0F, std::uint16_t{0x3C00});
    expect_change(Change::f32_to_f16, -0.0078125F, std::uint16_t{0xA000});
    expect_change(Change::f32_to_f16, 1.00048828125F, std::uint16_t{0x3C00});  // 1 + 2^-11: half way, to even
    expect_change(Change::f32_to_f16, 1.00146484375F, std::uint16_t{0x3C02});  // 1 + 3*2^-11: half way, to even
    expect_change(Change::f32_to_f16, 1.99999988F, std::uint16_t{0x4000});     // up into the next exponent
    expect_change(Change::f32_to_bf16, 1.0F, std::uint16_t{0x3F80});
    expect_change(Change::f32_to_bf16, 1.00390625F, std::uint16_t{0x3F80});  // 1 + 2^-8: half way, to even
    expect_change(Change::f32_to_bf16, 1.01171875F, std::uint16_t{0x3F82});  // 1 + 3*2^-8: half way, to even
}

}  // namespace
}  // namespace ndlease::patterns
