// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include "lease/quarantine.hpp"
#include "lease/reaper.hpp"
#include "lease/release.hpp"
#include "lease/settle.hpp"
#include "lease/statistics.hpp"
#include "lease/stream_uses.hpp"
#include "stream/process_state.hpp"

#include <ndlease/lease.hpp>

namespace ndlease {

using namespace detail;

namespace {

/// The devices are asked once more. What they do not answer for stays.
void ask_again_for_quarantined() noexcept {
    ControlBlock* block = take_quarantined();
    while (block != nullptr) {
        ControlBlock& current = *block;
        block = current.next_pending();
        const Settlement settlement = settle_by_devices(*current.uses.load(std::memory_order_acquire), current.memory);
        if (settlement.what == Settled::done) {
            count(lease_counters.quarantined, -1);
            count(lease_counters.draining);
            conclude_release(current, settlement);
        } else {
            keep_quarantined(current);
        }
    }
}

}  // namespace

LeaseStatistics retry_quarantined() noexcept {
    if (process_state() == ProcessState::running) ask_again_for_quarantined();
    return lease_statistics();
}

LeaseStatistics shutdown(std::chrono::milliseconds patience) noexcept {
    if (process_state() != ProcessState::running) return lease_statistics();
    wait_for_reaper(patience);
    ask_again_for_quarantined();  // callbacks may drop further leases, which the reaper still takes
    ControlBlock* left = stop_reaper(patience);
    while (left != nullptr) {
        ControlBlock& current = *left;
        left = current.next_pending();
        quarantine(current, {Settled::quarantine, {}, "its uses were not over when ndlease was shut down"});
    }
    ask_again_for_quarantined();
    destroy_idle_events();
    set_process_state(ProcessState::shut_down);
    left = stop_reaper(patience);  // what was put off meanwhile, and has nobody to wait for it
    while (left != nullptr) {
        ControlBlock& current = *left;
        left = current.next_pending();
        conclude_release(current, settle_step(*current.uses.load(std::memory_order_acquire), current.memory));
    }
    return lease_statistics();
}

}  // namespace ndlease
