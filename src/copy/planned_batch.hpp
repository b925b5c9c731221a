// SPDX-License-Identifier: Apache-2.0
// What a BatchPlan holds.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "copy/batch_steps.hpp"
#include "copy/plan_parts.hpp"

#include <ndlease/batch_plan.hpp>
#include <ndlease/error.hpp>

namespace ndlease {
namespace detail {

struct PlannedBatch {
    std::shared_ptr<const std::deque<CopyPlan>> plans;  ///< one for neighbours that are alike; at other addresses the same ones
    std::vector<copying::PlacedCopy> copies;            ///< one a pair, in their order
    std::int64_t useful_bytes = 0;
    std::int64_t max_overlap_work = 0;
    std::int64_t host_cannot_reach = -1;  ///< the first pair that the host cannot copy; -1: none
    Device device = Device::cpu();        ///< which `steps` are for; the CPU: there are none
    std::vector<copying::BatchStep> steps;
};

}  // namespace detail

namespace copying {

/// `action`, whose errors tell the number of their pair.
template <class Action>
void for_pair(std::size_t number, Action&& action) {
    try {
        std::forward<Action>(action)();
    } catch (const Error& error) {
        throw Error(error.code(), "copy_batch, pair " + std::to_string(number) + ": " + error.what(), static_cast<std::int64_t>(number));
    }
}

/// The steps are for streams of `device`.
[[nodiscard]] detail::PlannedBatch plan_batch(std::span<const CopyPair> pairs, const CopyOptions& options, Device device);

/// Refuses a batch whose memory the host cannot reach, with the pair's number; else copies on the host.
void run_batch(const detail::PlannedBatch& batch);
/// Refuses a stream that is being captured where a pair cannot be captured.
void check_capture(const detail::PlannedBatch& batch, StreamRef stream);
/// Enqueues; the check comes before.
void run_batch(const detail::PlannedBatch& batch, StreamRef stream);

}  // namespace copying
}  // namespace ndlease
