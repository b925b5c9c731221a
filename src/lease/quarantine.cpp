// SPDX-License-Identifier: Apache-2.0
#include "lease/quarantine.hpp"

#include <atomic>
#include <cstdio>
#include <mutex>
#include <string>
#include <utility>

#include "lease/statistics.hpp"

namespace ndlease {
namespace detail {
namespace {

constinit std::mutex mutex;
constinit ControlBlock* first = nullptr;

void print(Device memory, const char* reason) {
    (void)std::fprintf(stderr, "ndlease: memory on %s is kept and not given back to its owner: %s\n", to_string(memory).c_str(), reason);
}

constinit std::atomic<QuarantineHandler> handler{&print};

void report(Device memory, const Settlement& why) noexcept {
    try {
        std::string reason = why.reason;
        if (const StreamOperations* operations = cuda_stream_operations(); operations != nullptr && !why.failed.ok()) {
            reason += "; " + operations->describe(why.failed);
        }
        handler.load(std::memory_order_acquire)(memory, reason.c_str());
    } catch (...) {  // no memory for the words: the count says it
    }
}

}  // namespace

void keep_quarantined(ControlBlock& block) noexcept {
    const std::lock_guard lock(mutex);
    block.set_next_pending(first);
    first = &block;
}

void quarantine(ControlBlock& block, const Settlement& why) noexcept {
    const Device memory = block.memory;
    keep_quarantined(block);
    count(lease_counters.quarantined);
    count(lease_counters.draining, -1);
    report(memory, why);
}

ControlBlock* take_quarantined() noexcept {
    const std::lock_guard lock(mutex);
    return std::exchange(first, nullptr);
}

}  // namespace detail

QuarantineHandler set_quarantine_handler(QuarantineHandler next) noexcept {
    const QuarantineHandler before = detail::handler.exchange(next == nullptr ? &detail::print : next, std::memory_order_acq_rel);
    return before == &detail::print ? nullptr : before;
}

}  // namespace ndlease
