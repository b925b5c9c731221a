// SPDX-License-Identifier: Apache-2.0
#include "lease/statistics.hpp"

#include <ndlease/lease.hpp>

namespace ndlease {

constinit detail::LeaseCounters detail::lease_counters;

LeaseStatistics lease_statistics() noexcept {
    const auto read = [](const std::atomic<std::int64_t>& counter) { return counter.load(std::memory_order_acquire); };
    const detail::LeaseCounters& counters = detail::lease_counters;
    LeaseStatistics s;
    s.draining = read(counters.draining);
    s.released = read(counters.released);
    s.quarantined = read(counters.quarantined);
    s.live = read(counters.made) - s.draining - s.released - s.quarantined;
    s.double_releases = read(counters.double_releases);
    s.callback_exceptions = read(counters.callback_exceptions);
    return s;
}

const char* to_string(ReleaseStatus status) noexcept {
    switch (status) {
        case ReleaseStatus::ok: return "ok";
        case ReleaseStatus::device_lost: return "device_lost";
        case ReleaseStatus::exiting: return "exiting";
        case ReleaseStatus::forked: return "forked";
    }
    return "unknown";
}

}  // namespace ndlease
