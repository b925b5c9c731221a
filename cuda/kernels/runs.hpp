// SPDX-License-Identifier: Apache-2.0
// Contiguous runs of the destination, 16 bytes at a time on both sides at any alignment. What they are made of is contiguous in the source as well, the
// same way round or the other, or is a single word. Long runs are cut into parts; a group of lanes works on each.
#pragma once

#include <cstddef>
#include <cstdint>

#include <cuda_runtime_api.h>

#include "kernels/axes.hpp"

namespace ndlease::gpu {

enum class RunSource : std::uint8_t {
    forward,   ///< the same bytes
    repeated,  ///< the same bytes for several runs, which are written from one reading
    mirrored,  ///< words in the other order
    filled,    ///< one word again and again
};

/// What one group copies at most: 256 lanes of 4 chunks of 16 bytes.
inline constexpr std::int64_t run_part_bytes = std::int64_t{16} << 10;
/// Runs that a group writes from one reading of the source.
inline constexpr std::int64_t runs_per_reading = 16;

struct RunsParameters {
    std::byte* dst;
    const std::byte* src;     ///< the lowest byte of the first run's source
    std::uint32_t count;      ///< groups, below 2^31
    std::int32_t lanes_log2;  ///< threads per group, at most 256
    std::int64_t run_bytes;
    Divider<std::uint32_t> parts;     ///< per run, whose first is as much shorter as the run is misaligned
    Divider<std::uint32_t> readings;  ///< for RunSource::repeated: per run of the source
    std::int64_t repeats, repeat_stride;
    KernelAxes<std::uint32_t> axes;  ///< of the runs; without the repeats
};

/// word_bytes: 1, 2, 4, 8 or 16; both addresses, all strides and the run are multiples of it.
[[nodiscard]] cudaError_t launch_runs(const RunsParameters& parameters, RunSource source, int word_bytes, cudaStream_t stream);

}  // namespace ndlease::gpu
