// SPDX-License-Identifier: Apache-2.0
// Random pairs of views against a nested loop. The whole arena is compared, so a byte written outside of a view is seen too.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "copy/random_side.hpp"

#include <ndlease/copy.hpp>
#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>

namespace ndlease::testing {
namespace {

CopyOptions random_options(Random& random) {
    CopyOptions options;
    options.max_threads = static_cast<int>(random.in(0, 2));
    if (random.one_in(8)) options.max_overlap_work = random.in(0, 20);
    return options;
}

/// Formats of the two sides, and the plain way from an item of one to an item of the other.
struct Items {
    Format dst, src;
    ItemFunction convert;
};

// Copies by the library and by the loop; a destination that overlaps itself must be refused and left alone.
void check_copy(Random& random, Arena& arena, const Side& dst, const Side& src, const Items& items) {
    const bool refused = overlaps_itself(dst, arena);
    const std::vector<std::byte> expected = refused ? arena.bytes() : expected_after_copy(arena, dst, src, items.convert);
    CopyOptions options = refused ? CopyOptions{} : random_options(random);
    if (items.convert != nullptr) options.conversion = Conversion::cpp;
    const View dst_view = dst.view(arena, items.dst);
    const View src_view = src.view(arena, items.src);
    errc code = errc::ok;
    std::string message;
    try {
        if (random.one_in(4)) {
            const CopyPlan plan = CopyPlan::make(dst_view, src_view, options);
            plan.run(arena.at(dst.data), arena.at(src.data));
        } else {
            copy(dst_view, src_view, options);
        }
    } catch (const Error& error) {
        code = error.code();
        message = error.what();
    }
    EXPECT_EQ(code, refused ? errc::overlap : errc::ok) << message << "\ndst " << dst.to_string() << "\nsrc " << src.to_string();
    EXPECT_TRUE(arena.bytes() == expected) << "dst " << dst.to_string() << "\nsrc " << src.to_string()
                                           << (refused ? "" : "\n" + CopyPlan::make(dst_view, src_view, options).describe());
}

void check_copy(Random& random, Arena& arena, const Side& dst, const Side& src) {
    check_copy(random, arena, dst, src, {Format::opaque(dst.itemsize), Format::opaque(src.itemsize), nullptr});
}

Numbers random_source_strides(Random& random, const Numbers& shape, std::int64_t itemsize) {
    return random.one_in(3) ? wild_strides(random, shape, itemsize) : nested_strides(random, shape, itemsize);
}

Numbers random_destination_strides(Random& random, const Numbers& shape, std::int64_t itemsize) {
    return random.one_in(8) ? wild_strides(random, shape, itemsize) : nested_strides(random, shape, itemsize);
}

void check_separate(Random& random, const ShapeLimits& limits) {
    const std::int64_t itemsize = random_itemsize(random);
    const Numbers shape = random_shape(random, limits);
    const Numbers src_shape = random.one_in(4) ? random_broadcast_source(random, shape) : shape;
    const Numbers dst_strides = random_destination_strides(random, shape, itemsize);
    const Numbers src_strides = random.one_in(8) && src_shape.size() == shape.size() ? dst_strides : random_source_strides(random, src_shape, itemsize);
    Arena arena(random, bytes_needed(shape, dst_strides, itemsize) + bytes_needed(src_shape, src_strides, itemsize));
    const Side dst = place(random, arena, shape, dst_strides, itemsize);
    const Side src = place(random, arena, src_shape, src_strides, itemsize);
    check_copy(random, arena, dst, src);
}

TEST(random_copy, separate_buffers) {
    for_random_cases(50'000, [](Random& random) { check_separate(random, {}); });
}

TEST(random_copy, long_axes) {
    for_random_cases(30'000, [](Random& random) { check_separate(random, {1, 3, 150, 300}); });
}

TEST(random_copy, high_ranks) {
    for_random_cases(30'000, [](Random& random) { check_separate(random, {7, 12, 3, 160}); });
}

TEST(random_copy, one_buffer) {
    for_random_cases(60'000, [](Random& random) {
        const std::int64_t itemsize = random_itemsize(random);
        Side dst{random_shape(random, {0, 5, 9, 80}), {}, {}, itemsize, 0};
        Side src{random.one_in(4) ? random_broadcast_source(random, dst.shape) : dst.shape, {}, {}, itemsize, 0};
        dst.strides = random_destination_strides(random, dst.shape, itemsize);
        src.strides = random.one_in(2) && src.shape == dst.shape ? dst.strides : random_source_strides(random, src.shape, itemsize);
        if (random.one_in(4)) {
            for (std::int64_t& stride : src.strides) stride = random.one_in(2) ? -stride : stride;
        }
        Arena arena(random, bytes_needed(dst.shape, dst.strides, itemsize) + bytes_needed(src.shape, src.strides, itemsize) + 2 * itemsize);
        place_overlapping(random, arena, &dst, &src);
        check_copy(random, arena, dst, src);
    });
}

TEST(random_copy, suboffsets) {
    for_random_cases(30'000, [](Random& random) {
        const std::int64_t itemsize = random_itemsize(random);
        const Numbers shape = random_shape(random, {1, 4, 5, 40});
        const std::int64_t which = random.in(1, 4);  // 1: source, 2: destination, 3: both, 4: one indirect side twice
        Arena arena(random, 16 * 1024);
        const auto direct = [&](const Numbers& of_shape) { return place(random, arena, of_shape, nested_strides(random, of_shape, itemsize), itemsize); };
        const Side dst = which == 1 ? direct(shape) : place_indirect(random, arena, shape, itemsize);
        Side src = dst;
        if (which != 4) {
            const Numbers src_shape = random.one_in(4) ? random_broadcast_source(random, shape) : shape;
            src = which == 2 || src_shape.empty() ? direct(src_shape) : place_indirect(random, arena, src_shape, itemsize);
        } else if (shape[0] > 0 && random.one_in(2)) {  // the same elements, the first axis reversed
            src.data += src.strides[0] * (shape[0] - 1);
            src.strides[0] = -src.strides[0];
        }
        check_copy(random, arena, dst, src);
    });
}

template <class To, class From>
Items converting() {
    return {Format::of<To>(), Format::of<From>(), [](std::byte* to, const std::byte* from, std::int64_t) {
                From value;
                std::memcpy(&value, from, sizeof value);
                const To converted = static_cast<To>(value);
                std::memcpy(to, &converted, sizeof converted);
            }};
}

template <class T>
Items swapping() {
    const Format other = Format::of<T>().with_byte_order(ByteOrder::native == ByteOrder::little ? ByteOrder::big : ByteOrder::little);
    return {Format::of<T>(), other, [](std::byte* to, const std::byte* from, std::int64_t itemsize) { std::reverse_copy(from, from + itemsize, to); }};
}

TEST(random_copy, conversions) {
    const Items all[] = {swapping<std::uint16_t>(),
                         swapping<float>(),
                         swapping<std::int64_t>(),
                         converting<std::int32_t, std::int16_t>(),
                         converting<std::int8_t, std::int32_t>(),
                         converting<float, std::uint8_t>(),
                         converting<double, std::int32_t>()};
    for_random_cases(30'000, [&all](Random& random) {
        const Items& items = all[random.in(0, std::ssize(all) - 1)];
        const ShapeLimits limits = random.one_in(3) ? ShapeLimits{1, 3, 100, 300} : ShapeLimits{0, 8, 9, 100};
        Side dst{random_shape(random, limits), {}, {}, items.dst.itemsize(), 0};
        Side src{random.one_in(4) ? random_broadcast_source(random, dst.shape) : dst.shape, {}, {}, items.src.itemsize(), 0};
        dst.strides = random_destination_strides(random, dst.shape, dst.itemsize);
        src.strides = random.one_in(4) && src.shape == dst.shape ? dst.strides : random_source_strides(random, src.shape, src.itemsize);
        Arena arena(random, bytes_needed(dst.shape, dst.strides, dst.itemsize) + bytes_needed(src.shape, src.strides, src.itemsize) + 2 * dst.itemsize);
        if (random.one_in(3)) {
            place_overlapping(random, arena, &dst, &src);
        } else {
            dst = place(random, arena, dst.shape, dst.strides, dst.itemsize);
            src = place(random, arena, src.shape, src.strides, src.itemsize);
        }
        check_copy(random, arena, dst, src, items);
    });
}

// Above the size from which threads work.
TEST(random_copy, large_on_threads) {
    for_random_cases(
        12,
        [](Random& random) {
            const std::int64_t itemsize = random_itemsize(random);
            Numbers shape = random_shape(random, {1, 4, 30, 400});
            std::int64_t elements = 1;
            for (std::int64_t& extent : shape) elements *= extent = std::max<std::int64_t>(extent, 1);
            shape[static_cast<std::size_t>(random.in(0, static_cast<std::int64_t>(shape.size()) - 1))] *= (std::int64_t{5} << 18) / (elements * itemsize) + 1;
            const Numbers dst_strides = nested_strides(random, shape, itemsize);
            const Numbers src_shape = random.one_in(3) ? random_broadcast_source(random, shape) : shape;
            const Numbers src_strides = nested_strides(random, src_shape, itemsize);
            Arena arena(random, bytes_needed(shape, dst_strides, itemsize) + bytes_needed(src_shape, src_strides, itemsize));
            const Side dst = place(random, arena, shape, dst_strides, itemsize);
            const Side src = place(random, arena, src_shape, src_strides, itemsize);
            check_copy(random, arena, dst, src);
        },
        5000);
}

}  // namespace
}  // namespace ndlease::testing
