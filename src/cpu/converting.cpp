// SPDX-License-Identifier: Apache-2.0
// Items that change format on the way: strided runs are handed to the converter. Where the two sides are contiguous along different axes they are
// converted in tiles, that is in a small buffer and transposed there, some rows at a time. What is larger than the caches goes around them.
#include <algorithm>

#include "cpu/paths.hpp"
#include "cpu/positions.hpp"
#include "cpu/simd/transpose.hpp"
#include "cpu/staged.hpp"
#include "cpu/tile_room.hpp"

namespace ndlease::cpu {
namespace {

constexpr std::int64_t short_run = 16;             // items: below this, another axis may serve better
constexpr std::int64_t block_items = 64;           // along either axis of a crossed plane
constexpr std::int64_t least_streamed_run = 1024;  // bytes

int run_axis(const Dims& shape) noexcept {
    int axis = shape.size() - 1;
    if (shape[axis] >= short_run) return axis;
    for (int i = axis - 1; i >= 0; --i) {
        if (shape[i] > shape[axis]) axis = i;
    }
    return axis;
}

void convert_run(const backend::CopyJob& job, int axis, std::int64_t dst, std::int64_t src, std::int64_t count) noexcept {
    job.converter.run(job.converter.program, job.dst + dst, job.task.dst_strides[axis], job.src + src, job.task.src_strides[axis], count);
}

void convert_plane(const backend::CopyJob& job, int d, int s, std::int64_t dst, std::int64_t src) noexcept {
    const detail::CopyTask& task = job.task;
    for (std::int64_t i = 0; i < task.shape[d]; i += block_items) {
        const std::int64_t count = std::min(block_items, task.shape[d] - i);
        for (std::int64_t k = 0; k < task.shape[s]; ++k) {
            convert_run(job, d, dst + i * task.dst_strides[d] + k * task.dst_strides[s], src + i * task.src_strides[d] + k * task.src_strides[s], count);
        }
    }
}

// The destination has no gaps along its last axis.
void convert_past_caches(const backend::CopyJob& job, int last, const AxisSet& outer) noexcept {
    const detail::CopyTask& task = job.task;
    const std::int64_t item = task.dst_itemsize;
    const std::int64_t src_stride = task.src_strides[last];
    const std::int64_t piece = std::max<std::int64_t>(1, StagedOutput::largest_piece / 2 / item);
    StagedOutput output(job.dst);
    std::int64_t end = 0;  // of what was put in so far
    const bool streams = job.converter.run_streamed != nullptr && src_stride == task.src_itemsize && task.shape[last] * item >= least_streamed_run;
    for_each_position(outer, [&](std::int64_t dst, std::int64_t src) {
        if (streams) {
            job.converter.run_streamed(job.converter.program, job.dst + dst, job.src + src, task.shape[last]);
            return;
        }
        if (dst != end) {
            output.finish();
            output.start(job.dst + dst);
        }
        for (std::int64_t i = 0; i < task.shape[last]; i += piece) {
            const std::int64_t count = std::min(piece, task.shape[last] - i);
            job.converter.run(job.converter.program, output.room(), item, job.src + src + i * src_stride, src_stride, count);
            output.advance(count * item);
        }
        end = dst + task.shape[last] * item;
    });
    output.finish();
}

/// A plane whose destination is contiguous along `d` and whose source is along `s`, tile by tile.
class ConvertedTiles {
public:
    static bool serve(const backend::CopyJob& job, int d, int s) noexcept {
        const detail::CopyTask& task = job.task;
        return job.converter.fills_items && is_transposable(task.dst_itemsize) && task.src_itemsize <= longest_item && task.shape[s] >= least_extent &&
               task.shape[d] >= least_extent && task.dst_strides[d] == task.dst_itemsize && task.src_strides[s] == task.src_itemsize;
    }

    ConvertedTiles(const backend::CopyJob& job, int d, int s, const TileRoom& room) noexcept : job_(job), d_(d), s_(s) {
        const std::int64_t buffer_bytes = room.bytes() / 2;  // each of the three has as much
        in_ = room.in();
        converted_ = room.in() + buffer_bytes;
        out_ = room.out();
        const bool whole_lines = job.task.dst_strides[s] % StagedOutput::line == 0;
        const std::int64_t positions = buffer_bytes / std::max(job.task.dst_itemsize, job.task.src_itemsize);  // of a tile: at least 32
        d_block_ = (whole_lines ? row_bytes : 2 * row_bytes) / job.task.dst_itemsize;                          // ends within lines are dear
        d_block_ = std::min(d_block_, positions / 8);
        s_block_ = std::min(row_bytes / job.task.src_itemsize, positions / d_block_);
    }

    /// Tiles follow each other along the destination's rows, as they do in cpu/tiles.cpp.
    void convert(std::byte* dst, const std::byte* src) noexcept {
        const detail::CopyTask& task = job_.task;
        // The first block is cut so that those after it start at a line.
        const auto past = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(dst) % StagedOutput::line);
        const std::int64_t d_first = past % task.dst_itemsize == 0 ? d_block_ - past / task.dst_itemsize % d_block_ : d_block_;
        for (std::int64_t s = 0; s < task.shape[s_]; s += s_block_) {
            const std::int64_t s_count = std::min(s_block_, task.shape[s_] - s);
            for (std::int64_t d = 0, d_count = d_first; d < task.shape[d_]; d += d_count, d_count = d_block_) {
                d_count = std::min(d_count, task.shape[d_] - d);
                const std::byte* const from = src + d * task.src_strides[d_] + s * task.src_itemsize;
                const bool last = d + d_count == task.shape[d_];
                const std::byte* const next = last ? src + (s + s_count) * task.src_itemsize : from + d_count * task.src_strides[d_];
                convert_tile(dst + d * task.dst_itemsize + s * task.dst_strides[s_], from, d_count, s_count, next);
            }
        }
    }

private:
    static constexpr std::int64_t longest_item = 16;  // bytes
    static constexpr std::int64_t least_extent = 8;   // positions: of a narrower plane, tiles use up few of the lines that they hold
    static constexpr std::int64_t row_bytes = 256;    // of a tile, on either side
    static constexpr std::int64_t band_bytes = 8192;  // of the tile's source: so much passes through the first-level cache at once

    void convert_tile(std::byte* dst, const std::byte* src, std::int64_t d, std::int64_t s, const std::byte* next) noexcept {
        const detail::CopyTask& task = job_.task;
        const std::int64_t read = s * task.src_itemsize;
        const std::int64_t written = d * task.dst_itemsize;
        const RowStarts src_rows{nullptr, task.src_strides[d_]};
        const RowStarts dst_rows{nullptr, task.dst_strides[s_]};
        if (job_.past_caches) claim_row_ends(dst, dst_rows, s, written);
        const std::int64_t band = std::max<std::int64_t>(band_bytes / read, 1);
        const std::int64_t pitch = s * task.dst_itemsize;
        for (std::int64_t begin = 0; begin < d; begin += band) {
            const std::int64_t rows = std::min(band, d - begin);
            gather_rows(in_, read, src, src_rows.from(begin), rows, read);
            job_.converter.run(job_.converter.program, converted_, task.dst_itemsize, in_, task.src_itemsize, rows * s);
            transpose_words(task.dst_itemsize, {out_ + begin * task.dst_itemsize, written, converted_, pitch}, rows, s);
        }
        scatter_rows(dst, dst_rows, out_, written, s, written, job_.past_caches, {next, src_rows, job_.past_caches ? d : 0, read});
    }

    const backend::CopyJob& job_;
    std::byte *in_, *converted_, *out_;
    int d_, s_;
    std::int64_t d_block_, s_block_;
};

}  // namespace

void copy_converting(const backend::CopyJob& job) noexcept {
    const detail::CopyTask& task = job.task;
    if (task.shape.empty()) {
        job.converter.run(job.converter.program, job.dst, 0, job.src, 0, 1);
        return;
    }
    const int run = run_axis(task.shape);
    const bool crossed = task.source_axis >= 0 && task.source_axis != run;
    AxisSet outer;
    for (int i = 0; i < task.shape.size(); ++i) {
        if (i != run && !(crossed && i == task.source_axis)) outer.add(task, i);
    }
    if (crossed && ConvertedTiles::serve(job, run, task.source_axis)) {
        const TileRoom room(task.shape[run] * task.shape[task.source_axis] * task.dst_itemsize);
        ConvertedTiles tiles(job, run, task.source_axis, room);
        for_each_position(outer, [&](std::int64_t dst, std::int64_t src) { tiles.convert(job.dst + dst, job.src + src); });
    } else if (crossed) {
        for_each_position(outer, [&](std::int64_t dst, std::int64_t src) { convert_plane(job, run, task.source_axis, dst, src); });
    } else if (job.past_caches && job.converter.fills_items && run == task.shape.size() - 1 && task.dst_strides[run] == task.dst_itemsize &&
               task.dst_itemsize <= StagedOutput::largest_piece / 2) {
        convert_past_caches(job, run, outer);
    } else {
        for_each_position(outer, [&](std::int64_t dst, std::int64_t src) { convert_run(job, run, dst, src, task.shape[run]); });
    }
}

}  // namespace ndlease::cpu
