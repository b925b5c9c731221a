// SPDX-License-Identifier: Apache-2.0
// Whether this process may still make calls to a device runtime.
#pragma once

#include <cstdint>

namespace ndlease::detail {

enum class ProcessState : std::uint8_t {
    running,
    shut_down,  ///< ndlease::shutdown() was called
    exiting,    ///< exit() has begun
    forked,     ///< this is the child of a process that used a device
};

/// One relaxed load. Until `watch_process` was called nothing is watched: running.
[[nodiscard]] ProcessState process_state() noexcept;
/// Begins to watch for exit(), once: an exit handler sets a flag and does nothing else. Any thread.
void watch_exit() noexcept;
/// Called before the first native call, by every backend: watches for exit() and for fork(), after which a child makes no native call. Any thread.
void watch_process() noexcept;
void set_process_state(ProcessState state) noexcept;

}  // namespace ndlease::detail
