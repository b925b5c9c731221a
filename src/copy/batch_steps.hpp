// SPDX-License-Identifier: Apache-2.0
// What a batch enqueues on a stream of one device, in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "backend/batch_job.hpp"
#include "copy/plan_parts.hpp"

#include <ndlease/device.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::copying {

/// Copies that may run side by side.
struct BatchStep {
    std::unique_ptr<const backend::PreparedBatch> together;  ///< null: none
    std::size_t count_together = 0;
    std::vector<std::size_t> alone;  ///< numbers of copies that no entry of a batch can hold
};

/// Takes memory. May ask the runtime about peers. Throws Error{errc::device}.
[[nodiscard]] std::vector<BatchStep> make_steps(std::span<const PlacedCopy> copies, Device device, std::int64_t max_overlap_work);

/// `stream` is of the device that the steps were made for. Throws what a copy throws, with the number of copies that were enqueued before as index().
void run_steps(std::span<const BatchStep> steps, std::span<const PlacedCopy> copies, StreamRef stream);

}  // namespace ndlease::copying
