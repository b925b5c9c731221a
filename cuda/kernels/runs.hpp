// SPDX-License-Identifier: Apache-2.0
// Contiguous runs of bytes at any alignment, 16 bytes at a time on both sides. Long runs are cut into chunks; a group of lanes works on each.
#pragma once

#include <cstddef>
#include <cstdint>

#include <cuda_runtime_api.h>

#include "kernels/axes.hpp"

namespace ndlease::gpu {

struct RunsParameters {
    std::byte* dst;
    const std::byte* src;
    std::uint64_t count;                  ///< chunks in all
    std::int64_t run_bytes, chunk_bytes;  ///< the last chunk of a run may be shorter
    Divider<std::uint64_t> chunks;        ///< per run
    std::int32_t lanes_log2;              ///< threads per chunk, at most 256
    KernelAxes<std::uint64_t> axes;       ///< of the runs
};

[[nodiscard]] cudaError_t launch_runs(const RunsParameters& parameters, cudaStream_t stream);

}  // namespace ndlease::gpu
