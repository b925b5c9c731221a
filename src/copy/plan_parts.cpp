// SPDX-License-Identifier: Apache-2.0
#include "copy/plan_parts.hpp"

#include "copy/copy_conversion.hpp"
#include "copy/device_route.hpp"
#include "copy/validate.hpp"

namespace ndlease::copying {
namespace {

/// A plane of more bytes is worth the tiles of a launch of its own.
constexpr std::int64_t largest_turned_plane = std::int64_t{64} << 10;

std::uintptr_t address(const void* data, std::int64_t offset) noexcept { return reinterpret_cast<std::uintptr_t>(data) + static_cast<std::uintptr_t>(offset); }

}  // namespace

PlacedCopy PlanParts::place(const CopyPlan& plan, void* dst, const void* src) { return {&plan, dst, src, plan.route_of(dst, src)}; }

PlacedCopy PlanParts::placed(const CopyPlan& plan) noexcept { return {&plan, plan.dst_, plan.src_, plan.route_}; }

bool PlanParts::moves_nothing(const PlacedCopy& copy) noexcept {
    const CopyPlan& plan = *copy.plan;
    return plan.task_.path == CopyPath::nothing || (plan.conversion_ == nullptr && copy.route == Route::same);
}

bool PlanParts::fits_batch(const PlacedCopy& copy, Device device, std::int64_t most_bytes, backend::BatchEntry* entry) {
    const CopyPlan& plan = *copy.plan;
    const detail::CopyTask& task = plan.task_;
    if (plan.conversion_ != nullptr || plan.through_host_ != nullptr || copy.route != Route::direct) return false;
    if (task.run_bytes <= 0 || task.shape.size() > backend::BatchEntry::max_axes) return false;
    std::int64_t bytes = task.run_bytes;
    for (const std::int64_t extent : task.shape) {
        if (bytes > most_bytes / extent) return false;
        bytes *= extent;
    }
    if (bytes > most_bytes || (task.path == CopyPath::tiles && bytes > largest_turned_plane)) return false;
    const RoutePlan way = choose_route(plan.dst_device_, plan.src_device_, device);
    if (way.route != DeviceRoute::kernels || way.device != device) return false;
    entry->dst = static_cast<std::byte*>(copy.dst) + task.dst_offset;
    entry->src = static_cast<const std::byte*>(copy.src) + task.src_offset;
    entry->run_bytes = task.run_bytes;
    entry->axes = task.shape.size();
    for (int i = 0; i < entry->axes; ++i) {
        const int axis = entry->axes - 1 - i;
        entry->axis[static_cast<std::size_t>(i)] = {task.shape[axis], task.dst_strides[axis], task.src_strides[axis]};
    }
    return true;
}

bool PlanParts::is_capturable(const PlacedCopy& copy, StreamRef stream) {
    if (moves_nothing(copy)) return true;
    const CopyPlan& plan = *copy.plan;
    const RoutePlan way = choose_route(plan.dst_device_, plan.src_device_, stream);
    const bool by_device = plan.conversion_ != nullptr && by_devices(*plan.conversion_, plan.task_) != nullptr;
    if (plan.through_host_ != nullptr && !by_device) return false;
    if (way.route == DeviceRoute::host) return true;
    return way.route == DeviceRoute::kernels && way.device == stream.device();
}

void PlanParts::check_host_reach(const PlacedCopy& copy) { copying::check_host_reach(copy.plan->dst_device_, copy.plan->src_device_); }

void PlanParts::run(const PlacedCopy& copy) { copy.plan->run_by(copy.route, copy.dst, copy.src); }

void PlanParts::run(const PlacedCopy& copy, StreamRef stream) { copy.plan->run_on(copy.route, copy.dst, copy.src, stream); }

const detail::CopyTask& PlanParts::task(const PlacedCopy& copy) noexcept { return copy.plan->task_; }
std::uintptr_t PlanParts::dst(const PlacedCopy& copy) noexcept { return address(copy.dst, copy.plan->task_.dst_offset); }
std::uintptr_t PlanParts::src(const PlacedCopy& copy) noexcept { return address(copy.src, copy.plan->task_.src_offset); }

}  // namespace ndlease::copying
