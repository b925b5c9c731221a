// SPDX-License-Identifier: Apache-2.0
#include "copy/device_kernel.hpp"

#include "copy/device_tile.hpp"

namespace ndlease::copying {
namespace {

constexpr std::int64_t widest_word = 16;

/// A copy engine spends its time per row; below this a kernel reads and writes host memory faster.
constexpr std::int64_t least_pitched_row = 4096;
/// What the runtime's 2-D copies take (cudaDevAttrMaxPitch).
constexpr std::int64_t most_pitch = 0x7fffffff;
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

/// Whether the plane between the source's axis and the last one is one for DeviceKernel::tiles, and at least half a tile along both axes.
bool fills_tiles(const detail::CopyTask& task, std::int64_t word) noexcept {
    const int d = task.shape.size() - 1;
    const int s = task.source_axis;
    const std::int64_t src_step = task.src_strides[s];
    if (task.run_bytes != word || task.dst_strides[d] != word || (src_step != word && src_step != -word)) return false;
    const DeviceTile tile = device_tile(static_cast<int>(word));
    if (2 * task.shape[d] < tile.d || 2 * task.shape[s] < tile.s) return false;
    std::int64_t tiles = 1;
    for (int i = 0; i <= d; ++i) {
        const std::int64_t side = i == d ? tile.d : i == s ? tile.s : 1;
        if (!mul_fits(tiles, (task.shape[i] + side - 1) / side, &tiles) || tiles >= most_blocks) return false;
    }
    return true;
}

}  // namespace

const char* to_string(DeviceKernel kernel) noexcept {
    switch (kernel) {
        case DeviceKernel::copy_engine: return "memcpy";
        case DeviceKernel::pitched: return "2-D memcpy";
        case DeviceKernel::runs: return "runs";
        case DeviceKernel::words: return "words";
        case DeviceKernel::tiles: return "tiles";
        case DeviceKernel::unit_tiles: return "unit tiles";
    }
    return "unknown";
}

DeviceChoice choose_device_kernel(const detail::CopyTask& task, std::uintptr_t dst, std::uintptr_t src, bool over_link) noexcept {
    if (task.path == CopyPath::one_run) return {DeviceKernel::copy_engine, widest_word};
    if (over_link && is_pitched(task)) return {DeviceKernel::pitched, widest_word};
    const std::int64_t word = common_word(task, dst, src);
    if (task.path == CopyPath::tiles) return {fills_tiles(task, word) ? DeviceKernel::tiles : DeviceKernel::unit_tiles, static_cast<int>(word)};
    // The bytes at a run's ends and the second load of a misaligned source cost more than they gain on runs of few words.
    if (word < widest_word && task.run_bytes >= 128 * word) return {DeviceKernel::runs, widest_word};
    return {DeviceKernel::words, static_cast<int>(word)};
}

}  // namespace ndlease::copying
