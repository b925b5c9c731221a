// SPDX-License-Identifier: Apache-2.0
// Transposes of items of three words (3, 6, 12 and 24 bytes): as tiles.hpp, with rows that start at multiples of 16 bytes on both sides.
#pragma once

#include "kernels/tiles.hpp"

namespace ndlease::gpu {

/// `parameters` counts items, and tiles of device_triple_tile of copy/device_tile.hpp; is_aligned is true. word_bytes: 1, 2, 4 or 8.
[[nodiscard]] cudaError_t launch_triples(const TilesParameters& parameters, int word_bytes, cudaStream_t stream);

}  // namespace ndlease::gpu
