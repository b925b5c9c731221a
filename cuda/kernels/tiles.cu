// SPDX-License-Identifier: Apache-2.0
#include "kernels/tiles.cuh"

#include "launch.hpp"

namespace ndlease::gpu {
namespace {

template <int Bytes>
cudaError_t launch_by_alignment(const TilesParameters& p, const char* aligned, const char* shifted, cudaStream_t stream) {
    constexpr int threads = Tile<Bytes>::threads;
    if (p.is_aligned) return launch(copy_tiles<Bytes, true>, aligned, p.count, threads, stream, p);
    return launch(copy_tiles<Bytes, false>, shifted, p.count, threads, stream, p);
}

}  // namespace

cudaError_t launch_tiles(const TilesParameters& parameters, int word_bytes, cudaStream_t stream) {
    switch (word_bytes) {
        case 1: return launch_by_alignment<1>(parameters, "copy_tiles<1>", "copy_tiles<1, shifted>", stream);
        case 2: return launch_by_alignment<2>(parameters, "copy_tiles<2>", "copy_tiles<2, shifted>", stream);
        case 4: return launch_by_alignment<4>(parameters, "copy_tiles<4>", "copy_tiles<4, shifted>", stream);
        case 8: return launch_by_alignment<8>(parameters, "copy_tiles<8>", "copy_tiles<8, shifted>", stream);
        case 16: return launch(copy_tiles<16, true>, "copy_tiles<16>", parameters.count, Tile<16>::threads, stream, parameters);
        default: return cudaErrorInvalidValue;
    }
}

}  // namespace ndlease::gpu
