// SPDX-License-Identifier: Apache-2.0
#include "lease/release.hpp"

#include <type_traits>

#include "lease/block_pool.hpp"
#include "lease/quarantine.hpp"
#include "lease/reaper.hpp"
#include "lease/statistics.hpp"
#include "lease/stream_uses.hpp"

namespace ndlease::detail {
namespace {

// The leases that callbacks on this thread have dropped. Linked through the blocks, so that queueing cannot fail.
struct PendingReleases {
    ControlBlock* first = nullptr;
    ControlBlock* last = nullptr;
    bool running = false;
};
// Nothing to construct or destroy: it works in the destructors of other thread-locals and statics too. Where the library was loaded by dlopen, the loader
// allocates a thread's block at the first touch; the model that would avoid it (initial-exec) keeps a library with a CUDA runtime in it from being loaded.
static_assert(std::is_trivially_destructible_v<PendingReleases>);
constinit thread_local PendingReleases pending;

void run_callback(ControlBlock& block, const ReleaseInfo& info) noexcept {
    if (StreamUses* uses = block.uses.load(std::memory_order_acquire)) {
        uses->clear();
        block.uses.store(nullptr, std::memory_order_relaxed);
    }
    // Moved out, so that the callback may do anything with leases; the block stays ours until it is given back below.
    ReleaseCallback callback = std::move(block.callback);
    block.unlock_exporter();
    bool threw = false;
    try {
        callback(info);
    } catch (...) {
        threw = true;
    }
    if (!callback.discard()) threw = true;
    if (threw) count(lease_counters.callback_exceptions);
    count(lease_counters.released);
    give_block(&block);
    count(lease_counters.draining, -1);  // last: who sees none draining finds all that leases left, as shutdown() does
}

void conclude(ControlBlock& block, const Settlement& settlement) noexcept {
    switch (settlement.what) {
        case Settled::done: run_callback(block, settlement.info); break;
        case Settled::later: settle_later(block); break;
        case Settled::quarantine: quarantine(block, settlement); break;
    }
}

void finish(ControlBlock& block) noexcept {
    StreamUses* const uses = block.uses.load(std::memory_order_acquire);
    if (uses == nullptr) {
        run_callback(block, {});
    } else {
        conclude(block, settle(*uses, block.memory));
    }
}

/// Ends what callbacks have queued meanwhile.
void finish_queued(PendingReleases& queue) noexcept {
    while (ControlBlock* next = queue.first) {
        queue.first = next->next_pending();
        finish(*next);
    }
}

}  // namespace

void run_release(ControlBlock& block) noexcept {
    count(lease_counters.draining);
    PendingReleases& queue = pending;
    if (queue.running) {
        block.set_next_pending(nullptr);
        if (queue.first == nullptr) {
            queue.first = &block;
        } else {
            queue.last->set_next_pending(&block);
        }
        queue.last = &block;
        return;
    }
    queue.running = true;
    finish(block);
    finish_queued(queue);
    queue.running = false;
}

void conclude_release(ControlBlock& block, const Settlement& settlement) noexcept {
    PendingReleases& queue = pending;
    const bool outermost = !queue.running;
    queue.running = true;
    conclude(block, settlement);
    if (!outermost) return;
    finish_queued(queue);
    queue.running = false;
}

}  // namespace ndlease::detail
