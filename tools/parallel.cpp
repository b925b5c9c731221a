// SPDX-License-Identifier: Apache-2.0
#include "parallel.hpp"

#include <algorithm>
#include <cstring>

#if NDLEASE_HAS_TBB
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#endif

namespace ndlease::tool {

#if NDLEASE_HAS_TBB

int threads_for(int wanted) {
    const int available = tbb::info::default_concurrency();
    return wanted == 0 ? available : std::min(wanted, available);
}

void in_arena(int threads, const std::function<void()>& work) {
    tbb::task_arena arena(threads_for(threads));
    arena.execute([&] { work(); });
}

void copy_bytes(std::byte* dst, const std::byte* src, std::size_t bytes, int threads) {
    const auto parts = static_cast<std::size_t>(threads_for(threads));
    if (parts == 1 || bytes < (std::size_t{1} << 20U)) {
        std::memcpy(dst, src, bytes);
        return;
    }
    const std::size_t part = (bytes / parts + 63) / 64 * 64;
    tbb::parallel_for(
        std::size_t{0}, parts,
        [=](std::size_t i) {
            const std::size_t start = std::min(bytes, i * part);
            std::memcpy(dst + start, src + start, std::min(bytes - start, part));
        },
        tbb::static_partitioner());
}

#else

int threads_for(int /*wanted*/) { return 1; }

void in_arena(int /*threads*/, const std::function<void()>& work) { work(); }

void copy_bytes(std::byte* dst, const std::byte* src, std::size_t bytes, int /*threads*/) { std::memcpy(dst, src, bytes); }

#endif

}  // namespace ndlease::tool
