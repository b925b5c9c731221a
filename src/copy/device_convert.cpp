// SPDX-License-Identifier: Apache-2.0
#include "copy/device_convert.hpp"

#include <algorithm>

#include "copy/classify.hpp"

namespace ndlease::copying {
namespace {

using backend::ElementMode;

constexpr std::int64_t widest_access = 16;

/// What lies together on both sides and is no longer than this does not make a side close.
constexpr std::int64_t longest_unit_bytes = 32;

/// The largest power of two that divides the address and all strides but the last axis's, where `skip_last`.
std::int64_t alignment(std::uintptr_t address, const Dims& strides, bool skip_last) noexcept {
    std::uint64_t bits = static_cast<std::uint64_t>(widest_access) | address;
    for (int i = 0; i < strides.size() - (skip_last ? 1 : 0); ++i) bits |= static_cast<std::uint64_t>(strides[i]);
    return static_cast<std::int64_t>(bits & (~bits + 1));
}

std::int64_t step(std::int64_t stride) noexcept { return stride < 0 ? -stride : stride; }

/// By chunks that are 16 bytes of the wider side.
bool fits_runs(const detail::CopyTask& task, const backend::ElementConversion& how, std::uintptr_t dst, std::uintptr_t src, ConvertingChoice* choice) noexcept {
    if (task.shape.empty() || how.mode == ElementMode::widen || how.mode == ElementMode::any_part) return false;
    const int last = task.shape.size() - 1;
    if (task.dst_strides[last] != task.dst_itemsize || task.src_strides[last] != task.src_itemsize) return false;
    const std::int64_t items = widest_access / std::max(task.dst_itemsize, task.src_itemsize);
    if (task.shape[last] < items) return false;
    const std::int64_t dst_chunk = items * task.dst_itemsize;
    const std::int64_t src_chunk = items * task.src_itemsize;
    if (alignment(dst, task.dst_strides, true) < dst_chunk || alignment(src, task.src_strides, true) < src_chunk) return false;
    choice->kernel = ConvertingKernel::runs;
    choice->dst_access = static_cast<int>(dst_chunk);
    choice->src_access = static_cast<int>(src_chunk);
    return true;
}

bool fits_tiles(const detail::CopyTask& task, const backend::ElementConversion& how, ConvertingChoice* choice) noexcept {
    if (how.mode == ElementMode::widen || how.mode == ElementMode::any_part) return false;
    int d = task.shape.size() - 1;
    std::int64_t unit = how.mode == ElementMode::exchange ? 2 : 1;
    if (unit == 1 && d >= 0 && task.dst_strides[d] == task.dst_itemsize && step(task.src_strides[d]) == task.src_itemsize &&
        task.shape[d] * std::max(task.dst_itemsize, task.src_itemsize) <= longest_unit_bytes) {
        unit = task.shape[d];
        --d;
    }
    int s = -1;
    for (int i = 0; i <= d; ++i) {
        if (task.src_strides[i] != 0 && (s < 0 || step(task.src_strides[i]) <= step(task.src_strides[s]))) s = i;
    }
    if (s < 0 || s == d || task.src_strides[d] == 0 || task.shape[d] * task.shape[s] < least_tile_items) return false;
    choice->kernel = ConvertingKernel::tiles;
    choice->unit = static_cast<int>(unit);
    choice->d_axis = d;
    choice->s_axis = s;
    return true;
}

}  // namespace

const char* to_string(ConvertingKernel kernel) noexcept {
    switch (kernel) {
        case ConvertingKernel::runs: return "convert_runs";
        case ConvertingKernel::items: return "convert_items";
        case ConvertingKernel::tiles: return "convert_tiles";
    }
    return "unknown";
}

ConvertingChoice choose_converting_kernel(const detail::CopyTask& task, const backend::ElementConversion& how, std::uintptr_t dst,
                                          std::uintptr_t src) noexcept {
    ConvertingChoice choice{ConvertingKernel::items};
    const auto access = [](std::int64_t aligned, std::int64_t itemsize, bool is_pair) {
        if (aligned >= itemsize) return static_cast<int>(itemsize);
        return is_pair && aligned >= itemsize / 2 ? static_cast<int>(itemsize / 2) : 1;
    };
    choice.dst_access = access(alignment(dst, task.dst_strides, false), task.dst_itemsize, writes_pairs(how.mode));
    choice.src_access = access(alignment(src, task.src_strides, false), task.src_itemsize, reads_pairs(how.mode));
    if (!fits_tiles(task, how, &choice)) static_cast<void>(fits_runs(task, how, dst, src, &choice));
    return choice;
}

}  // namespace ndlease::copying
