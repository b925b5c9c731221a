// SPDX-License-Identifier: Apache-2.0
// Which of a device's ways of moving bytes fits a task: decided here, so that plans can be looked at and tested without a device.
#pragma once

#include <cstdint>

#include <ndlease/copy_plan.hpp>

namespace ndlease::copying {

enum class DeviceKernel : std::uint8_t {
    copy_engine,  ///< one run: the runtime's memcpy
    pitched,      ///< long rows over the host link: the runtime's 2-D copy
    runs,         ///< rows whose alignment is less than their length deserves: 16 bytes at a time all the same
    words,        ///< word by word in the destination's order: short rows, gathers, scatters, broadcasts
    tiles,        ///< transposes of words in planes that are contiguous along one axis on each side: through shared memory, 16 bytes at a time
    unit_tiles,   ///< transposes of any other items and planes: through shared memory, word by word
};
[[nodiscard]] const char* to_string(DeviceKernel kernel) noexcept;

struct DeviceChoice {
    DeviceKernel kernel;
    int word_bytes;  ///< what is moved at once: it divides both addresses, all strides and the runs; 16 for copies and runs
};

/// `task` is neither a conversion nor indirect, and has an element. The addresses are those of its first axis. `over_link`: one side is host memory.
[[nodiscard]] DeviceChoice choose_device_kernel(const detail::CopyTask& task, std::uintptr_t dst, std::uintptr_t src, bool over_link) noexcept;

}  // namespace ndlease::copying
