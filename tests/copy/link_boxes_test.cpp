// SPDX-License-Identifier: Apache-2.0
// Copies over the link cut into parts that go through scratch memory: all parts together are the copy, the engine's rules hold, and no byte outside of the
// views is touched.
#include <gtest/gtest.h>

#include <cstring>

#include "backend/copy_job.hpp"
#include "copy/link_boxes.hpp"
#include "copy/packed.hpp"
#include "copy/random_side.hpp"
#include "copy/task.hpp"
#include "copy/validate.hpp"
#include "cpu/run_copy.hpp"

namespace ndlease::testing {
namespace {

using namespace copying;

/// Bytes that may be touched.
struct Range {
    const std::byte* begin;
    const std::byte* end;
    void expect_holds(const std::byte* address, std::int64_t bytes) const { EXPECT_TRUE(address >= begin && address + bytes <= end); }
};

/// The copy engine, as its manual says it: rows of `width`, `pitch` bytes apart, in planes of a whole number of pitches.
void run_rows(const DmaRows& rows, std::byte* dst, const Range& dst_range, const std::byte* src, const Range& src_range) {
    const backend::RowBlock& b = rows.block;
    if (b.rows > 1) {
        ASSERT_TRUE(b.dst_pitch >= b.width && b.src_pitch >= b.width);
    } else {
        ASSERT_EQ(b.planes, 1);
    }
    if (b.planes > 1) {
        ASSERT_TRUE(b.dst_plane % b.dst_pitch == 0 && b.src_plane % b.src_pitch == 0);
        ASSERT_TRUE(b.dst_plane / b.dst_pitch >= b.rows && b.src_plane / b.src_pitch >= b.rows);
    }
    double blocks = 0;
    for_each_block(rows, [&](std::int64_t dst_offset, std::int64_t src_offset) {
        ++blocks;
        for (std::int64_t plane = 0; plane < b.planes; ++plane) {
            for (std::int64_t row = 0; row < b.rows; ++row) {
                std::byte* const to = dst + dst_offset + plane * b.dst_plane + row * b.dst_pitch;
                const std::byte* const from = src + src_offset + plane * b.src_plane + row * b.src_pitch;
                dst_range.expect_holds(to, b.width);
                src_range.expect_holds(from, b.width);
                if (::testing::Test::HasFailure()) return;
                std::memcpy(to, from, static_cast<std::size_t>(b.width));
            }
        }
    });
    EXPECT_EQ(blocks, rows.call_count());
}

void run_kernel(const detail::CopyTask& task, std::byte* dst, const std::byte* src) {
    cpu::run_copy_here({task, dst + task.dst_offset, src + task.src_offset, {}, 1});
}

/// From the side's first byte to its last, wherever element (0, ..., 0) is.
Range range_of(Arena& arena, const Side& side) {
    std::int64_t low = side.data;
    std::int64_t high = side.data + side.itemsize;
    for (std::size_t i = 0; i < side.shape.size(); ++i) {
        const std::int64_t step = (side.shape[i] - 1) * side.strides[i];
        (step < 0 ? low : high) += step;
    }
    return {arena.at(low), arena.at(high)};
}

void check(Random& random, const ShapeLimits& limits, std::int64_t limit) {
    const bool to_device = random.one_in(2);
    const std::int64_t itemsize = random_itemsize(random);
    const Numbers shape = random_shape(random, limits);
    const Numbers src_shape = random.one_in(3) ? random_broadcast_source(random, shape) : shape;
    const Numbers dst_strides = nested_strides(random, shape, itemsize);
    const Numbers src_strides = random.one_in(3)                                       ? wild_strides(random, src_shape, itemsize)
                                : random.one_in(4) && src_shape.size() == shape.size() ? dst_strides
                                                                                       : nested_strides(random, src_shape, itemsize);
    Arena arena(random, bytes_needed(shape, dst_strides, itemsize) + bytes_needed(src_shape, src_strides, itemsize) + 64);
    const Side dst = place(random, arena, shape, dst_strides, itemsize);
    const Side src = place(random, arena, src_shape, src_strides, itemsize);
    if (overlaps_itself(dst, arena)) return;
    const std::vector<std::byte> expected = expected_after_copy(arena, dst, src);
    AxisList axes;
    match_axes(Layout(shape, dst_strides), Layout(src_shape, src_strides), &axes);
    const detail::CopyTask task = build_task(&axes, {itemsize, itemsize, false});
    if (task.path == CopyPath::nothing) return;

    const SideOrder order = in_order_of(task, to_device ? TaskSide::source : TaskSide::destination);
    const int contiguous = scatter_of(order, task.run_bytes).axes;
    int moving = 0;
    while (moving < order.axes.rank && order.stride(order.axes.rank - 1 - moving) != 0) ++moving;
    const int row_axes = to_device ? static_cast<int>(random.in(contiguous, moving)) : contiguous;
    const LinkBoxes boxes(order, task, row_axes, limit);
    std::byte* const to = arena.at(dst.data) + task.dst_offset;
    const std::byte* const from = arena.at(src.data) + task.src_offset;
    const std::string about = std::to_string(boxes.count()) + " parts, " + std::to_string(row_axes) + " axes in a row, limit " + std::to_string(limit) +
                              "\ndst " + dst.to_string() + "\nsrc " + src.to_string();
    EXPECT_EQ(LinkBoxes(order, task, row_axes, boxes.scratch_bytes()).count(), boxes.count()) << about;
    for (std::int64_t i = 0; i < boxes.count(); ++i) {
        const LinkBox box = boxes.at(i);
        ASSERT_LE(box.bytes, limit) << about;
        ASSERT_LE(box.bytes, boxes.scratch_bytes()) << about;
        std::vector<std::byte> scratch(static_cast<std::size_t>(box.bytes));
        const Range all{scratch.data(), scratch.data() + scratch.size()};
        if (to_device) {
            run_rows(box.dma, scratch.data(), all, from + box.src_offset, range_of(arena, src));
            run_kernel(box.kernel, to + box.dst_offset, scratch.data());
        } else {
            run_kernel(box.kernel, scratch.data(), from + box.src_offset);
            run_rows(box.dma, to + box.dst_offset, range_of(arena, dst), scratch.data(), all);
        }
        if (::testing::Test::HasFailure()) break;
    }
    EXPECT_TRUE(arena.bytes() == expected) << about;
}

TEST(link_boxes, together_are_the_copy) {
    for_random_cases(20'000, [](Random& random) { check(random, {}, random.in(48, 400)); });
}

TEST(link_boxes, cut_long_rows) {
    for_random_cases(3'000, [](Random& random) { check(random, {1, 3, 500, 2000}, random.in(48, 900)); });
}

TEST(link_boxes, fit_one_part) {
    for_random_cases(5'000, [](Random& random) { check(random, {}, std::int64_t{1} << 30); });
}

// Rows alone, as the copy engine takes them without scratch memory.
TEST(dma_rows, together_are_the_copy) {
    for_random_cases(10'000, [](Random& random) {
        const Numbers shape = random_shape(random, {});
        const std::int64_t itemsize = random_itemsize(random);
        const Numbers dst_strides = nested_strides(random, shape, itemsize);
        const Numbers src_strides = random.one_in(2) ? dst_strides : nested_strides(random, shape, itemsize);
        Arena arena(random, bytes_needed(shape, dst_strides, itemsize) + bytes_needed(shape, src_strides, itemsize) + 64);
        const Side dst = place(random, arena, shape, dst_strides, itemsize);
        const Side src = place(random, arena, shape, src_strides, itemsize);
        const std::vector<std::byte> expected = expected_after_copy(arena, dst, src);
        AxisList axes;
        match_axes(Layout(shape, dst_strides), Layout(shape, src_strides), &axes);
        const detail::CopyTask task = build_task(&axes, {itemsize, itemsize, false});
        if (task.path == CopyPath::nothing) return;
        run_rows(arrange_dma_rows(axes_of(task), task.run_bytes), arena.at(dst.data) + task.dst_offset, range_of(arena, dst),
                 arena.at(src.data) + task.src_offset, range_of(arena, src));
        EXPECT_TRUE(arena.bytes() == expected) << "dst " << dst.to_string() << "\nsrc " << src.to_string();
    });
}

// A box of a volume is one call: rows and planes.
// dst: (6,5,40):(200,40,1)  src: (6,5,40):(4096,64,1)
TEST(dma_rows, of_a_box_are_one_call) {
    AxisList axes;
    axes.push_back({6, 200, 4096});
    axes.push_back({5, 40, 64});
    const DmaRows rows = arrange_dma_rows(axes, 40);
    EXPECT_EQ(rows.call_count(), 1);
    EXPECT_EQ(rows.row_count(), 30);
    EXPECT_EQ(rows.block.planes, 6);
    axes.axis[0].src_stride = 4100;                         // no multiple of the pitch
    EXPECT_EQ(arrange_dma_rows(axes, 40).call_count(), 5);  // the planes are the rows then
    axes.axis[1].src_stride = -64;
    EXPECT_EQ(arrange_dma_rows(axes, 40).call_count(), 5);
    axes.axis[0].src_stride = backend::RowBlock::most_pitch + std::int64_t{1};
    EXPECT_EQ(arrange_dma_rows(axes, 40).call_count(), 30);
}

}  // namespace
}  // namespace ndlease::testing
