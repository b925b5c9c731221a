// SPDX-License-Identifier: Apache-2.0
// Which entry of a batch a block works on.
#pragma once

#include <cstdint>

#include "kernels/access.cuh"
#include "kernels/batch.hpp"

namespace ndlease::gpu {

/// The last entry whose first block is not after `block`; the same for all threads of the block.
template <class Parameters>
__device__ __forceinline__ std::uint32_t entry_of_block(const Parameters& p, std::uint32_t block) {
    std::uint32_t low = 0;
    std::uint32_t high = p.count;
    while (high - low > 1) {
        const std::uint32_t middle = (low + high) / 2;
        if (p.entry[middle].first_block <= block) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

}  // namespace ndlease::gpu
