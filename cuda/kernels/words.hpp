// SPDX-License-Identifier: Apache-2.0
// Word by word, any rank and strides: short rows, gathers, scatters and broadcasts. Threads follow the destination's order, so that writes are
// as close together as the layout lets them be, and each keeps several words on the way.
#pragma once

#include <cstddef>
#include <cstdint>

#include <cuda_runtime_api.h>

#include "kernels/axes.hpp"

namespace ndlease::gpu {

/// Index: std::uint32_t for fewer than 2^31 words, std::uint64_t for any number.
template <class Index>
struct WordsParameters {
    std::byte* dst;
    const std::byte* src;
    Index count;  ///< words in all
    KernelAxes<Index> axes;
};

/// word_bytes: 1, 2, 4, 8 or 16; both addresses and all strides are multiples of it. Returns what the launch came to.
[[nodiscard]] cudaError_t launch_words(const WordsParameters<std::uint32_t>& parameters, int word_bytes, cudaStream_t stream);
[[nodiscard]] cudaError_t launch_words(const WordsParameters<std::uint64_t>& parameters, int word_bytes, cudaStream_t stream);

}  // namespace ndlease::gpu
