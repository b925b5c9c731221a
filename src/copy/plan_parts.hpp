// SPDX-License-Identifier: Apache-2.0
// What batches need to know of a CopyPlan.
#pragma once

#include "backend/batch_job.hpp"

#include <ndlease/copy_plan.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::copying {

struct PlanParts {
    /// Nothing is written.
    [[nodiscard]] static bool moves_nothing(const CopyPlan& plan) noexcept;
    /// One plain copy by kernels of the stream's device, of at most `most_bytes`. False leaves *entry undefined.
    [[nodiscard]] static bool fits_batch(const CopyPlan& plan, StreamRef stream, std::int64_t most_bytes, backend::BatchEntry* entry);
    /// Whether run(stream) may be part of a graph.
    [[nodiscard]] static bool is_capturable(const CopyPlan& plan, StreamRef stream);

    /// The geometry with its addresses, for questions about shared bytes.
    [[nodiscard]] static const detail::CopyTask& task(const CopyPlan& plan) noexcept { return plan.task_; }
    [[nodiscard]] static std::uintptr_t dst(const CopyPlan& plan) noexcept;
    [[nodiscard]] static std::uintptr_t src(const CopyPlan& plan) noexcept;
};

}  // namespace ndlease::copying
