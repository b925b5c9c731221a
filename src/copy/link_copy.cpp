// SPDX-License-Identifier: Apache-2.0
#include "copy/link_copy.hpp"

#include <algorithm>
#include <string>

#include "backend/backend.hpp"
#include "copy/link_boxes.hpp"
#include "copy/packed.hpp"
#include "copy/staged.hpp"

#include <ndlease/error.hpp>

namespace ndlease::copying {
namespace {

using backend::CopyJob;

void move_rows(const DmaRows& rows, std::byte* dst, const std::byte* src, StreamRef stream, std::int64_t* done) {
    const backend::Backend& device = backend::require_cuda("copy");
    const backend::RowBlock& block = rows.block;
    for_each_block(rows, [&](std::int64_t dst_offset, std::int64_t src_offset) {
        if (block.rows == 1) {
            device.copy_bytes(dst + dst_offset, src + src_offset, static_cast<std::size_t>(block.width), stream);
        } else {
            device.copy_rows(dst + dst_offset, src + src_offset, block, stream);
        }
        *done += block.width * block.rows * block.planes;
    });
}

CopyJob placed(const detail::CopyTask& task, std::byte* dst, const std::byte* src, const CopyJob& like) noexcept {
    return {task, dst + task.dst_offset, src + task.src_offset, {}, like.max_threads};
}

}  // namespace

bool LinkMover::takes_scratch(std::int64_t bytes) {
    if (stream_.is_per_thread_default() || stream_.is_capturing()) return false;
    try {
        scratch_ = Buffer::make(static_cast<std::size_t>(bytes), device_pool(stream_.device()), stream_);
        return true;
    } catch (const Error& error) {
        if (error.code() == errc::out_of_memory || error.code() == errc::not_supported) return false;
        throw;
    }
}

LinkChoice LinkMover::prepare(const detail::CopyTask& task) {
    const LinkChoice choice = choose_link_way(task, {to_device_, true, true}, costs_);
    if (!choice.takes_scratch()) return choice;
    const LinkBoxes boxes(in_order_of(task, to_device_ ? TaskSide::source : TaskSide::destination), task, choice.row_axes,
                          static_cast<std::int64_t>(costs_.scratch_bytes));
    return takes_scratch(boxes.scratch_bytes()) ? choice : choose_link_way(task, {to_device_, true, false}, costs_);
}

void LinkMover::run(const CopyJob& job, const LinkChoice& choice, std::int64_t* done) const {
    const backend::Backend& device = backend::require_cuda("copy");
    switch (choice.way) {
        case LinkWay::dma: device.copy_bytes(job.dst, job.src, static_cast<std::size_t>(job.task.run_bytes), stream_); break;
        case LinkWay::rows: move_rows(arrange_dma_rows(axes_of(job.task), job.task.run_bytes), job.dst, job.src, stream_, done); break;
        case LinkWay::kernel: device.run_copy(job, stream_); break;
        case LinkWay::boxed:
        case LinkWay::packed: run_boxes(job, choice, done); break;
        case LinkWay::ring:
        case LinkWay::straight: break;  // not for pinned memory
    }
}

void LinkMover::run(const CopyJob& job, std::int64_t* done) const {
    const bool has_scratch = scratch_.data() != nullptr;
    LinkCosts costs = costs_;
    if (has_scratch) costs.scratch_bytes = static_cast<double>(scratch_.bytes());
    run(job, choose_link_way(job.task, {to_device_, true, has_scratch}, costs), done);
}

void LinkMover::run_boxes(const CopyJob& job, const LinkChoice& choice, std::int64_t* done) const {
    const backend::Backend& device = backend::require_cuda("copy");
    const LinkBoxes boxes(in_order_of(job.task, to_device_ ? TaskSide::source : TaskSide::destination), job.task, choice.row_axes,
                          static_cast<std::int64_t>(scratch_.bytes()));
    auto* const scratch = static_cast<std::byte*>(scratch_.data());
    for (std::int64_t i = 0; i < boxes.count(); ++i) {
        const LinkBox box = boxes.at(i);
        std::byte* const dst = job.dst + box.dst_offset;
        const std::byte* const src = job.src + box.src_offset;
        std::int64_t moved = 0;
        if (to_device_) {
            move_rows(box.dma, scratch, src, stream_, &moved);
            device.run_copy(placed(box.kernel, dst, scratch, job), stream_);
        } else {
            device.run_copy(placed(box.kernel, scratch, src, job), stream_);
            move_rows(box.dma, dst, scratch, stream_, &moved);
        }
        *done += box.payload;
    }
}

void copy_over_link(const CopyJob& job, bool to_device, StreamRef stream, bool cpu_may_move) {
    const LinkCosts costs = link_costs();
    if (cpu_may_move && choose_link_way(job.task, {to_device, true, true, true}, costs).way == LinkWay::ring) {
        if (to_device) {
            copy_from_pageable(job, stream);
        } else {
            copy_to_pageable(job, stream);
        }
        return;
    }
    LinkMover mover(to_device, stream, costs);
    const LinkChoice choice = mover.prepare(job.task);
    std::int64_t done = 0;
    try {
        mover.run(job, choice, &done);
    } catch (const Error& error) {
        if (done == 0) throw;
        throw Error(error.code(), std::string(error.what()) + "; the first " + std::to_string(done) + " bytes of the copy were enqueued before", error.index());
    }
}

}  // namespace ndlease::copying
