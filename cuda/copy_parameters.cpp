// SPDX-License-Identifier: Apache-2.0
#include "copy_parameters.hpp"

#include "copy/device_kernel.hpp"

namespace ndlease::gpu {
namespace {

template <class Index>
void add_axis(KernelAxes<Index>* axes, const detail::CopyTask& task, int axis) noexcept {
    axes->push_back(task.shape[axis], task.dst_strides[axis], task.src_strides[axis]);
}

std::uint64_t address(const std::byte* data) noexcept { return reinterpret_cast<std::uintptr_t>(data); }

std::int64_t parts(std::int64_t whole, std::int64_t part) noexcept { return (whole + part - 1) / part; }

Divider<std::uint32_t> divider32(std::uint32_t units, std::uint32_t words) noexcept { return Divider<std::uint32_t>(std::uint64_t{units} * words); }

}  // namespace

std::uint64_t word_count(const detail::CopyTask& task, int word_bytes) noexcept {
    auto count = static_cast<std::uint64_t>(task.run_bytes / word_bytes);  // the plan has counted the bytes: they fit
    for (const std::int64_t extent : task.shape) count *= static_cast<std::uint64_t>(extent);
    return count;
}

template <class Index>
WordsParameters<Index> words_parameters(const backend::CopyJob& job, int word_bytes) noexcept {
    WordsParameters<Index> p;
    p.dst = job.dst;
    p.src = job.src;
    p.count = static_cast<Index>(word_count(job.task, word_bytes));
    p.axes.rank = 0;
    if (job.task.run_bytes > word_bytes) p.axes.push_back(job.task.run_bytes / word_bytes, word_bytes, word_bytes);
    for (int i = job.task.shape.size() - 1; i >= 0; --i) add_axis(&p.axes, job.task, i);
    return p;
}
template WordsParameters<std::uint32_t> words_parameters(const backend::CopyJob&, int) noexcept;
template WordsParameters<std::uint64_t> words_parameters(const backend::CopyJob&, int) noexcept;

RunsParameters runs_parameters(const backend::CopyJob& job, RunSource source) noexcept {
    const detail::CopyTask& task = job.task;
    int last = task.shape.size() - 1;
    int repeated = -1;
    RunsParameters p;
    p.dst = job.dst;
    p.src = job.src;
    p.run_bytes = task.run_bytes;
    p.repeats = 1;
    p.repeat_stride = 0;
    if (source == RunSource::mirrored || source == RunSource::filled) {  // the run is the last axis
        p.run_bytes *= task.shape[last];
        if (source == RunSource::mirrored) p.src += task.src_strides[last] * (task.shape[last] - 1);
        --last;
    } else if (source == RunSource::repeated) {
        repeated = copying::repeated_axis(task);
        p.repeats = task.shape[repeated];
        p.repeat_stride = task.dst_strides[repeated];
    }
    std::uint64_t bits = address(p.dst);
    std::int64_t count = 1;  // the plan has seen to it that it stays below 2^31
    p.axes.rank = 0;
    for (int i = last; i >= 0; --i) {
        bits |= static_cast<std::uint64_t>(task.dst_strides[i]);
        if (i == repeated) continue;
        add_axis(&p.axes, task, i);
        count *= task.shape[i];
    }
    const std::int64_t readings = parts(p.repeats, runs_per_reading);
    const std::int64_t run_parts = parts(p.run_bytes + (bits % 16 == 0 ? 0 : 15), run_part_bytes);
    p.parts = Divider<std::uint32_t>(static_cast<std::uint64_t>(run_parts));
    p.readings = Divider<std::uint32_t>(static_cast<std::uint64_t>(readings));
    p.count = static_cast<std::uint32_t>(count * run_parts * readings);
    p.lanes_log2 = 3;
    while (p.lanes_log2 < 8 && (std::int64_t{64} << p.lanes_log2) < p.run_bytes) ++p.lanes_log2;
    return p;
}

TilesParameters tiles_parameters(const backend::CopyJob& job, const copying::DeviceTile& tile) noexcept {
    const detail::CopyTask& task = job.task;
    const int d = task.shape.size() - 1;
    const int s = task.source_axis;
    TilesParameters p;
    p.dst = job.dst;
    p.src = job.src;
    p.extent_d = task.shape[d];
    p.extent_s = task.shape[s];
    p.d_src = task.src_strides[d];
    p.s_dst = task.dst_strides[s];
    if (task.src_strides[s] < 0) {  // the rows that are read are turned round; the order in which rows are written does not matter
        p.src += task.src_strides[s] * (p.extent_s - 1);
        p.dst += p.s_dst * (p.extent_s - 1);
        p.s_dst = -p.s_dst;
    }
    const std::int64_t tiles_d = parts(p.extent_d, tile.d);
    const std::int64_t tiles_s = parts(p.extent_s, tile.s);
    std::uint64_t bits = address(p.dst) | address(p.src) | static_cast<std::uint64_t>(p.d_src) | static_cast<std::uint64_t>(p.s_dst);
    std::int64_t count = tiles_d * tiles_s;  // the plan has seen to it that it stays below 2^31
    p.tiles_d = Divider<std::uint32_t>(static_cast<std::uint64_t>(tiles_d));
    p.tiles_s = Divider<std::uint32_t>(static_cast<std::uint64_t>(tiles_s));
    p.axes.rank = 0;
    for (int i = d - 1; i >= 0; --i) {
        if (i == s) continue;
        add_axis(&p.axes, task, i);
        count *= task.shape[i];
        bits |= static_cast<std::uint64_t>(task.dst_strides[i]) | static_cast<std::uint64_t>(task.src_strides[i]);
    }
    p.count = static_cast<std::uint32_t>(count);
    p.is_aligned = bits % 16 == 0;
    return p;
}

StripsParameters strips_parameters(const backend::CopyJob& job, int word_bytes) noexcept {
    const detail::CopyTask& task = job.task;
    const int d = task.shape.size() - 1;
    const int s = task.source_axis;
    const bool apart = copying::is_apart(task);
    StripsParameters p;
    p.dst = job.dst;
    p.src = job.src;
    p.rows = task.shape[apart ? d : s];
    p.column_stride = apart ? task.dst_strides[s] : task.src_strides[d];
    const std::int64_t blocks = parts(p.rows, rows_per_strip(word_bytes));
    std::int64_t count = blocks;  // the plan has seen to it that it stays below 2^31
    p.blocks = Divider<std::uint32_t>(static_cast<std::uint64_t>(blocks));
    p.axes.rank = 0;
    for (int i = d - 1; i >= 0; --i) {
        if (i == s) continue;
        add_axis(&p.axes, task, i);
        count *= task.shape[i];
    }
    p.count = static_cast<std::uint32_t>(count);
    return p;
}

UnitTilesParameters unit_tiles_parameters(const backend::CopyJob& job, int word_bytes) noexcept {
    const detail::CopyTask& task = job.task;
    const int d = task.shape.size() - 1;
    const int s = task.source_axis;
    const UnitTileShape tile = unit_tile_shape(task.run_bytes, word_bytes, task.shape[d], task.shape[s]);
    const std::int64_t tiles_d = parts(task.shape[d], tile.d);
    const std::int64_t tiles_s = parts(task.shape[s], tile.s);
    UnitTilesParameters p;
    p.dst = job.dst;
    p.src = job.src;
    p.tiles_d = Divider<std::uint64_t>(static_cast<std::uint64_t>(tiles_d));
    p.tiles_s = Divider<std::uint64_t>(static_cast<std::uint64_t>(tiles_s));
    p.tile_d = tile.d;
    p.tile_s = tile.s;
    p.edge_d = static_cast<std::uint32_t>(task.shape[d] - (tiles_d - 1) * tile.d);
    p.edge_s = static_cast<std::uint32_t>(task.shape[s] - (tiles_s - 1) * tile.s);
    p.unit_words = static_cast<std::uint32_t>(task.run_bytes / word_bytes);
    p.by_unit = divider32(p.unit_words, 1);
    p.by_s = divider32(p.tile_s, p.unit_words);
    p.by_edge_s = divider32(p.edge_s, p.unit_words);
    p.by_d = divider32(p.tile_d, p.unit_words);
    p.by_edge_d = divider32(p.edge_d, p.unit_words);
    p.pitch = tile.pitch;
    p.d_dst = task.dst_strides[d];
    p.d_src = task.src_strides[d];
    p.s_dst = task.dst_strides[s];
    p.s_src = task.src_strides[s];
    p.count = static_cast<std::uint64_t>(tiles_d) * static_cast<std::uint64_t>(tiles_s);
    p.axes.rank = 0;
    for (int i = d - 1; i >= 0; --i) {
        if (i == s) continue;
        add_axis(&p.axes, task, i);
        p.count *= static_cast<std::uint64_t>(task.shape[i]);
    }
    return p;
}

}  // namespace ndlease::gpu
