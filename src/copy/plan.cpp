// SPDX-License-Identifier: Apache-2.0
// CopyPlan: the planning pipeline, and running its outcome.
#include <ndlease/copy_plan.hpp>

#include <cstring>

#include "copy/classify.hpp"
#include "copy/copy_conversion.hpp"
#include "copy/device_copy.hpp"
#include "copy/device_route.hpp"
#include "copy/overlap.hpp"
#include "copy/task.hpp"
#include "copy/temporary.hpp"
#include "copy/through_host.hpp"
#include "copy/validate.hpp"
#include "cpu/run_copy.hpp"

#include <ndlease/error.hpp>

namespace ndlease {
namespace {

using namespace copying;

std::uintptr_t address_of(const void* data, std::int64_t offset) noexcept {
    return reinterpret_cast<std::uintptr_t>(data) + static_cast<std::uintptr_t>(offset);
}

std::int64_t count_useful_bytes(const AxisList& axes, std::int64_t dst_itemsize, std::int64_t src_itemsize) {
    const char* const what = "bytes that the copy reads and writes";
    std::int64_t written = dst_itemsize;
    std::int64_t read = src_itemsize;
    bool empty = false;
    for (int i = 0; i < axes.rank; ++i) empty = empty || axes.axis[i].extent == 0;
    if (empty) return 0;
    for (int i = 0; i < axes.rank; ++i) {
        written = checked_mul(written, axes.axis[i].extent, what);
        if (axes.axis[i].src_stride != 0) read = checked_mul(read, axes.axis[i].extent, what);
    }
    return checked_add(written, read, what);
}

Overlap overlap_inside(const View& dst, const AxisList& axes, const detail::CopyTask& task, std::int64_t max_work) {
    if (dst.layout().is_indirect()) return internal_overlap(dst.layout(), dst.itemsize(), max_work);
    if (task.path == CopyPath::indirect) {
        AxisList direct = axes;
        for (int i = 0; i < direct.rank; ++i) direct.axis[i].src_stride = 0;
        const std::int64_t run_bytes = build_task(&direct, {dst.itemsize(), dst.itemsize(), false}).run_bytes;
        return destination_overlap(direct, run_bytes > 0 ? run_bytes : dst.itemsize(), max_work);
    }
    return destination_overlap(axes, task.run_bytes > 0 ? task.run_bytes : dst.itemsize(), max_work);
}

[[noreturn]] void throw_overlap(const View& dst) {
    throw Error(errc::overlap, "copy: elements of the destination " + to_string(dst) + " share memory, so that some would be written twice");
}

}  // namespace

const char* to_string(CopyPath path) noexcept {
    switch (path) {
        case CopyPath::nothing: return "nothing";
        case CopyPath::one_run: return "one_run";
        case CopyPath::rows: return "rows";
        case CopyPath::broadcast: return "broadcast";
        case CopyPath::tiles: return "tiles";
        case CopyPath::gather: return "gather";
        case CopyPath::convert: return "convert";
        case CopyPath::indirect: return "indirect";
    }
    return "unknown";
}

CopyPlan CopyPlan::make(const View& dst, const View& src, const CopyOptions& options) {
    check_access(dst, src);
    AxisList axes;
    match_axes(dst.layout(), src.layout(), &axes);

    CopyPlan plan;
    plan.conversion_ = make_conversion(dst, src, options.conversion);
    plan.useful_bytes_ = count_useful_bytes(axes, dst.itemsize(), src.itemsize());
    plan.max_overlap_work_ = options.max_overlap_work;
    plan.max_threads_ = options.max_threads;
    plan.dst_ = dst.mutable_data();
    plan.src_ = src.data();
    plan.dst_device_ = dst.device();
    plan.src_device_ = src.device();
    if (plan.conversion_ != nullptr || dst.layout().is_indirect() || src.layout().is_indirect()) plan.through_host_ = make_through_host(dst, src, options);
    const bool src_has_bytes = src.itemsize() != 0;
    for (int i = 0; i < axes.rank && !src_has_bytes; ++i) axes.axis[i].src_stride = 0;  // no address of it means anything
    const Items items{dst.itemsize(), src.itemsize(), plan.conversion_ != nullptr, match_suboffsets(dst.layout(), axes.rank),
                      src_has_bytes ? match_suboffsets(src.layout(), axes.rank) : Dims()};
    build_task(&axes, items, &plan.task_);
    if (plan.task_.path == CopyPath::nothing) {
        if (dst.layout().is_empty()) plan.conversion_.reset();  // else the items have no byte left to hold a value
        return plan;
    }

    const Overlap inside = overlap_inside(dst, axes, plan.task_, options.max_overlap_work);
    if (inside == Overlap::yes) throw_overlap(dst);
    plan.task_.single_thread = inside == Overlap::may;
    const std::uintptr_t dst_address = address_of(plan.dst_, plan.task_.dst_offset);
    const std::uintptr_t src_address = address_of(plan.src_, plan.task_.src_offset);
    plan.task_.word_bytes = common_word(axes, dst_address, src_address, dst.itemsize(), src.itemsize());
    plan.route_ = plan.route(plan.dst_, plan.src_);
    return plan;
}

CopyPlan::Route CopyPlan::route(const void* dst, const void* src) const {
    const std::uintptr_t dst_address = address_of(dst, task_.dst_offset);
    const std::uintptr_t src_address = address_of(src, task_.src_offset);
    if (is_same(task_, dst_address, src_address)) {
        if (conversion_ == nullptr) return Route::same;
        if (works_in_place(*conversion_)) return Route::direct;
    }
    if (sides_overlap(task_, dst_address, src_address, max_overlap_work_) == Overlap::no) return Route::direct;
    return task_.path == CopyPath::one_run ? Route::shifted_run : Route::by_temporary;
}

CopyPlan::Route CopyPlan::route_of(void* dst, const void* src) const { return task_.path == CopyPath::nothing ? route_ : route(dst, src); }

void CopyPlan::run() const {
    check_host_reach(dst_device_, src_device_);
    run_by(route_, dst_, src_);
}

void CopyPlan::run(void* dst, const void* src) const {
    check_host_reach(dst_device_, src_device_);
    run_by(route_of(dst, src), dst, src);
}

void CopyPlan::run(StreamRef stream) const { run_on(route_, dst_, src_, stream); }

void CopyPlan::run(void* dst, const void* src, StreamRef stream) const { run_on(route_of(dst, src), dst, src, stream); }

void CopyPlan::run_on(Route route, void* dst, const void* src, StreamRef stream) const {
    const bool checks_values = conversion_ != nullptr;
    if (!checks_values && (task_.path == CopyPath::nothing || route == Route::same)) return;
    const ItemConversion* const by_device = conversion_ == nullptr ? nullptr : by_devices(*conversion_, task_);
    if (through_host_ != nullptr && (by_device == nullptr || choose_route(dst_device_, src_device_, stream).route != DeviceRoute::kernels)) {
        run_through_host(*through_host_, dst, src, stream);
        return;
    }
    switch (choose_route(dst_device_, src_device_, stream).route) {
        case DeviceRoute::host: run_by(route, dst, src); return;
        case DeviceRoute::host_after:
            refuse_capture(stream, "a copy with pageable memory");
            stream.synchronize();
            run_by(route, dst, src);
            return;
        default: break;
    }
    const backend::CopyJob job{task_, static_cast<std::byte*>(dst) + task_.dst_offset, static_cast<const std::byte*>(src) + task_.src_offset, {}, max_threads_};
    run_device_copy({job, dst_device_, src_device_, route != Route::direct, by_device}, stream);
}

void CopyPlan::run_by(Route route, void* dst, const void* src) const {
    if (conversion_ != nullptr) refuse_loss(*conversion_, src);
    if (task_.path == CopyPath::nothing) return;
    const backend::CopyJob job{task_, static_cast<std::byte*>(dst) + task_.dst_offset, static_cast<const std::byte*>(src) + task_.src_offset,
                               conversion_ != nullptr ? converter(*conversion_) : backend::ItemConverter{}, max_threads_};
    switch (route) {
        case Route::same: break;
        case Route::direct: cpu::run_copy(job); break;
        case Route::shifted_run: std::memmove(job.dst, job.src, static_cast<std::size_t>(task_.run_bytes)); break;
        case Route::by_temporary: run_by_temporary(job); break;
    }
}

}  // namespace ndlease
