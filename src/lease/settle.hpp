// SPDX-License-Identifier: Apache-2.0
// The middle of the release protocol: whether every recorded use is over, or ordered before the policy's stream.
#pragma once

#include <ndlease/lease.hpp>

#include "lease/stream_uses.hpp"

namespace ndlease::detail {

enum class Settled : std::uint8_t {
    done,        ///< run the callback with `info`
    later,       ///< the reaper must go on
    quarantine,  ///< keep the memory; `reason` says why
};

struct Settlement {
    Settled what;
    ReleaseInfo info;
    const char* reason = nullptr;  ///< static text
    Result failed = {};            ///< the call that failed, where one did
};

/// On the releasing thread, which may wait when the policy says so. No share is held by anyone. Allocates nothing unless a call fails.
[[nodiscard]] Settlement settle(StreamUses& uses, Device memory) noexcept;

/// On the reaper: asks and does not wait. Repeat while it says `later`.
[[nodiscard]] Settlement settle_step(StreamUses& uses, Device memory) noexcept;

/// For memory in quarantine: asks the devices as a whole, waiting for all of their work. Ends graph captures that are open on them.
[[nodiscard]] Settlement settle_by_devices(StreamUses& uses, Device memory) noexcept;

}  // namespace ndlease::detail
