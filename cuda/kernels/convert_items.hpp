// SPDX-License-Identifier: Apache-2.0
// Number by number, any rank, strides and alignments, changed on the way. Threads follow the destination's order.
#pragma once

#include <cstddef>
#include <cstdint>

#include <cuda_runtime_api.h>

#include "kernels/axes.hpp"
#include "kernels/convert_rules.hpp"

namespace ndlease::gpu {

/// Index: std::uint32_t for fewer than 2^31 elements, std::uint64_t for any number. An element is a number, or a pair.
template <class Index>
struct ConvertItemsParameters {
    std::byte* dst;
    const std::byte* src;
    Index count;             ///< elements in all
    std::int8_t dst_access;  ///< bytes that are written at once: a pair's, a number's or 1
    std::int8_t src_access;  ///< likewise
    bool reads_pairs, writes_pairs;
    ConvertRules rules;
    KernelAxes<Index> axes;
};

/// A pair that is read and written changes places; a pair that is only read becomes whether either is true; a pair that is only written ends with 0.
[[nodiscard]] cudaError_t launch_convert_items(const ConvertItemsParameters<std::uint32_t>& parameters, cudaStream_t stream);
[[nodiscard]] cudaError_t launch_convert_items(const ConvertItemsParameters<std::uint64_t>& parameters, cudaStream_t stream);

}  // namespace ndlease::gpu
