// SPDX-License-Identifier: Apache-2.0
// Permutations whose innermost axes are short: a block of as many of the innermost axes of both sides as make runs of some length on each is read along the
// source's runs into shared memory, and written along the destination's.
#pragma once

#include <cstddef>
#include <cstdint>

#include <cuda_runtime_api.h>

#include "copy/device_block.hpp"
#include "kernels/axes.hpp"

namespace ndlease::gpu {

/// One axis of a block. `place` is the stride in the order of reading: words in shared memory.
struct BlockAxis {
    Divider<std::uint32_t> extent;
    std::uint32_t place;
    std::int32_t cut;  ///< number of the cut that shortens it in the last block, or -1
    std::int64_t dst_stride, src_stride;
};
/// Innermost first.
struct BlockAxes {
    std::int32_t rank;
    BlockAxis axis[copying::most_block_axes];
};
/// An axis of which a block holds a part.
struct BlockCut {
    std::uint32_t part;       ///< positions in a block
    std::uint32_t last;       ///< of them in the last block
    std::int32_t outer_axis;  ///< number of the axis among PackedParameters::outer that counts its blocks
    std::uint32_t blocks;
};

/// The runs of one side of a block. Words of a run lie together there.
struct BlockRuns {
    Divider<std::uint32_t> run;  ///< words, at most 256
    std::uint32_t count;         ///< runs
    std::int32_t cut;            ///< the cut that shortens runs, or -1
    std::uint32_t inner;         ///< words of a run for each position along the axis of that cut
    BlockAxes rest;              ///< across the runs
};

/// A block's words are numbered along the source's runs, and then from run to run.
struct PackedParameters {
    std::byte* dst;
    const std::byte* src;
    std::uint32_t count;  ///< blocks in all, below 2^31
    BlockRuns read, write;
    BlockAxes write_run;  ///< along a run of the destination
    BlockCut cut[2];
    KernelAxes<std::uint32_t> outer;
};

static_assert(sizeof(PackedParameters) <= 4096, "what a launch takes with any toolkit");

/// word_bytes: 1, 2, 4, 8 or 16.
[[nodiscard]] cudaError_t launch_packed(const PackedParameters& parameters, int word_bytes, cudaStream_t stream);

}  // namespace ndlease::gpu
