// SPDX-License-Identifier: Apache-2.0
// Threads for the benchmark: oneTBB's where the library has it, else the calling one alone.
#pragma once

#include <cstddef>
#include <functional>

namespace ndlease::tool {

/// Threads that a limit of `wanted` (0: none) comes to in this build.
[[nodiscard]] int threads_for(int wanted);

/// Runs `work` where at most `threads` threads (0: all) serve it.
void in_arena(int threads, const std::function<void()>& work);

/// memcpy, split over as many threads for long runs: the yardstick for copies on the same threads.
void copy_bytes(std::byte* dst, const std::byte* src, std::size_t bytes, int threads);

}  // namespace ndlease::tool
