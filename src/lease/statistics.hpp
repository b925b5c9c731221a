// SPDX-License-Identifier: Apache-2.0
// The counters behind lease_statistics().
#pragma once

#include <atomic>
#include <cstdint>

namespace ndlease::detail {

struct LeaseCounters {
    std::atomic<std::int64_t> made{0};
    std::atomic<std::int64_t> draining{0};
    std::atomic<std::int64_t> released{0};
    std::atomic<std::int64_t> quarantined{0};
    std::atomic<std::int64_t> double_releases{0};
    std::atomic<std::int64_t> callback_exceptions{0};
};
extern LeaseCounters lease_counters;

/// Who reads the counter afterwards sees what this thread did before: a lease that counts as released has run its callback.
inline void count(std::atomic<std::int64_t>& counter, std::int64_t by = 1) noexcept { counter.fetch_add(by, std::memory_order_release); }

}  // namespace ndlease::detail
