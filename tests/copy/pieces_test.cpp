// SPDX-License-Identifier: Apache-2.0
// Copies cut into parts that go through a slot of packed memory: all parts together are the copy.
#include <gtest/gtest.h>

#include "backend/copy_job.hpp"
#include "copy/pieces.hpp"
#include "copy/random_side.hpp"
#include "copy/task.hpp"
#include "copy/validate.hpp"
#include "cpu/run_copy.hpp"

namespace ndlease::testing {
namespace {

using namespace copying;

void run(const detail::CopyTask& task, std::byte* dst, const std::byte* src) {
    cpu::run_copy_here({task, dst + task.dst_offset, src + task.src_offset, {}, 1});
}

void check(Random& random, const ShapeLimits& limits, std::int64_t limit) {
    const std::int64_t itemsize = random_itemsize(random);
    const Numbers shape = random_shape(random, limits);
    const Numbers src_shape = random.one_in(3) ? random_broadcast_source(random, shape) : shape;
    const Numbers dst_strides = nested_strides(random, shape, itemsize);
    const Numbers src_strides = random.one_in(3) ? wild_strides(random, src_shape, itemsize) : nested_strides(random, src_shape, itemsize);
    Arena arena(random, bytes_needed(shape, dst_strides, itemsize) + bytes_needed(src_shape, src_strides, itemsize));
    const Side dst = place(random, arena, shape, dst_strides, itemsize);
    const Side src = place(random, arena, src_shape, src_strides, itemsize);
    const std::vector<std::byte> expected = expected_after_copy(arena, dst, src);
    AxisList axes;
    match_axes(Layout(shape, dst_strides), Layout(src_shape, src_strides), &axes);
    const detail::CopyTask task = build_task(&axes, {itemsize, itemsize, false});
    if (task.path == CopyPath::nothing) return;

    const SideOrder order = in_order_of(task, random.one_in(2) ? TaskSide::source : TaskSide::destination);
    const Pieces pieces = random.one_in(2) ? Pieces(task, limit) : Pieces(order, task, limit);
    std::int64_t total = 0;
    for (std::int64_t i = 0; i < pieces.count(); ++i) {
        const Piece piece = pieces.at(i);
        ASSERT_LE(piece.halves.bytes, limit);
        ASSERT_LE(piece.halves.bytes, pieces.largest_bytes());
        total += piece.halves.bytes;
        std::vector<std::byte> slot(static_cast<std::size_t>(piece.halves.bytes));
        run(piece.halves.away, slot.data(), arena.at(src.data) + task.src_offset + piece.src_offset);
        run(piece.halves.back, arena.at(dst.data) + task.dst_offset + piece.dst_offset, slot.data());
    }
    EXPECT_EQ(total, pieces.total_bytes());
    EXPECT_TRUE(arena.bytes() == expected) << pieces.count() << " parts\ndst " << dst.to_string() << "\nsrc " << src.to_string();
}

TEST(copy_pieces, together_are_the_copy) {
    for_random_cases(20'000, [](Random& random) { check(random, {}, random.in(1, 300)); });
}

TEST(copy_pieces, cut_long_runs) {
    for_random_cases(3'000, [](Random& random) { check(random, {1, 3, 500, 2000}, random.in(1, 700)); });
}

// The side in whose order the parts are packed is walked as it lies in memory, backwards or not.
// dst: (40,50):(200,4)  src: (40,50):(-4,-160)
TEST(copy_pieces, in_the_order_of_the_source_move_it_as_one_run) {
    AxisList axes;
    match_axes(Layout(Dims{40, 50}, Dims{200, 4}), Layout(Dims{40, 50}, Dims{-4, -160}), &axes);
    const detail::CopyTask task = build_task(&axes, {4, 4, false});
    const Pieces pieces(in_order_of(task, TaskSide::source), task, 1600);
    EXPECT_EQ(pieces.count(), 5);
    EXPECT_EQ(pieces.at(1).halves.away.path, CopyPath::one_run);
    EXPECT_EQ(pieces.at(1).halves.away.run_bytes, 1600);
}

// A row that is repeated is in the packed memory once.
// dst: (100,20):(80,4)  src: (20):(4)
TEST(copy_pieces, repeat_no_byte_of_the_source) {
    AxisList axes;
    match_axes(Layout(Dims{100, 20}, Dims{80, 4}), Layout(Dims{20}, Dims{4}), &axes);
    const detail::CopyTask task = build_task(&axes, {4, 4, false});
    const Pieces pieces(task, 4096);
    EXPECT_EQ(pieces.count(), 1);
    EXPECT_EQ(pieces.total_bytes(), 80);
}

}  // namespace
}  // namespace ndlease::testing
