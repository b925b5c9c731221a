// SPDX-License-Identifier: Apache-2.0
#include <ndlease/batch_plan.hpp>

#include <memory>
#include <string>

#include "copy/planned_batch.hpp"

namespace ndlease {
namespace {

using detail::PlannedBatch;

/// The CPU where no pair has CUDA memory.
Device device_of(std::span<const CopyPair> pairs) noexcept {
    for (const CopyPair& pair : pairs) {
        for (const View* side : {&pair.dst, &pair.src}) {
            if (side->device().type == DeviceType::cuda) return side->device();
        }
    }
    return Device::cpu();
}

void check_addresses(const PlannedBatch& batch, std::span<const CopyAddresses> addresses) {
    if (addresses.size() != batch.copies.size()) {
        throw Error(errc::invalid_argument, "copy_batch: a plan of " + std::to_string(batch.copies.size()) + " pairs cannot run between " +
                                                std::to_string(addresses.size()) + " pairs of addresses");
    }
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const bool has_elements = copying::PlanParts::task(batch.copies[i]).path != CopyPath::nothing;
        if (!has_elements || (addresses[i].dst != nullptr && addresses[i].src != nullptr)) continue;
        copying::for_pair(i, [] { throw Error(errc::invalid_argument, "an address is NULL, and there are elements"); });
    }
}

PlannedBatch between(const PlannedBatch& batch, std::span<const CopyAddresses> addresses) {
    check_addresses(batch, addresses);
    PlannedBatch result;
    result.plans = batch.plans;
    result.useful_bytes = batch.useful_bytes;
    result.max_overlap_work = batch.max_overlap_work;
    result.host_cannot_reach = batch.host_cannot_reach;
    result.copies.reserve(batch.copies.size());
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        result.copies.push_back(copying::PlanParts::place(*batch.copies[i].plan, addresses[i].dst, addresses[i].src));
    }
    return result;
}

void check_and_run(const PlannedBatch& batch, StreamRef stream) {
    copying::check_capture(batch, stream);
    copying::run_batch(batch, stream);
}

}  // namespace

BatchPlan BatchPlan::make(std::span<const CopyPair> pairs, const CopyOptions& options) {
    return BatchPlan(std::make_shared<const PlannedBatch>(copying::plan_batch(pairs, options, device_of(pairs))));
}

void BatchPlan::run() const { copying::run_batch(*batch_); }
void BatchPlan::run(StreamRef stream) const { check_and_run(*batch_, stream); }
void BatchPlan::run(std::span<const CopyAddresses> addresses) const { copying::run_batch(between(*batch_, addresses)); }
void BatchPlan::run(std::span<const CopyAddresses> addresses, StreamRef stream) const { check_and_run(between(*batch_, addresses), stream); }

std::size_t BatchPlan::size() const noexcept { return batch_->copies.size(); }
std::int64_t BatchPlan::useful_bytes() const noexcept { return batch_->useful_bytes; }
Device BatchPlan::device() const noexcept { return batch_->device; }

}  // namespace ndlease
