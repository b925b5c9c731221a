// SPDX-License-Identifier: Apache-2.0
#include "copy/temporary.hpp"

#include <memory>
#include <new>
#include <string>

#include "copy/packed.hpp"
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

backend::CopyJob placed(const detail::CopyTask& task, std::byte* dst, const std::byte* src, const backend::CopyJob& like) noexcept {
    return {task, dst + task.dst_offset, src + task.src_offset, like.converter, like.max_threads};
}

}  // namespace

void run_by_temporary(const backend::CopyJob& job) {
    const PackedHalves halves = split_by_packed(job.task);
    const auto temporary = allocate_temporary(halves.bytes);
    backend::CopyJob first = placed(halves.away, temporary.get(), job.src, job);
    first.converter = {};
    cpu::run_copy(first);
    cpu::run_copy(placed(halves.back, job.dst, temporary.get(), job));
}

}  // namespace ndlease::copying
