// SPDX-License-Identifier: Apache-2.0
#include "interop/exported_share.hpp"

#include "lease/control_block.hpp"
#include "lease/stream_uses.hpp"
#include "lease/unnamed_use.hpp"
#include "stream/operations.hpp"
#include "stream/process_state.hpp"

#include <ndlease/device.hpp>

namespace ndlease::detail {
namespace {

constexpr std::uint64_t bit(int device) noexcept { return std::uint64_t{1} << (device & 63); }

/// The CUDA devices whose streams can reach `memory`, one bit each.
std::uint64_t devices_that_reach(Device memory) noexcept {
    const bool shared = memory.type == DeviceType::cuda_host || memory.type == DeviceType::cuda_managed;
    if (!shared && memory.type != DeviceType::cuda) return 0;
    const int count = cuda_device_count();
    const std::uint64_t all = count >= 64 ? ~std::uint64_t{0} : bit(count) - 1;
    // Peers reach each other's memory, so one ordinal says where the memory is and not who uses it.
    return shared || memory.id < count ? all : 0;
}

/// The token of a share, which stays the lease's own.
LeaseToken token_of(const Lease& lease) noexcept {
    const LeaseToken token = Lease(lease).detach();
    (void)Lease::release_token(token);
    return token;
}

void used_by_any_stream(const Lease& lease, std::uint64_t devices) {
    if (const StreamOperations* operations = cuda_stream_operations(); operations != nullptr && devices != 0) {
        used_by_unnamed_streams(token_of(lease), *operations, devices);
    }
}

}  // namespace

void ExportedShare::begin(const View& view, std::optional<StreamRef> consumer, PendingOrder order) {
    if (view.is_read_only()) use_ = Use::read;
    if (order == PendingOrder::ordered) lease_.order_after(consumer.value_or(StreamRef::host()), use_);
    if (!consumer) {
        if (view.device().type != DeviceType::cpu) used_by_any_stream(lease_, devices_that_reach(view.device()));
        return;
    }
    if (consumer->is_host()) return;
    if (consumer->is_legacy_default()) {
        // An event there ends the captures of the streams that it orders itself with: only when it must be.
        (void)uses_of(*static_cast<ControlBlock*>(token_of(lease_).slot));
    } else {
        // Recorded once now, so that there is an event and recording it again at the end allocates nothing.
        lease_.used_on(*consumer, use_);
    }
    if (consumer->is_per_thread_default()) own_stream_ = consumer->id();
    consumer_ = *consumer;
}

void ExportedShare::record_use() noexcept {
    if (process_state() != ProcessState::running) return;
    const StreamOperations& operations = *consumer_.operations();
    const NativeStream native{consumer_.device().id, consumer_.handle()};
    try {
        if (own_stream_ != 0) {
            // On another thread the same handle is another stream, and that of the consumer cannot be named any more.
            if (consumer_.id() != own_stream_) return used_by_unnamed_streams(token_of(lease_), operations, bit(native.device));
        } else if (operations.is_legacy_default(native.handle)) {
            // An event there would end the capture of any stream that it orders itself with; this call says so and harms none.
            const Result asked = operations.query_stream(native);
            if (asked.ok()) return;
            if (asked.outcome == Outcome::capturing) return used_by_unnamed_streams(token_of(lease_), operations, bit(native.device));
        }
        lease_.used_on(consumer_, use_);
    } catch (...) {
        try {
            used_by_unnamed_streams(token_of(lease_), operations, bit(native.device));
        } catch (...) {  // cannot be: what it needs was made at the beginning
        }
    }
}

}  // namespace ndlease::detail
