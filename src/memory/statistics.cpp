// SPDX-License-Identifier: Apache-2.0
#include "memory/statistics.hpp"

#include <atomic>

#include <ndlease/memory.hpp>

#include "stream/process_state.hpp"

namespace ndlease {
namespace {

constinit std::atomic<std::int64_t> failed_frees{0};
constinit std::atomic<std::int64_t> failed_free_bytes{0};
constinit std::atomic<std::int64_t> skipped_frees{0};

}  // namespace

namespace detail {

void count_failed_free(std::size_t bytes) noexcept {
    failed_frees.fetch_add(1, std::memory_order_relaxed);
    failed_free_bytes.fetch_add(static_cast<std::int64_t>(bytes), std::memory_order_relaxed);
}
void count_skipped_free() noexcept { skipped_frees.fetch_add(1, std::memory_order_relaxed); }

bool may_free_on_device() noexcept {
    if (process_state() == ProcessState::running) return true;
    count_skipped_free();
    return false;
}

}  // namespace detail

MemoryStatistics memory_statistics() noexcept {
    return {failed_frees.load(std::memory_order_relaxed), failed_free_bytes.load(std::memory_order_relaxed), skipped_frees.load(std::memory_order_relaxed)};
}

}  // namespace ndlease
