// SPDX-License-Identifier: Apache-2.0
// Runs or single items at strides. Where the destination has no gaps they are packed, along its last axis or, if that is short, by offsets that are listed
// once for a whole block of positions; what is larger than the caches is collected in lines that go around them.
#include <algorithm>
#include <utility>

#include "cpu/item.hpp"
#include "cpu/paths.hpp"
#include "cpu/positions.hpp"
#include "cpu/simd/pack.hpp"
#include "cpu/simd/stream.hpp"
#include "cpu/staged.hpp"

namespace ndlease::cpu {
namespace {

constexpr std::int64_t short_axis = 32;            // positions
constexpr std::int64_t block_limit = 256;          // positions
constexpr std::int64_t least_streamed_row = 512;   // bytes: shorter rows with gaps between have too many lines that are written in part
constexpr std::int64_t least_staged_block = 1024;  // bytes without gaps, likewise

constexpr std::int64_t least_streamed_stretch = 1024;  // bytes: shorter stretches are collected with their neighbours
constexpr std::int64_t staged_at_once = 512;           // bytes: reading and writing take turns

struct Offsets {
    std::int64_t count = 0;
    std::int64_t dst[block_limit];
    std::int64_t src[block_limit];
};

void list_offsets(const AxisSet& axes, Offsets* block) noexcept {
    for_each_position(axes, [&](std::int64_t dst, std::int64_t src) {
        block->dst[block->count] = dst;
        block->src[block->count] = src;
        ++block->count;
    });
}

/// The outermost of the last axes that make a block of at most block_limit positions; the last axis itself when it is long enough alone.
int first_of_block(const detail::CopyTask& task, int outermost) noexcept {
    const int last = task.shape.size() - 1;
    if (task.shape[last] >= short_axis) return last;
    int first = last;
    for (std::int64_t positions = task.shape[last]; first > outermost && positions <= block_limit / task.shape[first - 1]; --first) {
        positions *= task.shape[first - 1];
    }
    return first;
}

AxisSet axes_between(const detail::CopyTask& task, int begin, int end) noexcept {
    AxisSet axes;
    for (int i = begin; i < end; ++i) axes.add(task, i);
    return axes;
}

/// The outermost axis from which on the destination has no gaps; the rank when already its runs have gaps between. *bytes: of a stretch without gaps.
int first_dense_axis(const detail::CopyTask& task, std::int64_t* bytes) noexcept {
    int axis = task.shape.size();
    *bytes = task.run_bytes;
    for (; axis > 0 && task.dst_strides[axis - 1] == *bytes; --axis) *bytes *= task.shape[axis - 1];
    return axis;
}

// Items that are written to lines far apart, in pages that the processor does not foresee. Asking pays where the lines lie in memory, not in a cache.
constexpr std::int64_t far_ahead = 32;                    // items
constexpr std::int64_t least_far_items = (8 << 20) / 64;  // of the whole copy, a line of a cache each
constexpr std::int64_t least_far_row = 4 * far_ahead;     // the last ones of a row are asked for by nobody

template <class Item>
void move_far_items(Item item, std::byte* dst, std::int64_t dst_stride, const std::byte* src, std::int64_t src_stride, std::int64_t count) noexcept {
    const std::int64_t asked = count - far_ahead;
    for (std::int64_t i = 0; i < asked; ++i) {
        __builtin_prefetch(dst + (i + far_ahead) * dst_stride, 1, 2);
        item.move(dst + i * dst_stride, src + i * src_stride);
    }
    move_items(item, dst + asked * dst_stride, dst_stride, src + asked * src_stride, src_stride, far_ahead);
}

bool has_far_items(const detail::CopyTask& task) noexcept {
    const std::int64_t row = task.shape[task.shape.size() - 1];
    std::int64_t items = 1;
    for (const std::int64_t extent : task.shape) items *= extent;  // fits: the plan has counted them
    return std::abs(task.dst_strides[task.shape.size() - 1]) >= ItemPacker::far_stride && row >= least_far_row && items >= least_far_items;
}

// The destination has gaps.
void scatter(const backend::CopyJob& job) noexcept {
    const detail::CopyTask& task = job.task;
    const int last = task.shape.size() - 1;
    const int first = first_of_block(task, 0);
    const AxisSet outer = axes_between(task, 0, first);
    with_item(task.run_bytes, [&](auto item) {
        if (first < last) {
            Offsets block;
            list_offsets(axes_between(task, first, last + 1), &block);
            for_each_position(outer, [&](std::int64_t dst, std::int64_t src) {
                std::byte* const to = job.dst + dst;
                const std::byte* const from = job.src + src;
                for (std::int64_t i = 0; i < block.count; ++i) item.move(to + block.dst[i], from + block.src[i]);
            });
        } else if (has_far_items(task)) {
            for_each_position(outer, [&](std::int64_t dst, std::int64_t src) {
                move_far_items(item, job.dst + dst, task.dst_strides[last], job.src + src, task.src_strides[last], task.shape[last]);
            });
        } else {
            for_each_position(outer, [&](std::int64_t dst, std::int64_t src) {
                move_items(item, job.dst + dst, task.dst_strides[last], job.src + src, task.src_strides[last], task.shape[last]);
            });
        }
    });
}

constexpr std::int64_t ahead_bytes = 32768;             // of the source: so far ahead it is asked for
constexpr std::int64_t longest_foresight = 8192;        // bytes: what is longer in one piece the processor foresees by itself
constexpr std::int64_t longest_woven_row = 131072;      // bytes: from here on the wait at the beginning of a row is nothing
constexpr std::int64_t least_foreseen_stretch = 65536;  // likewise, of the source's rows together
constexpr int woven_rows = 8;

/// Asks for the stretches of the source that come soon: the processor does not foresee a jump to another page.
class Foresight {
public:
    /// Stretches reach from `low` to `high` bytes beyond where they begin.
    Foresight(std::int64_t low, std::int64_t high) noexcept : low_(low), high_(high) {
        if (high - low > longest_foresight) high_ = low;
        distance_ = high_ > low ? std::max<std::int64_t>(1, ahead_bytes / (high - low)) : 0;
    }
    [[nodiscard]] std::int64_t distance() const noexcept { return distance_; }  ///< positions
    void ask(const std::byte* later) const noexcept {
        for (std::int64_t at = low_; at < high_; at += StagedOutput::line) __builtin_prefetch(later + at, 0, 2);
    }

private:
    std::int64_t low_, high_, distance_;
};

/// A walk over all rows.
struct Rows {
    std::byte* dst;
    const std::byte* src;
    AxisSet axes;
};

/// In the order in which they lie in the source's memory.
Rows in_source_order(const backend::CopyJob& job) noexcept {
    Rows rows{job.dst, job.src, {}};
    const detail::CopyTask& task = job.task;
    const auto step = [&](int i) { return std::abs(task.src_strides[i]); };
    int order[max_rank];
    const int rank = task.shape.size();
    for (int i = 0; i < rank; ++i) {
        int at = i;
        for (; at > 0 && step(order[at - 1]) < step(i); --at) order[at] = order[at - 1];
        order[at] = i;
    }
    for (int i = 0; i < rank; ++i) {
        rows.axes.add(task, order[i]);
        std::int64_t& dst_stride = rows.axes.dst_stride[i];
        std::int64_t& src_stride = rows.axes.src_stride[i];
        if (src_stride >= 0) continue;
        rows.dst += dst_stride * (rows.axes.extent[i] - 1);
        rows.src += src_stride * (rows.axes.extent[i] - 1);
        dst_stride = -dst_stride;
        src_stride = -src_stride;
    }
    return rows;
}

/// Bytes of the source from the first row on that the walk reads without a gap.
std::int64_t first_stretch(const AxisSet& axes, std::int64_t run_bytes) noexcept {
    std::int64_t bytes = run_bytes;
    for (int i = axes.rank - 1; i >= 0 && (axes.src_stride[i] == bytes || axes.src_stride[i] == 0); --i) {
        if (axes.src_stride[i] != 0) bytes *= axes.extent[i];
    }
    return bytes;
}

void copy_grids(const Rows& rows, std::int64_t bytes) noexcept {
    AxisSet outer = rows.axes;
    RowGrid grid{nullptr, nullptr, {1, 1}, {0, 0}, {0, 0}};
    for (int i = 1; i >= 0 && outer.rank > 0; --i) {
        --outer.rank;
        grid.count[i] = outer.extent[outer.rank];
        grid.dst_stride[i] = outer.dst_stride[outer.rank];
        grid.src_stride[i] = outer.src_stride[outer.rank];
    }
    for_each_position(outer, [&](std::int64_t dst, std::int64_t src) {
        grid.dst = rows.dst + dst;
        grid.src = rows.src + src;
        stream_grid(grid, bytes);
    });
}

void copy_woven_rows(const Rows& all, std::int64_t bytes) noexcept {
    const bool asks = bytes <= longest_foresight;
    StreamedRow rows[woven_rows];
    int count = 0;
    for_each_position_ahead(all.axes, asks ? ahead_bytes / bytes : 0, [&](std::int64_t dst, std::int64_t src, std::int64_t later) {
        rows[count++] = {all.dst + dst, all.src + src, asks ? all.src + later : nullptr};
        if (count == woven_rows) stream_rows(rows, std::exchange(count, 0), bytes);
    });
    stream_rows(rows, count, bytes);
}

bool has_whole_lines(const backend::CopyJob& job) noexcept {
    std::uint64_t bits = reinterpret_cast<std::uintptr_t>(job.dst) | static_cast<std::uint64_t>(job.task.run_bytes);
    for (const std::int64_t stride : job.task.dst_strides) bits |= static_cast<std::uint64_t>(stride);
    return bits % StagedOutput::line == 0;
}

void copy_rows_streamed(const backend::CopyJob& job) noexcept {
    const std::int64_t bytes = job.task.run_bytes;
    // Lines that are written whole may be written in any order; those that two rows share should still be in the cache for the second.
    const bool whole = has_whole_lines(job);
    const Rows rows = whole ? in_source_order(job) : Rows{job.dst, job.src, axes_between(job.task, 0, job.task.shape.size())};
    if (whole && first_stretch(rows.axes, bytes) >= least_foreseen_stretch) {
        copy_grids(rows, bytes);
    } else if (bytes > longest_woven_row) {
        for_each_position(rows.axes, [&](std::int64_t dst, std::int64_t src) { stream_run(rows.dst + dst, rows.src + src, bytes); });
    } else {
        copy_woven_rows(rows, bytes);
    }
}

/// Calls visit(dst_offset, count, put, put_streamed) for stretches along the last axis, or for blocks of the last axes where that is short.
/// put(to, begin, count) packs positions [begin, begin + count) of it to any place; put_streamed(to, count) is pack_streamed from its first position on.
template <class Visit>
void for_each_stretch(const backend::CopyJob& job, int dense, Visit&& visit) noexcept {
    const detail::CopyTask& task = job.task;
    const int last = task.shape.size() - 1;
    const std::int64_t run = task.run_bytes;
    const int first = first_of_block(task, dense);
    const AxisSet outer = axes_between(task, 0, first);
    if (first < last) {
        Offsets block;
        list_offsets(axes_between(task, first, last + 1), &block);
        with_item(run, [&](auto item) {
            for_each_position(outer, [&](std::int64_t dst, std::int64_t src) {
                const std::byte* const from = job.src + src;
                visit(
                    dst, block.count,
                    [&](std::byte* to, std::int64_t begin, std::int64_t count) {
                        for (std::int64_t i = 0; i < count; ++i) item.move(to + i * item.size, from + block.src[begin + i]);
                    },
                    [](std::byte*, std::int64_t) { return std::int64_t{0}; });
            });
        });
    } else {
        const ItemPacker packer(run, task.src_strides[last]);
        const std::int64_t reach = (task.shape[last] - 1) * packer.src_stride;
        const std::int64_t low = std::min<std::int64_t>(reach, 0);
        const std::int64_t high = run + std::max<std::int64_t>(reach, 0);
        const bool follow = outer.rank > 0 && outer.src_stride[outer.rank - 1] == high - low;  // stretches without gaps between need no foresight of ours
        const Foresight foresight(low, follow ? low : high);
        for_each_position_ahead(outer, job.past_caches ? foresight.distance() : 0, [&](std::int64_t dst, std::int64_t src, std::int64_t later) {
            const std::byte* const from = job.src + src;
            if (job.past_caches) foresight.ask(job.src + later);
            visit(
                dst, task.shape[last],
                [&](std::byte* to, std::int64_t begin, std::int64_t count) { pack_items(packer, to, from + begin * packer.src_stride, count); },
                [&](std::byte* to, std::int64_t count) { return pack_streamed(packer, to, from, count); });
        });
    }
}

void pack(const backend::CopyJob& job, int dense) noexcept {
    for_each_stretch(job, dense, [&](std::int64_t dst, std::int64_t count, auto&& put, auto&&) { put(job.dst + dst, 0, count); });
}

void pack_past_caches(const backend::CopyJob& job, int dense) noexcept {
    const std::int64_t run = job.task.run_bytes;
    const std::int64_t piece = std::max<std::int64_t>(1, staged_at_once / run);  // positions
    StagedOutput output(job.dst);
    std::int64_t end = 0;  // of what was put in so far
    for_each_stretch(job, dense, [&](std::int64_t dst, std::int64_t count, auto&& put, auto&& put_streamed) {
        std::int64_t begin = 0;
        if (count * run >= least_streamed_stretch) {
            output.finish();
            begin = put_streamed(job.dst + dst, count);
            output.start(job.dst + dst + begin * run);
        } else if (dst != end) {
            output.finish();
            output.start(job.dst + dst);
        }
        for (; begin < count; begin += piece) {
            const std::int64_t part = std::min(count - begin, piece);
            put(output.room(), begin, part);
            output.advance(part * run);
        }
        end = dst + count * run;
    });
    output.finish();
}

}  // namespace

void copy_strided(const backend::CopyJob& job) noexcept {
    std::int64_t dense_bytes = 0;
    const int dense = first_dense_axis(job.task, &dense_bytes);
    const std::int64_t run = job.task.run_bytes;
    if (job.past_caches && (run > StagedOutput::largest_piece || (run >= least_streamed_row && dense_bytes == run) || has_whole_lines(job))) {
        copy_rows_streamed(job);
    } else if (dense == job.task.shape.size()) {
        scatter(job);
    } else if (job.past_caches && dense_bytes >= least_staged_block) {
        pack_past_caches(job, dense);
    } else {
        pack(job, dense);
    }
}

}  // namespace ndlease::cpu
