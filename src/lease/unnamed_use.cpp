// SPDX-License-Identifier: Apache-2.0
#include "lease/unnamed_use.hpp"

#include <atomic>
#include <mutex>

#include "lease/control_block.hpp"
#include "lease/stream_uses.hpp"

namespace ndlease {
namespace {

constinit std::atomic<DeviceWait> device_wait{DeviceWait::on_request};

}  // namespace

DeviceWait set_device_wait(DeviceWait how) noexcept { return device_wait.exchange(how, std::memory_order_relaxed); }

namespace detail {

bool device_wait_is_automatic() noexcept { return device_wait.load(std::memory_order_relaxed) == DeviceWait::automatic; }

void used_by_unnamed_streams(LeaseToken share, const StreamOperations& operations, std::uint64_t devices) {
    StreamUses& uses = uses_of(*static_cast<ControlBlock*>(share.slot));
    const std::lock_guard lock(uses.mutex);
    uses.unnamed_streams(operations, devices);
}

}  // namespace detail
}  // namespace ndlease
