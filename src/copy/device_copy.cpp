// SPDX-License-Identifier: Apache-2.0
#include "copy/device_copy.hpp"

#include <string>

#include "backend/backend.hpp"
#include "copy/across.hpp"
#include "copy/device_route.hpp"
#include "copy/element_conversion.hpp"
#include "copy/link_copy.hpp"
#include "copy/packed.hpp"
#include "copy/staged.hpp"

#include <ndlease/error.hpp>
#include <ndlease/memory.hpp>

namespace ndlease::copying {
namespace {

using backend::CopyJob;

bool over_link(const DeviceJob& job) noexcept { return job.dst.type == DeviceType::cuda_host || job.src.type == DeviceType::cuda_host; }

/// Bytes as they are, between pinned and device memory.
bool is_plain_over_link(const DeviceJob& job) noexcept {
    return over_link(job) && !job.overlaps && job.conversion == nullptr && (job.dst.type == DeviceType::cuda || job.src.type == DeviceType::cuda);
}

/// `dst` and `src` are where the task's first axis starts.
void run_task(const detail::CopyTask& task, std::byte* dst, const std::byte* src, const CopyJob& like, const ItemConversion* conversion, StreamRef stream) {
    const backend::Backend& device = backend::require_cuda("copy");
    if (conversion == nullptr) {
        device.run_copy({task, dst, src, {}, like.max_threads, like.over_link}, stream);
        return;
    }
    const detail::CopyTask elements = element_task(task, *conversion);
    device.run_convert({elements, dst + elements.dst_offset, src + elements.src_offset, conversion->how}, stream);
}

// Both sides are reachable from the stream's device.
void run_kernels(const DeviceJob& job, StreamRef stream) {
    CopyJob local = job.job;
    local.over_link = over_link(job);
    if (!job.overlaps) {
        run_task(local.task, local.dst, local.src, local, job.conversion, stream);
        return;
    }
    const PackedHalves halves = split_by_packed(local.task);
    const Buffer temporary = Buffer::make(static_cast<std::size_t>(halves.bytes), memory_of(stream.device()), stream);
    auto* const packed = static_cast<std::byte*>(temporary.data());
    const auto& [away, back, bytes] = halves;
    run_task(away, packed + away.dst_offset, local.src + away.src_offset, local, nullptr, stream);
    run_task(back, local.dst + back.dst_offset, packed + back.src_offset, local, job.conversion, stream);
}

// `caller_waits`: for `stream`, before the copy returns.
void run_on(DeviceRoute route, const DeviceJob& job, StreamRef stream, bool caller_waits) {
    switch (route) {
        case DeviceRoute::kernels:
            if (is_plain_over_link(job)) {
                copy_over_link(job.job, job.dst.type == DeviceType::cuda, stream, caller_waits);
            } else {
                run_kernels(job, stream);
            }
            break;
        case DeviceRoute::from_pageable: copy_from_pageable(job.job, stream); break;
        case DeviceRoute::to_pageable: copy_to_pageable(job.job, stream); break;
        case DeviceRoute::across: copy_across(job, stream); break;
        case DeviceRoute::host:
        case DeviceRoute::host_after: break;
    }
}

}  // namespace

void wait_quietly(StreamRef stream) noexcept {
    try {
        stream.synchronize();
    } catch (const Error&) {  // the failure that led here is the one to tell
    }
}

void refuse_capture(StreamRef stream, const char* what) {
    if (!stream.is_host() && stream.is_capturing()) {
        throw Error(errc::not_supported, std::string("copy: ") + what + " cannot be part of a graph, and " + to_string(stream) + " is being captured");
    }
}

void run_device_copy(const DeviceJob& job, StreamRef stream) {
    const RoutePlan plan = choose_route(job.dst, job.src, stream);
    if (plan.route == DeviceRoute::from_pageable || plan.route == DeviceRoute::to_pageable) refuse_capture(stream, "a copy with pageable memory");
    if (!stream.is_host() && plan.device == stream.device()) {
        run_on(plan.route, job, stream, false);
        return;
    }
    refuse_capture(stream, "a copy on another device than the stream's");
    const Stream own = Stream::make(plan.device);
    own.ref().wait(Event::record(stream));
    try {
        run_on(plan.route, job, own, stream.is_host());
        if (stream.is_host()) {
            own.synchronize();
        } else {
            stream.wait(Event::record(own));
        }
    } catch (...) {
        wait_quietly(own);  // the caller's stream knows nothing of what was enqueued
        throw;
    }
}

}  // namespace ndlease::copying
