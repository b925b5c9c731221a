// SPDX-License-Identifier: Apache-2.0
// Which innermost axes of both sides make up the blocks of a permutation, for the CUDA kernel `packed`.
#pragma once

#include <cstdint>

#include <ndlease/copy_plan.hpp>

namespace ndlease::copying {

/// Runs of 256 words have 8 axes at most.
inline constexpr int most_block_axes = 15;
/// Bytes of shared memory that a block may fill.
inline constexpr std::int64_t most_block_bytes = std::int64_t{16} << 10;
/// Words of a run: one for each thread.
inline constexpr std::int64_t most_run_words = 256;

/// A chain is the axes of one side whose words lie together, innermost first: each steps over all of those before it. The last may be held in part.
struct DeviceBlock {
    int dst_rank = 0, src_rank = 0;
    int dst_chain[most_block_axes], src_chain[most_block_axes];  ///< axes of the task
    std::int64_t part[max_rank];                                 ///< positions along each axis of the task that a block holds; 1: not in a chain
    std::int64_t words = 0;                                      ///< of a block; 0: no block makes runs of 32 bytes on both sides
    std::int64_t dst_run = 0, src_run = 0;                       ///< words
};
/// The task's items are single words of `word_bytes`. Of the blocks that fit, the one with the longest runs, up to 256 bytes.
[[nodiscard]] DeviceBlock device_block(const detail::CopyTask& task, int word_bytes) noexcept;

}  // namespace ndlease::copying
