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
/// Begins to watch for exit() and fork(): registers an exit handler that sets a flag and a fork handler, once. Called before the first native call. Any thread.
void watch_process() noexcept;
void set_process_state(ProcessState state) noexcept;

}  // namespace ndlease::detail
