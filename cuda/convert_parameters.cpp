// SPDX-License-Identifier: Apache-2.0
#include "convert_parameters.hpp"

#include <algorithm>

#include "convert_rules.hpp"

namespace ndlease::gpu {
namespace {

using backend::ElementMode;

template <class Index>
void add_axis(KernelAxes<Index>* axes, const detail::CopyTask& task, int axis) noexcept {
    axes->push_back(task.shape[axis], task.dst_strides[axis], task.src_strides[axis]);
}

std::int64_t parts(std::int64_t whole, std::int64_t part) noexcept { return (whole + part - 1) / part; }

}  // namespace

std::uint64_t element_count(const detail::CopyTask& task) noexcept {
    std::uint64_t count = 1;
    for (const std::int64_t extent : task.shape) count *= static_cast<std::uint64_t>(extent);
    return count;
}

ConvertRunsParameters convert_runs_parameters(const backend::ConvertJob& job) noexcept {
    const detail::CopyTask& task = job.task;
    const int last = task.shape.size() - 1;
    ConvertRunsParameters p;
    p.rules = convert_rules(job.how);
    p.dst = job.dst;
    p.src = job.src;
    p.exchange = job.how.mode == ElementMode::exchange;
    p.row_numbers = task.shape[last] * (p.exchange ? 2 : 1);
    const std::int64_t chunk = 16 / std::max(p.rules.dst_bytes, p.rules.src_bytes);
    const auto chunks = static_cast<std::uint64_t>(parts(p.row_numbers, chunk));
    p.chunks = Divider<std::uint64_t>(chunks);
    p.count = chunks;
    p.axes.rank = 0;
    for (int i = last - 1; i >= 0; --i) {
        add_axis(&p.axes, task, i);
        p.count *= static_cast<std::uint64_t>(task.shape[i]);
    }
    return p;
}

template <class Index>
ConvertItemsParameters<Index> convert_items_parameters(const backend::ConvertJob& job, const copying::ConvertingChoice& choice) noexcept {
    ConvertItemsParameters<Index> p;
    p.rules = convert_rules(job.how);
    p.dst = job.dst;
    p.src = job.src;
    p.count = static_cast<Index>(element_count(job.task));
    p.dst_access = static_cast<std::int8_t>(choice.dst_access);
    p.src_access = static_cast<std::int8_t>(choice.src_access);
    p.reads_pairs = reads_pairs(job.how.mode);
    p.writes_pairs = writes_pairs(job.how.mode);
    p.axes.rank = 0;
    for (int i = job.task.shape.size() - 1; i >= 0; --i) add_axis(&p.axes, job.task, i);
    return p;
}
template ConvertItemsParameters<std::uint32_t> convert_items_parameters(const backend::ConvertJob&, const copying::ConvertingChoice&) noexcept;
template ConvertItemsParameters<std::uint64_t> convert_items_parameters(const backend::ConvertJob&, const copying::ConvertingChoice&) noexcept;

ConvertTilesParameters convert_tiles_parameters(const backend::ConvertJob& job, const copying::ConvertingChoice& choice) noexcept {
    const detail::CopyTask& task = job.task;
    const int d = choice.d_axis;
    const int s = choice.s_axis;
    const ConvertTileShape tile = convert_tile_shape(choice.unit, task.shape[d], task.shape[s]);
    const std::int64_t tiles_d = parts(task.shape[d], tile.d);
    const std::int64_t tiles_s = parts(task.shape[s], tile.s);
    ConvertTilesParameters p;
    p.rules = convert_rules(job.how);
    p.dst = job.dst;
    p.src = job.src;
    p.tiles_d = Divider<std::uint64_t>(static_cast<std::uint64_t>(tiles_d));
    p.tiles_s = Divider<std::uint64_t>(static_cast<std::uint64_t>(tiles_s));
    p.tile_d = tile.d;
    p.tile_s = tile.s;
    p.edge_d = static_cast<std::uint32_t>(task.shape[d] - (tiles_d - 1) * tile.d);
    p.edge_s = static_cast<std::uint32_t>(task.shape[s] - (tiles_s - 1) * tile.s);
    const auto row = [&choice](std::uint32_t units) { return Divider<std::uint32_t>(std::uint64_t{units} * static_cast<std::uint64_t>(choice.unit)); };
    p.by_unit = row(1);
    p.by_s = row(p.tile_s);
    p.by_edge_s = row(p.edge_s);
    p.by_d = row(p.tile_d);
    p.by_edge_d = row(p.edge_d);
    p.pitch = tile.pitch;
    p.dst_access = static_cast<std::int8_t>(std::min<int>(choice.dst_access, p.rules.dst_bytes));
    p.src_access = static_cast<std::int8_t>(std::min<int>(choice.src_access, p.rules.src_bytes));
    p.d_dst = task.dst_strides[d];
    p.d_src = task.src_strides[d];
    p.s_dst = task.dst_strides[s];
    p.s_src = task.src_strides[s];
    p.unit_dst = p.rules.dst_bytes;
    p.unit_src = p.rules.src_bytes;
    int walked = d - 1;
    if (job.how.mode == ElementMode::exchange) {  // the second number of a pair becomes the first
        p.src += p.unit_src;
        p.unit_src = -p.unit_src;
    } else if (choice.unit > 1) {
        p.unit_src = task.src_strides[d + 1];
    }
    p.count = static_cast<std::uint64_t>(tiles_d) * static_cast<std::uint64_t>(tiles_s);
    p.axes.rank = 0;
    for (; walked >= 0; --walked) {
        if (walked == s) continue;
        add_axis(&p.axes, task, walked);
        p.count *= static_cast<std::uint64_t>(task.shape[walked]);
    }
    return p;
}

}  // namespace ndlease::gpu
