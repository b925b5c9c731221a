// SPDX-License-Identifier: Apache-2.0
#include "release_world.hpp"

#include <chrono>
#include <thread>

#include <ndlease/error.hpp>

#include "lease/stream_uses.hpp"
#include "stream/process_state.hpp"

namespace ndlease::testing {

using simulated_cuda::violation_report;

World::World(PolicyKind policy, const simulated_cuda::Options& options, Fault fault) : kind_(policy), fault_(fault), before_(lease_statistics()) {
    (void)simulated_cuda::reset(options);
    detail::set_process_state(detail::ProcessState::running);
    (void)cudaSetDevice(1);
    (void)cudaStreamCreateWithFlags(&other_device, cudaStreamNonBlocking);
    (void)cudaSetDevice(0);
    (void)cudaStreamCreateWithFlags(&owner, cudaStreamNonBlocking);
    (void)cudaStreamCreateWithFlags(&first, cudaStreamNonBlocking);
    (void)cudaStreamCreateWithFlags(&second, cudaStreamNonBlocking);
    (void)cudaMallocAsync(&memory, bytes, owner);
    (void)cudaDeviceEnablePeerAccess(1, 0);
    (void)cudaSetDevice(1);
    (void)cudaDeviceEnablePeerAccess(0, 0);
    (void)cudaSetDevice(0);
    (void)cudaMemsetAsync(memory, 1, bytes, owner);
    const bool sticky = simulated_cuda::is_sticky(fault.error);
    simulated_cuda::fail_call(fault.ordinal, fault.error, sticky);
}

ReleasePolicy World::policy() const {
    switch (kind_) {
        case PolicyKind::wait: return ReleasePolicy::wait();
        case PolicyKind::stream_ordered: return ReleasePolicy::in_order_of(StreamRef::cuda(owner, Device::cuda(0)));
        case PolicyKind::deferred: return ReleasePolicy::deferred();
    }
    return {};
}

void World::call(const std::function<void()>& ndlease_call) {
    int device_before = -1;
    int device_after = -1;
    const bool known = cudaGetDevice(&device_before) == cudaSuccess;
    const cudaError_t error_before = cudaPeekAtLastError();
    threw = replaced_error_ = false;
    try {
        ndlease_call();
    } catch (const Error&) {
        threw = true;
    }
    const cudaError_t error_after = cudaPeekAtLastError();
    if (error_after != error_before && !replaced_error_ && !simulated_cuda::is_sticky(error_after)) {
        note("last error " + std::to_string(error_before) + " became " + std::to_string(error_after));
    }
    if (known && cudaGetDevice(&device_after) == cudaSuccess && device_after != device_before) {
        note("device " + std::to_string(device_before) + " became " + std::to_string(device_after));
    }
}

// A call of the owner's own that fails must not show as ndlease's.
bool World::own(cudaError_t result) noexcept {
    if (result != cudaSuccess && !had_error_) (void)cudaGetLastError();
    if (result != cudaSuccess && had_error_) replaced_error_ = true;  // there is no way to set it back
    return result == cudaSuccess;
}

void World::free_by_owner() noexcept { freed_ = own(cudaFreeAsync(memory, owner)); }

void World::on_release(const ReleaseInfo& info) {
    ++callbacks;
    status = info.status;
    if (info.status != ReleaseStatus::ok || purging_) return;
    had_error_ = cudaPeekAtLastError() != cudaSuccess;
    if (info.stream.is_host()) {
        if (simulated_cuda::used_by_pending_work(memory, bytes)) note("early: the callback came while work on the memory was pending");
        freed_ = own(frees_on != nullptr ? cudaFreeAsync(memory, frees_on) : cudaFree(memory));
    } else {
        freed_ = own(cudaFreeAsync(memory, info.stream.cuda()));
    }
}

void World::lend(bool throwing_callback) {
    call([&] {
        LeaseOptions options;
        options.policy = policy();
        options.memory = Device::cuda(0);
        options.ready = StreamRef::cuda(owner, Device::cuda(0));
        lease = Lease::make(
            [this, throwing_callback](const ReleaseInfo& info) {
                on_release(info);
                if (throwing_callback) throw 42;  // NOLINT(hicpp-exception-baseclass): anything may be thrown
            },
            std::move(options));
        lent_ = true;
    });
    if (!lent_) free_by_owner();
}

Lease World::lend_pinned(void* pinned) {
    Lease result;
    call([&] {
        LeaseOptions options;
        options.policy = policy();
        options.memory = Device::cuda_host();
        result = Lease::make(
            [this, pinned](const ReleaseInfo& info) {
                ++pinned_callbacks;
                if (!purging_ && info.status == ReleaseStatus::ok && info.stream.is_host() && simulated_cuda::used_by_pending_work(pinned, bytes)) {
                    note("early: the callback of the pinned memory came while a transfer was pending");
                }
            },
            std::move(options));
        pinned_lent_ = true;
    });
    return result;
}

void World::use(const Lease& with, cudaStream_t stream, int device) {
    if (!with) return;
    const StreamRef ref = StreamRef::cuda(stream, Device::cuda(device));
    call([&] { with.order_after(ref, Use::write); });
    if (threw) return;
    (void)cudaSetDevice(device);
    const cudaError_t enqueued = cudaMemsetAsync(memory, 2, bytes, stream);
    (void)cudaSetDevice(0);
    if (enqueued == cudaSuccess) call([&] { with.used_on(ref, Use::write); });
}

void World::clear_faults() {
    calls_ += simulated_cuda::calls();  // clearing sets the count back
    simulated_cuda::clear_faults();
}

void World::end_as_owner() noexcept {
    if (freed_ || simulated_cuda::is_sticky(cudaPeekAtLastError())) return;
    if (lent_ && (callbacks == 0 || status != ReleaseStatus::ok)) return;  // not the owner's, or nothing that can be freed
    (void)cudaDeviceSynchronize();                                         // its own free was what failed
    freed_ = cudaFree(memory) == cudaSuccess;
}

std::string World::finish() {
    clear_faults();
    lease = {};
    // The reaper's turn: queries make the simulated streams move.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    const auto is_quiet = [this] {
        const LeaseStatistics now = lease_statistics();
        const bool may_stay = now.quarantined != before_.quarantined || (live_when_lost_ && simulated_cuda::is_sticky(cudaPeekAtLastError()));
        return now.draining == before_.draining && (now.live == before_.live || may_stay);
    };
    while (!is_quiet() && std::chrono::steady_clock::now() < deadline) {
        simulated_cuda::run_some(7);
        std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
    if (lease_statistics().draining > before_.draining) note("a lease never ends draining");
    simulated_cuda::run_all();
    const bool was_running = detail::process_state() == detail::ProcessState::running;
    detail::set_process_state(detail::ProcessState::running);

    const LeaseStatistics after = lease_statistics();
    const std::int64_t kept = after.quarantined - before_.quarantined;
    const int owners = (lent_ ? 1 : 0) + (pinned_lent_ ? 1 : 0);
    if (callbacks > 1 || pinned_callbacks > 1) note("callbacks ran " + std::to_string(callbacks) + " and " + std::to_string(pinned_callbacks) + " times");
    const int called = callbacks + pinned_callbacks + other_callbacks;
    const std::int64_t live = after.live - before_.live;
    if (called + kept + live != owners + other_owners) {
        note("lost: " + std::to_string(owners + other_owners) + " leases, " + std::to_string(called) + " callbacks, " + std::to_string(kept) + " quarantined");
    }
    const bool lost = simulated_cuda::is_sticky(cudaPeekAtLastError());
    if (live != 0 && !(kept != 0 && other_owners != 0) && !(lost && live_when_lost_)) note("leases stay live");  // one that is kept may own another
    end_as_owner();
    detail::destroy_idle_events();
    simulated_cuda::run_all();
    if (const std::string report = violation_report(); !report.empty()) note(report);
    const simulated_cuda::Leaks leaks = simulated_cuda::reset();
    const bool quiet = was_running && !lost && kept == 0 && status == ReleaseStatus::ok && !unfreed_is_right_;
    if (quiet && leaks.blocks != 0) note("leaks " + std::to_string(leaks.blocks) + " blocks");
    if (quiet && leaks.events > events_left_) note("leaks " + std::to_string(leaks.events) + " events");
    if (kept != 0) {  // on a healthy device the quarantine ends, before this object does
        purging_ = true;
        (void)shutdown();
        detail::set_process_state(detail::ProcessState::running);
        (void)simulated_cuda::take_violations();  // its events were the last device's
    }
    std::string result;
    for (const std::string& problem : problems_) result += problem + "\n";
    return result;
}

}  // namespace ndlease::testing
