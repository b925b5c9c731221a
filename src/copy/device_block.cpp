// SPDX-License-Identifier: Apache-2.0
#include "copy/device_block.hpp"

namespace ndlease::copying {
namespace {

/// The axes of one side that lie together, until their words fill `target` bytes, which is where the last one is cut. Returns the chain's length.
int follow_chain(const detail::CopyTask& task, const Dims& strides, std::int64_t word, std::int64_t target, int* chain, std::int64_t* part) noexcept {
    int length = 0;
    std::int64_t run = word;
    while (run < target && length < most_block_axes) {
        int next = -1;
        for (int i = 0; i < task.shape.size(); ++i) {
            if (strides[i] == run && task.dst_strides[i] > 0 && task.src_strides[i] > 0) next = i;
        }
        if (next < 0) break;
        for (int i = 0; i < length; ++i) {
            if (chain[i] == next) return length;
        }
        const std::int64_t most = (target + run - 1) / run;
        const std::int64_t taken = task.shape[next] < most ? task.shape[next] : most;
        part[next] = taken > part[next] ? taken : part[next];
        chain[length++] = next;
        if (taken < task.shape[next]) break;
        run *= taken;
    }
    return length;
}

std::int64_t words_along(const DeviceBlock& block, const int* chain, int length) noexcept {
    std::int64_t words = 1;
    for (int i = 0; i < length; ++i) words *= block.part[chain[i]];
    return words;
}

/// A chain ends at the first axis that is not held whole.
void end_chain(const detail::CopyTask& task, const DeviceBlock& block, const int* chain, int* length) noexcept {
    for (int i = 0; i < *length; ++i) {
        if (block.part[chain[i]] < task.shape[chain[i]]) *length = i + 1;
    }
}

/// Leaves the outermost axes out of a chain whose runs the other side has made too long. Returns the words of a run.
std::int64_t shorten(const DeviceBlock& block, const int* chain, int* length) noexcept {
    while (*length > 1 && words_along(block, chain, *length) > most_run_words) --*length;
    return words_along(block, chain, *length);
}

std::int64_t words_of(const detail::CopyTask& task, const DeviceBlock& block) noexcept {
    std::int64_t words = 1;
    for (int i = 0; i < task.shape.size(); ++i) words *= block.part[i];
    return words;
}

/// Small blocks take more of the axes that end the chains.
void grow(const detail::CopyTask& task, std::int64_t word, DeviceBlock* block) noexcept {
    for (int* axis : {&block->dst_chain[block->dst_rank - 1], &block->src_chain[block->src_rank - 1]}) {
        std::int64_t& part = block->part[*axis];
        while (part < task.shape[*axis] && 2 * words_of(task, *block) * word <= most_block_bytes / 2) {
            if (2 * words_along(*block, block->dst_chain, block->dst_rank) > most_run_words) break;
            if (2 * words_along(*block, block->src_chain, block->src_rank) > most_run_words) break;
            part = 2 * part < task.shape[*axis] ? 2 * part : task.shape[*axis];
        }
    }
}

}  // namespace

DeviceBlock device_block(const detail::CopyTask& task, int word_bytes) noexcept {
    const std::int64_t word = word_bytes;
    for (std::int64_t target = 256; target >= 32; target /= 2) {
        DeviceBlock block;
        for (int i = 0; i < task.shape.size(); ++i) block.part[i] = 1;
        block.dst_rank = follow_chain(task, task.dst_strides, word, target, block.dst_chain, block.part);
        block.src_rank = follow_chain(task, task.src_strides, word, target, block.src_chain, block.part);
        if (block.dst_rank == 0 || block.src_rank == 0) break;
        if (words_of(task, block) * word > most_block_bytes) continue;
        grow(task, word, &block);
        end_chain(task, block, block.dst_chain, &block.dst_rank);
        end_chain(task, block, block.src_chain, &block.src_rank);
        block.dst_run = shorten(block, block.dst_chain, &block.dst_rank);
        block.src_run = shorten(block, block.src_chain, &block.src_rank);
        if (block.dst_run * word < 32 || block.src_run * word < 32) continue;
        if (block.dst_run > most_run_words || block.src_run > most_run_words) continue;
        block.words = words_of(task, block);
        return block;
    }
    return {};
}

}  // namespace ndlease::copying
