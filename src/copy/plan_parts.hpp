// SPDX-License-Identifier: Apache-2.0
// What batches need to know of a CopyPlan.
#pragma once

#include "backend/batch_job.hpp"

#include <ndlease/copy_plan.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::copying {

struct PlacedCopy;

struct PlanParts {
    using Route = CopyPlan::Route;

    /// Of element (0,...,0) on both sides. Overlap of the two sides is looked at. The plan must outlive the result.
    [[nodiscard]] static PlacedCopy place(const CopyPlan& plan, void* dst, const void* src);
    [[nodiscard]] static PlacedCopy placed(const CopyPlan& plan) noexcept;  ///< at the addresses of its own Views

    /// Nothing is written.
    [[nodiscard]] static bool moves_nothing(const PlacedCopy& copy) noexcept;
    /// One plain copy by kernels of `device`, of at most `most_bytes`. False leaves *entry undefined.
    [[nodiscard]] static bool fits_batch(const PlacedCopy& copy, Device device, std::int64_t most_bytes, backend::BatchEntry* entry);
    /// Whether run(stream) may be part of a graph.
    [[nodiscard]] static bool is_capturable(const PlacedCopy& copy, StreamRef stream);
    /// Throws Error{errc::device} where the host does not reach a side.
    static void check_host_reach(const PlacedCopy& copy);
    /// CopyPlan::run at these addresses, but for that check.
    static void run(const PlacedCopy& copy);
    static void run(const PlacedCopy& copy, StreamRef stream);

    /// The geometry with its addresses, for questions about shared bytes.
    [[nodiscard]] static const detail::CopyTask& task(const PlacedCopy& copy) noexcept;
    [[nodiscard]] static std::uintptr_t dst(const PlacedCopy& copy) noexcept;
    [[nodiscard]] static std::uintptr_t src(const PlacedCopy& copy) noexcept;
};

/// A plan, which others may share, at addresses.
struct PlacedCopy {
    const CopyPlan* plan;
    void* dst;
    const void* src;
    PlanParts::Route route;
};

}  // namespace ndlease::copying
