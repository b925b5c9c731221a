// SPDX-License-Identifier: Apache-2.0
// Splits a range over threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace ndlease::patterns {

/// Calls part(begin, end) for pieces of [0, count), each on a thread of its own; with one thread on the caller's.
inline void in_parts(std::int64_t count, int threads, const std::function<void(std::int64_t, std::int64_t)>& part) {
    const std::int64_t pieces = std::clamp<std::int64_t>(threads, 1, std::max<std::int64_t>(count, 1));
    std::vector<std::thread> others;
    for (std::int64_t i = 1; i < pieces; ++i) others.emplace_back(part, count * i / pieces, count * (i + 1) / pieces);
    part(0, count / pieces);
    for (std::thread& thread : others) thread.join();
}

}  // namespace ndlease::patterns
