// SPDX-License-Identifier: Apache-2.0
// Rows of numbers that are contiguous on both sides and change on the way: 16 bytes at a time of the wider side, and as many numbers of the other.
#pragma once

#include <cstddef>
#include <cstdint>

#include <cuda_runtime_api.h>

#include "kernels/axes.hpp"
#include "kernels/convert_rules.hpp"

namespace ndlease::gpu {

/// A chunk is 16 bytes of the wider side.
struct ConvertRunsParameters {
    std::byte* dst;
    const std::byte* src;
    std::uint64_t count;            ///< chunks in all
    std::int64_t row_numbers;       ///< the last chunk of a row may be shorter
    Divider<std::uint64_t> chunks;  ///< per row
    bool exchange;                  ///< pairs of numbers change places; a row has whole pairs
    ConvertRules rules;
    KernelAxes<std::uint64_t> axes;  ///< of the rows
};

/// Both addresses and all strides of the rows are multiples of that side's bytes of a chunk. Returns what the launch came to.
[[nodiscard]] cudaError_t launch_convert_runs(const ConvertRunsParameters& parameters, cudaStream_t stream);

}  // namespace ndlease::gpu
