// SPDX-License-Identifier: Apache-2.0
#include <ndlease/lease.hpp>

#include <string>
#include <utility>

#include <ndlease/error.hpp>

#include "lease/block_pool.hpp"
#include "lease/control_block.hpp"
#include "lease/reaper.hpp"
#include "lease/release.hpp"
#include "lease/start_lease.hpp"
#include "lease/statistics.hpp"
#include "lease/stream_uses.hpp"

namespace ndlease {

using detail::ControlBlock;
using detail::Dropped;

namespace {

ControlBlock& block_of(LeaseToken token) noexcept { return *static_cast<ControlBlock*>(token.slot); }

}  // namespace

void ResizeLock::check_unlocked() const {
    const std::int64_t live = count();
    if (live != 0) throw Error(errc::busy, "the memory cannot be moved or resized: live leases: " + std::to_string(live));
}

LeaseToken detail::start_lease(ReleaseCallback&& release, const ReleasePolicy& policy, ResizeLock* lock, Device memory, PendingWork&& ready) {
    // What can fail comes first; nothing of the caller's is taken until then.
    const bool with_streams = names_streams(policy, ready);
    if (with_streams && !start_reaper() && policy.is_deferred()) {
        throw Error(errc::out_of_memory, "a lease with deferred release: the system has no thread for it");
    }
    ControlBlock* const block = take_block();
    StreamUses* uses = nullptr;
    if (with_streams) {
        try {
            uses = &kept_uses(*block);
            uses->begin(policy, std::move(ready));
        } catch (...) {
            block->skip_generation();
            give_block(block);
            throw;
        }
    }
    const std::uint64_t generation = block->start(std::move(release), lock, memory, uses);
    count(lease_counters.made);
    return {block, generation};
}

Lease Lease::make(ReleaseCallback&& release, ReleasePolicy policy, ResizeLock* lock) {
    return adopt(detail::start_lease(std::move(release), policy, lock, Device::cpu(), {}));
}

Lease Lease::make(ReleaseCallback&& release, LeaseOptions&& options) {
    return adopt(detail::start_lease(std::move(release), options.policy, options.lock, options.memory, std::move(options.ready)));
}

void Lease::retain() const noexcept {
    // A share that was given back behind our back cannot be copied; the copy carries the stale token and is as released as this.
    (void)block_of(token_).add_holder(token_.generation);
}

std::int64_t Lease::holders() const noexcept { return token_.slot == nullptr ? 0 : static_cast<std::int64_t>(block_of(token_).holders(token_.generation)); }

LeaseToken Lease::retain_token(LeaseToken token) {
    if (token.slot != nullptr && !block_of(token).add_holder(token.generation)) {
        throw Error(errc::released, "the lease was released already: generation " + std::to_string(token.generation) + " of its token is over");
    }
    return token;
}

bool Lease::release_token(LeaseToken token) noexcept {
    if (token.slot == nullptr) return true;
    switch (block_of(token).drop_holder(token.generation)) {
        case Dropped::one_of_several: return true;
        case Dropped::last: detail::run_release(block_of(token)); return true;
        case Dropped::stale: break;
    }
    detail::count(detail::lease_counters.double_releases);
    return false;
}

}  // namespace ndlease
