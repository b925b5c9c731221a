// SPDX-License-Identifier: Apache-2.0
// ConversionProgram at work: steps and checks over strided runs of items. Allocates nothing.
#include <algorithm>
#include <cstring>

#include "copy/conversion.hpp"
#include "cpu/convert_bytes.hpp"

namespace ndlease {
namespace {

using detail::ConversionCheck;
using detail::ConversionLoop;
using detail::ConversionPipeline;
using detail::ConversionStep;

/// Items that pass through the buffers at once: enough to hide the calls, few enough to stay in the first-level cache.
constexpr std::int64_t buffer_items = 128;
constexpr std::size_t largest_number = 16;

struct Run {
    std::byte* dst;
    std::int64_t dst_stride;
    const std::byte* src;
    std::int64_t src_stride;
    std::int64_t count;
};

struct Buffers {
    alignas(64) std::byte bytes[ConversionPipeline::max_kernels][buffer_items * largest_number];
    [[nodiscard]] std::byte* operator[](int i) noexcept { return bytes[i]; }
};

/// The first `kernels` of a pipeline on at most buffer_items items; afterwards *src and *src_stride are the result's.
void run_front(const ConversionPipeline& pipeline, int kernels, Buffers& buffers, const std::byte** src, std::int64_t* src_stride,
               std::int64_t count) noexcept {
    for (int k = 0; k < kernels; ++k) {
        const std::int64_t bytes = pipeline.result_bytes[static_cast<std::size_t>(k)];
        pipeline.kernels[static_cast<std::size_t>(k)](buffers[k], bytes, *src, *src_stride, count);
        *src = buffers[k];
        *src_stride = bytes;
    }
}

void run_pipeline(const ConversionPipeline& pipeline, const Run& run) noexcept {
    cpu::ConvertKernel* const last = pipeline.kernels[static_cast<std::size_t>(pipeline.size - 1)];
    if (pipeline.size == 1) return last(run.dst, run.dst_stride, run.src, run.src_stride, run.count);
    Buffers buffers;
    if (pipeline.clear_first) std::memset(buffers.bytes, 0, sizeof buffers.bytes);
    for (std::int64_t done = 0; done < run.count; done += buffer_items) {
        const std::int64_t count = std::min(buffer_items, run.count - done);
        const std::byte* src = run.src + done * run.src_stride;
        std::int64_t src_stride = run.src_stride;
        run_front(pipeline, pipeline.size - 1, buffers, &src, &src_stride, count);
        last(run.dst + done * run.dst_stride, run.dst_stride, src, src_stride, count);
    }
}

std::int64_t find_loss(const ConversionCheck& check, const std::byte* src, std::int64_t src_stride, std::int64_t count) noexcept {
    Buffers buffers;
    for (std::int64_t done = 0; done < count; done += buffer_items) {
        const std::int64_t part = std::min(buffer_items, count - done);
        const std::byte* block = src + done * src_stride;
        std::int64_t block_stride = src_stride;
        run_front(check.pipeline, check.pipeline.size, buffers, &block, &block_stride, part);
        const std::int64_t found = check.loss(block, block_stride, part);
        if (found >= 0) return done + found;
    }
    return -1;
}

void copy_blocks(std::int64_t bytes, const Run& run) noexcept {
    if (bytes == run.dst_stride && bytes == run.src_stride) {
        if (run.count > 0) std::memcpy(run.dst, run.src, static_cast<std::size_t>(bytes * run.count));
        return;
    }
    if (cpu::ConvertKernel* const kernel = cpu::move_kernel(bytes)) return kernel(run.dst, run.dst_stride, run.src, run.src_stride, run.count);
    for (std::int64_t i = 0; i < run.count; ++i) {
        std::memcpy(run.dst + i * run.dst_stride, run.src + i * run.src_stride, static_cast<std::size_t>(bytes));
    }
}

void swap_blocks(std::int64_t bytes, std::int64_t unit, const Run& run) noexcept {
    cpu::ConvertKernel* const kernel = cpu::swap_kernel(unit);
    const std::int64_t units = bytes / unit;
    if (units == 1) return kernel(run.dst, run.dst_stride, run.src, run.src_stride, run.count);
    if (bytes == run.dst_stride && bytes == run.src_stride) return kernel(run.dst, unit, run.src, unit, units * run.count);
    if (units > run.count) {
        for (std::int64_t i = 0; i < run.count; ++i) kernel(run.dst + i * run.dst_stride, unit, run.src + i * run.src_stride, unit, units);
    } else {
        for (std::int64_t u = 0; u < units; ++u) kernel(run.dst + u * unit, run.dst_stride, run.src + u * unit, run.src_stride, run.count);
    }
}

void copy_pascal(const ConversionStep& step, const Run& run) noexcept {
    if (step.bytes == 0) return;
    for (std::int64_t i = 0; i < run.count; ++i) {
        const std::byte* const src = run.src + i * run.src_stride;
        std::byte* const dst = run.dst + i * run.dst_stride;
        const std::int64_t stated = step.src_bytes == 0 ? 0 : std::to_integer<std::int64_t>(src[0]);
        const std::int64_t length = std::max<std::int64_t>(0, std::min({stated, step.src_bytes - 1, step.bytes - 1}));
        dst[0] = static_cast<std::byte>(length);
        if (length > 0) std::memcpy(dst + 1, src + 1, static_cast<std::size_t>(length));
        std::memset(dst + 1 + length, 0, static_cast<std::size_t>(step.bytes - 1 - length));
    }
}

void run_once(const ConversionStep& step, const Run& run) noexcept {
    switch (step.kind) {
        case ConversionStep::Kind::copy: return copy_blocks(step.bytes, run);
        case ConversionStep::Kind::swap: return swap_blocks(step.bytes, step.unit, run);
        case ConversionStep::Kind::number: return run_pipeline(step.pipeline, run);
        case ConversionStep::Kind::pascal: return copy_pascal(step, run);
        case ConversionStep::Kind::zero:
            for (std::int64_t i = 0; i < run.count; ++i) std::memset(run.dst + i * run.dst_stride, 0, static_cast<std::size_t>(step.bytes));
            return;
    }
}

/// One step over a run, loop by loop; the longer of the innermost loop and the run itself becomes the kernel's.
void run_loops(const ConversionStep& step, std::size_t depth, const Run& run) noexcept {
    if (depth == step.loops.size()) return run_once(step, run);
    const ConversionLoop& loop = step.loops[depth];
    if (depth + 1 == step.loops.size()) {
        if (run.dst_stride == loop.count * loop.dst_stride && run.src_stride == loop.count * loop.src_stride) {
            return run_once(step, {run.dst, loop.dst_stride, run.src, loop.src_stride, loop.count * run.count});
        }
        if (loop.count > run.count) {
            for (std::int64_t i = 0; i < run.count; ++i) {
                run_once(step, {run.dst + i * run.dst_stride, loop.dst_stride, run.src + i * run.src_stride, loop.src_stride, loop.count});
            }
            return;
        }
    }
    for (std::int64_t k = 0; k < loop.count; ++k) {
        run_loops(step, depth + 1, {run.dst + k * loop.dst_stride, run.dst_stride, run.src + k * loop.src_stride, run.src_stride, run.count});
    }
}

std::int64_t find_once(const ConversionCheck& check, const std::byte* src, std::int64_t src_stride, std::int64_t count) noexcept {
    if (check.kind == ConversionCheck::Kind::number) return find_loss(check, src, src_stride, count);
    for (std::int64_t i = 0; i < count; ++i) {
        const std::byte* const at = src + i * src_stride;
        const bool lost = check.kind == ConversionCheck::Kind::pascal ? std::to_integer<std::int64_t>(at[0]) > check.bytes
                                                                      : std::any_of(at, at + check.bytes, [](std::byte b) { return b != std::byte{0}; });
        if (lost) return i;
    }
    return -1;
}

/// The first of `count` items with a loss in any repetition; `count` when there is none.
std::int64_t find_in_loops(const ConversionCheck& check, std::size_t depth, const std::byte* src, std::int64_t src_stride, std::int64_t count) noexcept {
    if (depth == check.loops.size()) {
        const std::int64_t found = find_once(check, src, src_stride, count);
        return found < 0 ? count : found;
    }
    const ConversionLoop& loop = check.loops[depth];
    if (depth + 1 == check.loops.size() && loop.count > count) {
        for (std::int64_t i = 0; i < count; ++i) {
            if (find_once(check, src + i * src_stride, loop.src_stride, loop.count) >= 0) return i;
        }
        return count;
    }
    for (std::int64_t k = 0; k < loop.count && count > 0; ++k) count = find_in_loops(check, depth + 1, src + k * loop.src_stride, src_stride, count);
    return count;
}

/// Items that are worked on at once where several steps touch them: about a first-level cache of both sides.
std::int64_t items_per_block(std::int64_t item_bytes) noexcept { return std::max<std::int64_t>(16, 16'384 / std::max<std::int64_t>(1, item_bytes)); }

}  // namespace

void ConversionProgram::run(std::byte* dst, std::int64_t dst_stride, const std::byte* src, std::int64_t src_stride, std::int64_t count) const noexcept {
    const std::int64_t block = steps_.size() == 1 ? count : items_per_block(to_.itemsize() + from_.itemsize());
    for (std::int64_t done = 0; done < count; done += block) {
        const std::int64_t part = std::min(block, count - done);
        std::byte* const to = dst + done * dst_stride;
        const std::byte* const from = src + done * src_stride;
        for (const ConversionStep& step : steps_) run_loops(step, 0, {to + step.dst_offset, dst_stride, from + step.src_offset, src_stride, part});
    }
}

std::int64_t ConversionProgram::first_loss(const std::byte* src, std::int64_t src_stride, std::int64_t count) const noexcept {
    if (checks_.empty()) return -1;
    const std::int64_t block = checks_.size() == 1 ? count : items_per_block(from_.itemsize());
    for (std::int64_t done = 0; done < count; done += block) {
        const std::int64_t part = std::min(block, count - done);
        const std::byte* const from = src + done * src_stride;
        std::int64_t first = part;
        for (const ConversionCheck& check : checks_) first = find_in_loops(check, 0, from + check.src_offset, src_stride, first);
        if (first < part) return done + first;
    }
    return -1;
}

}  // namespace ndlease
