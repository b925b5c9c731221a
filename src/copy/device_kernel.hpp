// SPDX-License-Identifier: Apache-2.0
// Which of a device's ways of moving bytes fits a task: decided here, so that plans can be looked at and tested without a device.
#pragma once

#include <cstdint>

#include <ndlease/copy_plan.hpp>

namespace ndlease::copying {

enum class DeviceKernel : std::uint8_t {
    copy_engine,    ///< one run: the runtime's memcpy
    pitched,        ///< long rows over the host link: the runtime's 2-D copy
    runs,           ///< rows of some length, 16 bytes at a time at any alignment
    repeated_runs,  ///< rows that are written several times, from one reading
    mirrored_runs,  ///< rows of words that are contiguous on both sides, and backwards on the source's
    filled_runs,    ///< rows that consist of one word, written and not read
    words,          ///< word by word in the destination's order: short rows, gathers, scatters
    tiles,          ///< transposes of words in planes that are contiguous along one axis on each side: through shared memory, 16 bytes at a time
    triples,        ///< the same of items of three words, where all rows are aligned to 16 bytes
    strips,         ///< (n, 2 to 4) to (2 to 4, n) and back, 16 bytes at a time
    packed,         ///< permutations with short innermost axes: through shared memory, in blocks of several axes of both sides
    unit_tiles,     ///< transposes of any other items and planes: through shared memory, word by word
};
[[nodiscard]] const char* to_string(DeviceKernel kernel) noexcept;

struct DeviceChoice {
    DeviceKernel kernel;
    int word_bytes;  ///< divides both addresses, all strides and the runs: what `words` and `unit_tiles` move at once; 16 for the runtime's copies
};

/// `task` is neither a conversion nor indirect, and has an element. The addresses are those of its first axis. `over_link`: one side is host memory.
[[nodiscard]] DeviceChoice choose_device_kernel(const detail::CopyTask& task, std::uintptr_t dst, std::uintptr_t src, bool over_link) noexcept;

/// Whether the copy of DeviceKernel::strips is one to (columns, n): else it is one from there.
[[nodiscard]] bool is_apart(const detail::CopyTask& task) noexcept;

/// The axis of DeviceKernel::repeated_runs: the innermost along which the source stands still, and along which all rows are misaligned alike; -1: none.
[[nodiscard]] int repeated_axis(const detail::CopyTask& task) noexcept;

}  // namespace ndlease::copying
