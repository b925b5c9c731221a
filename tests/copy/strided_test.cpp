// SPDX-License-Identifier: Apache-2.0
// Rows, items, broadcasts and conversions through the CPU's own door: around the caches and not, on every instruction set, so that small arrays take every
// way that large ones do.
#include <gtest/gtest.h>

#include <algorithm>
#include <complex>
#include <cstring>
#include <string>

#include "copy/copy_conversion.hpp"
#include "copy/instruction_sets.hpp"
#include "copy/loop_oracle.hpp"
#include "copy/random_side.hpp"
#include "copy/task.hpp"
#include "cpu/run_copy.hpp"

#include <ndlease/format_types.hpp>

namespace ndlease::testing {
namespace {

struct Items {
    Format dst, src;
    ItemFunction convert = nullptr;
};

::testing::AssertionResult copies(Arena& arena, const Side& dst, const Side& src, const Items& items, bool past_caches) {
    const std::vector<std::byte> expected = expected_after_copy(arena, dst, src, items.convert);
    copying::AxisList axes;
    for (int i = 0; i < dst.rank(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        axes.push_back({dst.shape[at], dst.strides[at], src.strides[at]});
    }
    const auto conversion = copying::make_conversion(dst.view(arena, items.dst), src.view(arena, items.src), Conversion::cpp);
    const detail::CopyTask task = copying::build_task(&axes, {dst.itemsize, src.itemsize, conversion != nullptr, {}, {}});
    const backend::ItemConverter converter = conversion != nullptr ? copying::converter(*conversion) : backend::ItemConverter{};
    cpu::run_copy_here({task, arena.at(dst.data) + task.dst_offset, arena.at(src.data) + task.src_offset, converter, 1, false, past_caches});
    if (arena.bytes() == expected) return ::testing::AssertionSuccess();
    const auto at = std::mismatch(expected.begin(), expected.end(), arena.bytes().begin()).first - expected.begin();
    return ::testing::AssertionFailure() << to_string(task.path) << ", src: " << src.to_string() << "  dst: " << dst.to_string()
                                         << (past_caches ? ", past caches" : "") << ": byte " << at << " of the arena";
}

/// Without gaps, the last axis fastest, or with `gap` bytes after each line of it.
Numbers nested(const Numbers& shape, std::int64_t itemsize, std::int64_t gap) {
    Numbers strides(shape.size());
    std::int64_t run = itemsize;
    for (std::size_t i = shape.size(); i > 0; --i) {
        strides[i - 1] = run;
        run = run * shape[i - 1] + (i == shape.size() ? gap : 0);
    }
    return strides;
}

::testing::AssertionResult copies(Random& random, const Numbers& shape, const Numbers& src_strides, std::int64_t dst_gap, const Items& items) {
    const Numbers dst_strides = nested(shape, items.dst.itemsize(), dst_gap);
    Arena arena(random, bytes_needed(shape, dst_strides, items.dst.itemsize()) + bytes_needed(shape, src_strides, items.src.itemsize()) + 512);
    const Side dst = place(random, arena, shape, dst_strides, items.dst.itemsize());
    const Side src = place(random, arena, shape, src_strides, items.src.itemsize());
    return copies(arena, dst, src, items, !random.one_in(4));
}

Items plain(std::int64_t itemsize) { return {Format::opaque(itemsize), Format::opaque(itemsize), nullptr}; }

class Strided : public ::testing::TestWithParam<std::int64_t> {};

TEST_P(Strided, items_of_a_line) {
    const InstructionSet set(GetParam());
    for (const std::int64_t itemsize : {1, 2, 3, 4, 5, 6, 8, 12, 16, 24, 32, 40}) {
        Random random(static_cast<std::uint64_t>(itemsize));
        for (const std::int64_t stride : {std::int64_t{0}, -itemsize, 2 * itemsize, -2 * itemsize, itemsize + 4, std::int64_t{128}, std::int64_t{200}}) {
            for (const std::int64_t count : {2, 15, 64, 300, 2048, 5000}) {
                ASSERT_TRUE(copies(random, {count}, {stride}, 0, plain(itemsize)));
                ASSERT_TRUE(copies(random, {3, count}, {count * 40 + 8, stride}, random.one_in(2) ? 0 : 5 * itemsize, plain(itemsize)));
            }
        }
    }
}

// src: (rows):(run+gap)  dst: (rows):(run) or with gaps
TEST_P(Strided, rows_of_every_length) {
    const InstructionSet set(GetParam());
    Random random(7);
    for (int n = 0; n < 500; ++n) {
        const std::int64_t run = random.one_in(2) ? random.in(2, 300) : random.one_in(2) ? 64 * random.in(1, 40) : random.in(300, 6000);
        const std::int64_t rows = random.in(2, std::max<std::int64_t>(3, 20'000 / run));
        const std::int64_t gap = random.in(1, 70);
        const std::int64_t pitch = random.one_in(3) ? -(run + gap) : random.one_in(5) ? 0 : run + gap;
        ASSERT_TRUE(copies(random, {rows, run}, {pitch, 1}, random.one_in(3) ? random.in(1, 100) : random.one_in(3) ? 64 : 0, plain(1)));
    }
}

// src: (a,b,c,run) with the outer axes in any order of memory, mirrored or repeated  dst: without gaps, or with a line between
TEST_P(Strided, rows_of_whole_lines_in_every_order) {
    const InstructionSet set(GetParam());
    for (std::uint64_t seed = 0; seed < 80; ++seed) {
        Random random(seed);
        const bool lines = !random.one_in(3);  // else rows that only look like some
        const std::int64_t run = lines ? 64 * random.in(1, 12) : 16 * random.in(4, 48);
        const Numbers shape{random.in(2, 9), random.in(2, 9), random.in(2, 9), run};
        Numbers order{0, 1, 2};
        for (std::int64_t i = 2; i > 0; --i) std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(random.in(0, i))]);
        Numbers strides(4, 1);
        std::int64_t step = run + (random.one_in(3) ? random.in(1, 70) : 0);
        for (const std::int64_t axis : order) {
            const auto i = static_cast<std::size_t>(axis);
            strides[i] = random.one_in(8) ? 0 : random.one_in(3) ? -step : step;
            step *= shape[i];
        }
        const Numbers dst_strides = nested(shape, 1, random.one_in(2) ? 0 : 64);
        const std::int64_t dst_bytes = bytes_needed(shape, dst_strides, 1);
        Arena arena(random, dst_bytes + bytes_needed(shape, strides, 1) + 700);
        const std::int64_t at = arena.take(random, dst_bytes + 128);
        const auto address = reinterpret_cast<std::uintptr_t>(arena.at(at));
        const Side dst{shape, dst_strides, {}, 1, at + static_cast<std::int64_t>((64 - address % 64) % 64) + (lines ? 0 : 16 * random.in(0, 3))};
        ASSERT_TRUE(copies(arena, dst, place(random, arena, shape, strides, 1), plain(1), true)) << "seed " << seed;
    }
}

TEST_P(Strided, short_axes) {
    const InstructionSet set(GetParam());
    for (std::uint64_t seed = 0; seed < 800; ++seed) {
        Random random(seed);
        const std::int64_t sizes[] = {1, 2, 3, 4, 6, 8, 12, 16, 24, 100};
        const std::int64_t itemsize = sizes[random.in(0, 9)];
        const Numbers shape{random.in(2, 40), random.in(2, 12), random.in(2, 9), random.in(2, 5)};
        Numbers strides = nested(shape, itemsize * random.in(2, 3), random.in(0, 20));
        if (random.one_in(3)) strides[3] = -strides[3];
        if (random.one_in(3)) strides[static_cast<std::size_t>(random.in(0, 3))] = 0;
        ASSERT_TRUE(copies(random, shape, strides, random.one_in(2) ? 0 : random.in(1, 30), plain(itemsize))) << "seed " << seed;
    }
}

// src: (rows, items):(pitch, item)  dst: (rows, items):(pitch, step), so many and so far apart that their lines lie in no cache
TEST(FarItems, of_many_rows_and_of_one) {
    Random random(11);
    for (const std::int64_t step : {128, 136, -160}) {
        for (const std::int64_t items : {131'072, 131'075, 517}) {
            const std::int64_t itemsize = random.one_in(2) ? 8 : 12;
            const Numbers shape{131'072 / items + 2, items};
            const std::int64_t width = std::abs(step);
            const Numbers dst_strides{width * items + random.in(0, 1) * 24, step}, src_strides{itemsize * items, itemsize};
            Arena arena(random, bytes_needed(shape, dst_strides, itemsize) + bytes_needed(shape, src_strides, itemsize) + 512);
            const Side dst = place(random, arena, shape, dst_strides, itemsize);
            ASSERT_TRUE(copies(arena, dst, place(random, arena, shape, src_strides, itemsize), plain(itemsize), false)) << step << ", " << items;
        }
    }
}

// src: (rows, pixels, planes):(pitch, pixel, word)  dst: (planes, rows, pixels), and the other way round
TEST_P(Strided, planes) {
    const InstructionSet set(GetParam());
    for (std::uint64_t seed = 0; seed < 150; ++seed) {
        Random random(seed);
        const std::int64_t word = std::int64_t{1} << random.in(0, 3);
        const std::int64_t planes = random.in(2, 5);
        const std::int64_t rows = random.in(1, 3);
        const std::int64_t pixels = random.one_in(2) ? random.in(2, 400) : random.one_in(2) ? 64 * random.in(1, 30) : 16'384 / word + random.in(0, 99);
        const std::int64_t gap = random.one_in(2) ? 0 : random.in(1, 70);
        const std::int64_t dst_gap = random.one_in(2) ? 0 : random.one_in(2) ? 64 : random.in(1, 70);
        const std::int64_t step = random.one_in(3) ? -word : word;
        ASSERT_TRUE(copies(random, {planes, rows, pixels}, {step, planes * word * pixels + gap, planes * word}, dst_gap, plain(word))) << "seed " << seed;
        const std::int64_t plane = rows * (pixels * word + gap);
        ASSERT_TRUE(copies(random, {rows, pixels, planes}, {pixels * word + gap, word, random.one_in(3) ? -plane : plane}, 0, plain(word))) << "seed " << seed;
    }
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

/// Only the first half of each item of the source is read.
Items real_parts() {
    Items items = converting<float, double>();
    items.src = Format::of<std::complex<double>>();
    return items;
}

TEST_P(Strided, conversions) {
    const InstructionSet set(GetParam());
    const Items all[] = {swapping<std::uint16_t>(),
                         swapping<std::uint32_t>(),
                         swapping<std::uint64_t>(),
                         converting<float, std::uint8_t>(),
                         converting<double, std::int32_t>(),
                         converting<std::int64_t, std::int8_t>(),
                         converting<std::uint8_t, std::int32_t>(),
                         converting<std::int16_t, std::int64_t>(),
                         converting<double, float>(),
                         real_parts()};
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        Random random(seed);
        const Items& items = all[random.in(0, std::ssize(all) - 1)];
        const std::int64_t from = items.src.itemsize();
        const Numbers shape{random.in(1, 3), random.in(2, 150), random.in(2, 150)};
        const std::int64_t gap = random.one_in(2) ? 0 : random.in(1, 70);
        Numbers strides = nested(shape, random.one_in(3) ? 2 * from : from, gap);
        if (!random.one_in(3)) strides = {strides[0], from, shape[1] * from + gap};  // crossed
        if (random.one_in(6)) strides[2] = -strides[2];
        ASSERT_TRUE(copies(random, shape, strides, random.one_in(2) ? 0 : random.in(1, 70), items)) << "seed " << seed;
    }
}

TEST_P(Strided, long_conversions) {
    const InstructionSet set(GetParam());
    const Items all[] = {swapping<std::uint16_t>(), converting<float, std::uint16_t>(), converting<std::int64_t, std::int8_t>(), real_parts()};
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        Random random(seed);
        for (const Items& items : all) {
            const std::int64_t from = items.src.itemsize();
            ASSERT_TRUE(copies(random, {random.in(5000, 9000)}, {random.one_in(2) ? from : 2 * from}, 0, items));
            ASSERT_TRUE(copies(random, {random.in(2, 4), 2003}, {2003 * from + random.in(1, 9), from}, random.one_in(2) ? 0 : random.in(1, 70), items));
            ASSERT_TRUE(copies(random, {random.in(300, 500), random.in(90, 700)}, {from, 500 * from + random.in(0, 9)}, random.one_in(2) ? 0 : 3, items));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(sets, Strided, ::testing::ValuesIn(instruction_sets()), [](const auto& test) { return instruction_set_name(test.param); });

}  // namespace
}  // namespace ndlease::testing
