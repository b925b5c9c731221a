// SPDX-License-Identifier: Apache-2.0
// What a backend is given to run: a copy task with its addresses. A task is data; each backend has its own kernels for it.
#pragma once

#include <cstddef>
#include <cstdint>

#include <ndlease/copy_plan.hpp>

namespace ndlease::backend {

/// Converts a strided run of `count` items; strides are bytes. No item of one side lies on an item of the other.
struct ItemConverter {
    using Run = void (*)(const void* program, std::byte* dst, std::int64_t dst_stride, const std::byte* src, std::int64_t src_stride,
                         std::int64_t count) noexcept;
    Run run = nullptr;
    const void* program = nullptr;
    /// Converts a contiguous run, around the caches as far as whole lines are written. NULL: there is no such way.
    using RunStreamed = void (*)(const void* program, std::byte* dst, const std::byte* src, std::int64_t count) noexcept;
    RunStreamed run_streamed = nullptr;
    bool fills_items = false;  ///< it writes each byte of an item, whatever was there before
};

struct CopyJob {
    const detail::CopyTask& task;
    std::byte* dst;            ///< where the task's first axis starts: task.dst_offset is in it already
    const std::byte* src;      ///< likewise
    ItemConverter converter;   ///< used by CopyPath::convert, and by CopyPath::indirect where `run` is set
    int max_threads;           ///< CopyOptions::max_threads
    bool over_link = false;    ///< for a device: one side is pinned host memory
    bool past_caches = false;  ///< for the CPU: so much is written that it should go around the caches; set by cpu::run_copy
};

}  // namespace ndlease::backend
