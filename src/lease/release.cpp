// SPDX-License-Identifier: Apache-2.0
#include "lease/release.hpp"

#include <type_traits>

#include "lease/block_pool.hpp"

namespace ndlease {
namespace detail {
namespace {

constinit std::atomic<std::int64_t> made{0};
constinit std::atomic<std::int64_t> released{0};
constinit std::atomic<std::int64_t> double_releases{0};
constinit std::atomic<std::int64_t> callback_exceptions{0};

void count(std::atomic<std::int64_t>& counter) noexcept { counter.fetch_add(1, std::memory_order_relaxed); }

// The leases that callbacks on this thread have dropped. Linked through the blocks, so that queueing cannot fail.
struct PendingReleases {
    ControlBlock* first = nullptr;
    ControlBlock* last = nullptr;
    bool running = false;
};
// Nothing to construct or destroy: it works in the destructors of other thread-locals and statics too.
static_assert(std::is_trivially_destructible_v<PendingReleases>);
#if defined(__GLIBC__)
[[gnu::tls_model("initial-exec")]]  // else the first touch on a thread could allocate
#endif
constinit thread_local PendingReleases pending;

void finish(ControlBlock& block) noexcept {
    // Moved out, so that the callback may do anything with leases; the block stays ours until it is given back below.
    ReleaseCallback callback = std::move(block.callback);
    block.unlock_exporter();
    bool threw = false;
    try {
        callback(ReleaseInfo{});
    } catch (...) {
        threw = true;
    }
    if (!callback.discard()) threw = true;
    if (threw) count(callback_exceptions);
    count(released);
    give_block(&block);
}

}  // namespace

void run_release(ControlBlock& block) noexcept {
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
    while (ControlBlock* next = queue.first) {
        queue.first = next->next_pending();
        finish(*next);
    }
    queue.running = false;
}

void count_made() noexcept { count(made); }
void count_double_release() noexcept { count(double_releases); }

}  // namespace detail

LeaseStatistics lease_statistics() noexcept {
    LeaseStatistics s;
    s.released = detail::released.load(std::memory_order_relaxed);
    s.live = detail::made.load(std::memory_order_relaxed) - s.released;
    s.double_releases = detail::double_releases.load(std::memory_order_relaxed);
    s.callback_exceptions = detail::callback_exceptions.load(std::memory_order_relaxed);
    return s;
}

}  // namespace ndlease
