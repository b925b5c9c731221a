// SPDX-License-Identifier: Apache-2.0
// One run of one release situation on simulated CUDA: an owner, consumers, a fault, and what must hold whatever failed.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <ndlease/lease.hpp>
#include <simulated_cuda/control.hpp>

namespace ndlease::testing {

enum class PolicyKind { wait, stream_ordered, deferred };

struct Fault {
    std::uint64_t ordinal = 0;  ///< the call that fails; 0: none
    cudaError_t error = cudaSuccess;
};

/// The world of one run. Every CUDA call in it may fail: a situation goes on as a careful program would.
class World {
public:
    World(PolicyKind policy, const simulated_cuda::Options& options, Fault fault);

    static constexpr std::size_t bytes = 4096;
    cudaStream_t owner = nullptr, first = nullptr, second = nullptr, other_device = nullptr;  ///< the last on device 1
    void* memory = nullptr;                                                                   ///< stream-ordered device memory of device 0, ready on `owner`
    Lease lease;
    bool threw = false;  ///< the last ndlease call threw

    /// Lends `memory`; on failure the owner frees it itself.
    void lend(bool throwing_callback = false);
    /// Enqueues work that writes the memory, within order_after and used_on. Where ordering fails, the work is not enqueued.
    void use(const Lease& with, cudaStream_t stream, int device = 0);
    /// Runs a call of ndlease's, and checks that the thread's device and last error are as before.
    void call(const std::function<void()>& ndlease_call);
    /// From here on no call fails. Calls after it are not counted as those that may.
    void clear_faults();
    void drop() {
        call([this] { lease = {}; });
    }
    [[nodiscard]] ReleasePolicy policy() const;
    void note(const std::string& problem) { problems_.push_back(problem); }
    /// The memory was used by something that never ends in this run (a device that was reset or lost): nothing is said about what it frees.
    void expect_unfreed() { unfreed_is_right_ = true; }
    /// Where a call that destroys pooled events may be the one that fails.
    void expect_events_left() { events_left_ = 1; }
    /// A second, smaller owner whose callback counts alone.
    [[nodiscard]] Lease lend_pinned(void* pinned);
    int callbacks = 0, pinned_callbacks = 0;
    int other_owners = 0, other_callbacks = 0;  ///< of leases of the situation's own, which may own `lease`
    cudaStream_t frees_on = nullptr;            ///< where cudaFree would disturb a capture: the owner frees in the order of this stream
    ReleaseStatus status = ReleaseStatus::ok;

    /// Ends the run: faults off, everything drained. Empty when all promises held.
    [[nodiscard]] std::string finish();
    [[nodiscard]] std::uint64_t calls() const noexcept { return calls_; }

private:
    void on_release(const ReleaseInfo& info);
    void free_by_owner() noexcept;
    bool own(cudaError_t result) noexcept;
    void end_as_owner() noexcept;

    PolicyKind kind_;
    Fault fault_;
    LeaseStatistics before_;
    std::vector<std::string> problems_;
    bool lent_ = false;
    bool freed_ = false;
    bool had_error_ = false;
    bool replaced_error_ = false;
    bool purging_ = false;
    std::size_t events_left_ = 0;
    bool unfreed_is_right_ = false;
    bool pinned_lent_ = false;
    std::uint64_t calls_ = 0;
};

}  // namespace ndlease::testing
