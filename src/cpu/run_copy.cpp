// SPDX-License-Identifier: Apache-2.0
#include "cpu/run_copy.hpp"

#include <cstring>

#include "cpu/paths.hpp"
#include "cpu/planes.hpp"
#include "cpu/simd/stream.hpp"

namespace ndlease::cpu {
namespace {

void move_run(const backend::CopyJob& job) noexcept {
    if (job.past_caches) {
        stream_run(job.dst, job.src, job.task.run_bytes);
    } else {
        std::memcpy(job.dst, job.src, static_cast<std::size_t>(job.task.run_bytes));
    }
}

/// High ranks with small extents: no two axes make a tile, but several do.
bool is_crossed(const detail::CopyTask& task) noexcept {
    constexpr std::int64_t line = 64;
    const int last = task.shape.size() - 1;
    return last >= 1 && task.source_axis >= 0 && task.source_axis != last && task.dst_strides[last] < line && task.run_bytes < line;
}

}  // namespace

void run_copy_here(const backend::CopyJob& job) noexcept {
    switch (job.task.path) {
        case CopyPath::nothing: break;
        case CopyPath::one_run: move_run(job); break;
        case CopyPath::rows:
        case CopyPath::gather: is_crossed(job.task) ? copy_tiles(job) : copy_strided(job); break;
        case CopyPath::broadcast: copy_broadcast(job); break;
        case CopyPath::tiles: are_planes(job) ? copy_planes(job) : copy_tiles(job); break;
        case CopyPath::convert: copy_converting(job); break;
        case CopyPath::indirect: copy_indirect(job); break;
    }
    if (job.past_caches) finish_streaming();
}

}  // namespace ndlease::cpu
