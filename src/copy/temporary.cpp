// SPDX-License-Identifier: Apache-2.0
#include "copy/temporary.hpp"

#include <memory>
#include <new>
#include <string>

#include "copy/task.hpp"
#include "cpu/run_copy.hpp"

#include <ndlease/error.hpp>

namespace ndlease::copying {
namespace {

constexpr std::align_val_t alignment{64};

struct Free {
    void operator()(std::byte* memory) const noexcept { ::operator delete(memory, alignment); }
};

std::unique_ptr<std::byte, Free> allocate_temporary(std::int64_t bytes) {
    void* const memory = ::operator new(static_cast<std::size_t>(bytes), alignment, std::nothrow);
    if (memory == nullptr) {
        throw Error(errc::out_of_memory, "copy: no memory for the temporary of " + std::to_string(bytes) + " bytes that overlapping views need");
    }
    return std::unique_ptr<std::byte, Free>(static_cast<std::byte*>(memory));
}

// The unit that both halves move whole: a run, or an item of the source where it is converted later.
std::int64_t unit_bytes(const detail::CopyTask& task) noexcept { return task.run_bytes > 0 ? task.run_bytes : task.src_itemsize; }

backend::CopyJob placed(const detail::CopyTask& task, std::byte* dst, const std::byte* src, const backend::CopyJob& like) noexcept {
    return {task, dst + task.dst_offset, src + task.src_offset, like.converter, like.max_threads};
}

}  // namespace

void run_by_temporary(const backend::CopyJob& job) {
    const detail::CopyTask& task = job.task;
    const std::int64_t unit = unit_bytes(task);
    AxisList away;  // source to temporary, each item of the source once
    AxisList back;
    std::int64_t bytes = unit;
    std::int64_t strides[max_rank];
    for (int i = task.shape.size() - 1; i >= 0; --i) {
        const bool repeated = task.src_strides[i] == 0;
        strides[i] = repeated ? 0 : bytes;
        if (!repeated) bytes = checked_mul(bytes, task.shape[i], "bytes of the temporary for overlapping views");
    }
    for (int i = 0; i < task.shape.size(); ++i) {
        away.push_back({task.src_strides[i] == 0 ? 1 : task.shape[i], strides[i], task.src_strides[i]});
        back.push_back({task.shape[i], task.dst_strides[i], strides[i]});
    }
    const detail::CopyTask away_task = build_task(&away, {unit, unit, false, {}, task.src_suboffsets});
    detail::CopyTask back_task = task.run_bytes > 0 ? build_task(&back, {unit, unit, false, task.dst_suboffsets, {}})
                                                    : build_task(&back, {task.dst_itemsize, task.src_itemsize, true, task.dst_suboffsets, {}});
    back_task.single_thread = task.single_thread;
    const auto temporary = allocate_temporary(bytes);
    backend::CopyJob first = placed(away_task, temporary.get(), job.src, job);
    first.converter = {};
    cpu::run_copy(first);
    cpu::run_copy(placed(back_task, job.dst, temporary.get(), job));
}

}  // namespace ndlease::copying
