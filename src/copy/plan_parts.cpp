// SPDX-License-Identifier: Apache-2.0
#include "copy/plan_parts.hpp"

#include "copy/copy_conversion.hpp"
#include "copy/device_route.hpp"

namespace ndlease::copying {
namespace {

/// A plane of more bytes is worth the tiles of a launch of its own.
constexpr std::int64_t largest_turned_plane = std::int64_t{64} << 10;

std::uintptr_t address(const void* data, std::int64_t offset) noexcept { return reinterpret_cast<std::uintptr_t>(data) + static_cast<std::uintptr_t>(offset); }

}  // namespace

bool PlanParts::moves_nothing(const CopyPlan& plan) noexcept {
    return plan.task_.path == CopyPath::nothing || (plan.conversion_ == nullptr && plan.route_ == CopyPlan::Route::same);
}

bool PlanParts::fits_batch(const CopyPlan& plan, StreamRef stream, std::int64_t most_bytes, backend::BatchEntry* entry) {
    const detail::CopyTask& task = plan.task_;
    if (stream.is_host() || plan.conversion_ != nullptr || plan.through_host_ != nullptr || plan.route_ != CopyPlan::Route::direct) return false;
    if (task.run_bytes <= 0 || task.shape.size() > backend::BatchEntry::max_axes) return false;
    std::int64_t bytes = task.run_bytes;
    for (const std::int64_t extent : task.shape) {
        if (bytes > most_bytes / extent) return false;
        bytes *= extent;
    }
    if (bytes > most_bytes || (task.path == CopyPath::tiles && bytes > largest_turned_plane)) return false;
    const RoutePlan way = choose_route(plan.dst_device_, plan.src_device_, stream);
    if (way.route != DeviceRoute::kernels || way.device != stream.device()) return false;
    entry->dst = static_cast<std::byte*>(plan.dst_) + task.dst_offset;
    entry->src = static_cast<const std::byte*>(plan.src_) + task.src_offset;
    entry->run_bytes = task.run_bytes;
    entry->axes = task.shape.size();
    for (int i = 0; i < entry->axes; ++i) {
        const int axis = entry->axes - 1 - i;
        entry->axis[static_cast<std::size_t>(i)] = {task.shape[axis], task.dst_strides[axis], task.src_strides[axis]};
    }
    return true;
}

bool PlanParts::is_capturable(const CopyPlan& plan, StreamRef stream) {
    if (moves_nothing(plan)) return true;
    const RoutePlan way = choose_route(plan.dst_device_, plan.src_device_, stream);
    const bool by_device = plan.conversion_ != nullptr && by_devices(*plan.conversion_, plan.task_) != nullptr;
    if (plan.through_host_ != nullptr && !by_device) return false;
    if (way.route == DeviceRoute::host) return true;
    return way.route == DeviceRoute::kernels && way.device == stream.device();
}

std::uintptr_t PlanParts::dst(const CopyPlan& plan) noexcept { return address(plan.dst_, plan.task_.dst_offset); }
std::uintptr_t PlanParts::src(const CopyPlan& plan) noexcept { return address(plan.src_, plan.task_.src_offset); }

}  // namespace ndlease::copying
