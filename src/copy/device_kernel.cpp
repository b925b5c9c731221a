// SPDX-License-Identifier: Apache-2.0
#include "copy/device_kernel.hpp"

#include "copy/device_block.hpp"
#include "copy/device_tile.hpp"

namespace ndlease::copying {
namespace {

constexpr std::int64_t widest_word = 16;

/// A copy engine spends its time per row; below this a kernel reads and writes host memory faster.
constexpr std::int64_t least_pitched_row = 4096;
/// What the runtime's 2-D copies take (cudaDevAttrMaxPitch).
constexpr std::int64_t most_pitch = 0x7fffffff;
/// Of DeviceKernel::strips.
constexpr std::int64_t most_columns = 4;
/// Bytes of a row that keep a few lanes busy with 16 bytes each.
constexpr std::int64_t least_run = 128;
/// What one group of lanes copies of a row.
constexpr std::int64_t run_part_bytes = std::int64_t{16} << 10;
/// Of a launch, as numbers of 31 bits count them.
constexpr std::int64_t most_blocks = 0x7fffffff;

std::int64_t common_word(const detail::CopyTask& task, std::uintptr_t dst, std::uintptr_t src) noexcept {
    std::uint64_t bits = widest_word | dst | src | static_cast<std::uint64_t>(task.run_bytes);
    for (int i = 0; i < task.shape.size(); ++i) bits |= static_cast<std::uint64_t>(task.dst_strides[i]) | static_cast<std::uint64_t>(task.src_strides[i]);
    return static_cast<std::int64_t>(bits & (~bits + 1));
}

bool is_pitched(const detail::CopyTask& task) noexcept {
    if (task.shape.size() != 1 || task.run_bytes < least_pitched_row) return false;
    const std::int64_t dst_pitch = task.dst_strides[0];
    const std::int64_t src_pitch = task.src_strides[0];
    return dst_pitch >= task.run_bytes && src_pitch >= task.run_bytes && dst_pitch <= most_pitch && src_pitch <= most_pitch && task.shape[0] <= most_pitch;
}

/// The rule for one run on one device. Below 32 KiB either takes as long as a launch. The runtime's memcpy of such a run is as fast as any kernel where
/// both sides are aligned alike; what it copies of misaligned sides it copies in narrower words. As a node of a graph it is halved from 512 MiB on, and split
/// in two where its size is no multiple of 4096 (docs/performance-cuda.md).
bool beats_memcpy(const detail::CopyTask& task, std::uintptr_t dst, std::uintptr_t src) noexcept {
    constexpr std::int64_t least = std::int64_t{32} << 10;
    constexpr std::int64_t halved = std::int64_t{512} << 20;
    if (task.run_bytes < least || task.run_bytes / run_part_bytes >= most_blocks) return false;
    return (dst ^ src) % widest_word != 0 || task.run_bytes % 4096 != 0 || task.run_bytes >= halved;
}

/// Rows that `runs` copies with less ado than `words`: at least the words of a chunk for each of several lanes, since the ends cost words of their own.
bool is_long_run(std::int64_t run_bytes, std::int64_t word) noexcept { return run_bytes >= (64 * word > least_run ? 64 * word : least_run); }

/// Whether a kernel of runs can count its groups of lanes, for runs of `run_bytes` along all but the axes from `end` on.
bool can_count_runs(const detail::CopyTask& task, std::int64_t run_bytes, int end) noexcept {
    std::int64_t groups = run_bytes / run_part_bytes + 2;
    for (int i = 0; i < end; ++i) {
        if (!mul_fits(groups, task.shape[i], &groups)) return false;
    }
    return groups < most_blocks;
}

/// Runs of one axis of single words that are contiguous in the destination.
DeviceKernel choose_runs_of_words(const detail::CopyTask& task, std::int64_t word) noexcept {
    const int last = task.shape.size() - 1;
    if (task.run_bytes != word || task.dst_strides[last] != word || word * task.shape[last] < least_run) return DeviceKernel::words;
    if (!can_count_runs(task, word * task.shape[last], last)) return DeviceKernel::words;
    if (task.src_strides[last] == -word) return DeviceKernel::mirrored_runs;
    return task.src_strides[last] == 0 ? DeviceKernel::filled_runs : DeviceKernel::words;
}

/// Whether the plane between the source's axis and the last one is contiguous along one axis on each side, and at least half a tile along both.
bool fills_tiles(const detail::CopyTask& task, const DeviceTile& tile) noexcept {
    const int d = task.shape.size() - 1;
    const int s = task.source_axis;
    const std::int64_t src_step = task.src_strides[s];
    if (task.dst_strides[d] != task.run_bytes || (src_step != task.run_bytes && src_step != -task.run_bytes)) return false;
    if (2 * task.shape[d] < tile.d || 2 * task.shape[s] < tile.s) return false;
    std::int64_t tiles = 1;
    for (int i = 0; i <= d; ++i) {
        const std::int64_t side = i == d ? tile.d : i == s ? tile.s : 1;
        if (!mul_fits(tiles, (task.shape[i] + side - 1) / side, &tiles) || tiles >= most_blocks) return false;
    }
    return true;
}

/// Whether all rows that kernels of tiles read and write start at multiples of 16 bytes.
bool has_aligned_rows(const detail::CopyTask& task, std::uintptr_t dst, std::uintptr_t src) noexcept {
    const int d = task.shape.size() - 1;
    const int s = task.source_axis;
    if (task.src_strides[s] < 0) src += static_cast<std::uintptr_t>(task.src_strides[s] * (task.shape[s] - 1));
    std::uint64_t bits = dst | src;
    for (int i = 0; i <= d; ++i) {
        if (i != d) bits |= static_cast<std::uint64_t>(task.dst_strides[i]);
        if (i != s) bits |= static_cast<std::uint64_t>(task.src_strides[i]);
    }
    return bits % widest_word == 0;
}

DeviceKernel choose_tiles(const detail::CopyTask& task, std::int64_t word, std::uintptr_t dst, std::uintptr_t src) noexcept {
    const int bytes = static_cast<int>(word);
    if (task.run_bytes == word && fills_tiles(task, device_tile(bytes))) return DeviceKernel::tiles;
    const bool of_triples = task.run_bytes == 3 * word && word < widest_word;
    if (of_triples && fills_tiles(task, device_triple_tile(bytes)) && has_aligned_rows(task, dst, src)) return DeviceKernel::triples;
    return DeviceKernel::unit_tiles;
}

/// A few columns of single words, of which one side holds those of a row side by side; enough rows; every column starts at a multiple of 16 bytes.
bool is_for_strips(const detail::CopyTask& task, std::int64_t word, std::uintptr_t dst, std::uintptr_t src) noexcept {
    const int d = task.shape.size() - 1;
    const int s = task.source_axis;
    if (task.run_bytes != word || word > 8 || task.dst_strides[d] != word || task.src_strides[s] != word) return false;
    const bool apart = is_apart(task);
    const std::int64_t columns = task.shape[apart ? s : d];
    const std::int64_t rows = task.shape[apart ? d : s];
    if (columns > most_columns || rows * word < 512) return false;
    if ((apart ? task.src_strides[d] : task.dst_strides[s]) != columns * word) return false;
    std::uint64_t bits = dst | src | static_cast<std::uint64_t>(apart ? task.dst_strides[s] : task.src_strides[d]);
    std::int64_t blocks = rows / 128 + 1;
    for (int i = 0; i < d; ++i) {
        if (i == s) continue;
        bits |= static_cast<std::uint64_t>(task.dst_strides[i]) | static_cast<std::uint64_t>(task.src_strides[i]);
        if (!mul_fits(blocks, task.shape[i], &blocks)) return false;
    }
    return bits % widest_word == 0 && blocks < most_blocks;
}

/// Where blocks of several axes make longer runs than a plane of two would.
bool is_for_blocks(const detail::CopyTask& task, std::int64_t word) noexcept {
    constexpr std::int64_t least_words = 512;
    constexpr std::int64_t least_bytes = 4096;
    constexpr std::int64_t wide = 128;
    const int d = task.shape.size() - 1;
    const int s = task.source_axis;
    if (task.run_bytes != word || s < 0 || s == d) return false;
    if (task.path == CopyPath::tiles && word * task.shape[d] >= wide && word * task.shape[s] >= wide) return false;
    const DeviceBlock block = device_block(task, static_cast<int>(word));
    if ((block.words < least_words && block.words * word < least_bytes) || (block.dst_rank < 2 && block.src_rank < 2)) return false;
    std::int64_t blocks = 1;
    for (int i = 0; i <= d; ++i) {
        if (!mul_fits(blocks, (task.shape[i] + block.part[i] - 1) / block.part[i], &blocks)) return false;
    }
    return blocks < most_blocks;
}

}  // namespace

bool is_apart(const detail::CopyTask& task) noexcept {
    const std::int64_t columns = task.shape[task.source_axis];
    return columns <= most_columns && task.src_strides[task.shape.size() - 1] == columns * task.run_bytes;
}

int repeated_axis(const detail::CopyTask& task) noexcept {
    for (int i = task.shape.size() - 1; i >= 0; --i) {
        if (task.src_strides[i] == 0 && task.dst_strides[i] % widest_word == 0) return i;
    }
    return -1;
}

const char* to_string(DeviceKernel kernel) noexcept {
    switch (kernel) {
        case DeviceKernel::copy_engine: return "memcpy";
        case DeviceKernel::pitched: return "2-D memcpy";
        case DeviceKernel::runs: return "runs";
        case DeviceKernel::repeated_runs: return "repeated runs";
        case DeviceKernel::mirrored_runs: return "mirrored runs";
        case DeviceKernel::filled_runs: return "filled runs";
        case DeviceKernel::words: return "words";
        case DeviceKernel::tiles: return "tiles";
        case DeviceKernel::triples: return "triples";
        case DeviceKernel::strips: return "strips";
        case DeviceKernel::packed: return "packed";
        case DeviceKernel::unit_tiles: return "unit tiles";
    }
    return "unknown";
}

DeviceChoice choose_device_kernel(const detail::CopyTask& task, std::uintptr_t dst, std::uintptr_t src, bool over_link) noexcept {
    const std::int64_t word = common_word(task, dst, src);
    if (task.path == CopyPath::one_run && (over_link || !beats_memcpy(task, dst, src))) return {DeviceKernel::copy_engine, widest_word};
    if (over_link && is_pitched(task)) return {DeviceKernel::pitched, widest_word};
    const auto choose = [word](DeviceKernel kernel) { return DeviceChoice{kernel, static_cast<int>(word)}; };
    const DeviceKernel tiles = task.path == CopyPath::tiles ? choose_tiles(task, word, dst, src) : DeviceKernel::unit_tiles;
    if (tiles != DeviceKernel::unit_tiles) return choose(tiles);
    if (task.path == CopyPath::tiles && is_for_strips(task, word, dst, src)) return choose(DeviceKernel::strips);
    if (is_for_blocks(task, word)) return choose(DeviceKernel::packed);
    if (task.path == CopyPath::tiles) return choose(DeviceKernel::unit_tiles);
    if (!is_long_run(task.run_bytes, word)) return choose(choose_runs_of_words(task, word));
    if (!can_count_runs(task, task.run_bytes, task.shape.size())) return choose(DeviceKernel::words);
    return choose(repeated_axis(task) >= 0 ? DeviceKernel::repeated_runs : DeviceKernel::runs);
}

}  // namespace ndlease::copying
