// SPDX-License-Identifier: Apache-2.0
#include "kernels/unit_tiles.hpp"

#include "kernels/divide.cuh"
#include "launch.hpp"

namespace ndlease::gpu {
namespace {

constexpr int threads = 256;
/// Words that a thread has on the way: narrow ones are more.
template <int Bytes>
constexpr std::uint32_t unroll_of = Bytes <= 4 ? 8 : 4;

struct TileMemory {
    alignas(16) std::byte bytes[32 * 33 * 16];
};

/// Bytes from the start of a row of units at `stride` to word number `word` of the row.
template <int Bytes, bool SingleWords>
__device__ __forceinline__ std::int64_t offset_in_row(std::uint32_t word, std::int64_t stride, const UnitTilesParameters& p) {
    if constexpr (SingleWords) {
        return static_cast<std::int64_t>(word) * stride;
    } else {
        std::uint32_t unit = word;
        const std::uint32_t part = take_remainder(&unit, p.by_unit);
        return static_cast<std::int64_t>(unit) * stride + part * Bytes;
    }
}

template <int Bytes, bool SingleWords>
__device__ __forceinline__ void read_tile(TileMemory& tile, const std::byte* src, std::uint32_t words, const Divider<std::uint32_t>& by_row,
                                          const UnitTilesParameters& p) {
    constexpr std::uint32_t unroll = unroll_of<Bytes>;
    for (std::uint32_t first = threadIdx.x; first < words; first += unroll * threads) {
        Word<Bytes> value[unroll];
        std::uint32_t place[unroll];
        NDLEASE_UNROLL
        for (std::uint32_t i = 0; i < unroll; ++i) {
            std::uint32_t row = first + i * threads;
            if (row < words) {
                const std::uint32_t word = take_remainder(&row, by_row);
                place[i] = row * p.pitch + word * Bytes;
                value[i] = load(reinterpret_cast<const Word<Bytes>*>(src + row * p.d_src + offset_in_row<Bytes, SingleWords>(word, p.s_src, p)));
            }
        }
        NDLEASE_UNROLL
        for (std::uint32_t i = 0; i < unroll; ++i) {
            if (first + i * threads < words) shared_store(reinterpret_cast<Word<Bytes>*>(tile.bytes + place[i]), value[i]);
        }
    }
}

template <int Bytes, bool SingleWords>
__device__ __forceinline__ void write_tile(const TileMemory& tile, std::byte* dst, std::uint32_t words, const Divider<std::uint32_t>& by_row,
                                           const UnitTilesParameters& p) {
    constexpr std::uint32_t unroll = unroll_of<Bytes>;
    for (std::uint32_t first = threadIdx.x; first < words; first += unroll * threads) {
        Word<Bytes> value[unroll];
        std::byte* to[unroll];
        NDLEASE_UNROLL
        for (std::uint32_t i = 0; i < unroll; ++i) {
            std::uint32_t row = first + i * threads;
            if (row < words) {
                std::uint32_t unit = take_remainder(&row, by_row);
                std::uint32_t part = 0;
                if constexpr (!SingleWords) part = take_remainder(&unit, p.by_unit);
                to[i] = dst + row * p.s_dst + unit * p.d_dst + part * Bytes;
                const std::uint32_t place = unit * p.pitch + (SingleWords ? row : row * p.unit_words + part) * Bytes;
                value[i] = shared_load(reinterpret_cast<const Word<Bytes>*>(tile.bytes + place));
            }
        }
        NDLEASE_UNROLL
        for (std::uint32_t i = 0; i < unroll; ++i) {
            if (first + i * threads < words) store(reinterpret_cast<Word<Bytes>*>(to[i]), value[i]);
        }
    }
}

template <int Bytes, bool SingleWords>
__global__ void __launch_bounds__(threads) copy_unit_tiles(const __grid_constant__ UnitTilesParameters p) {
    NDLEASE_BLOCK_SHARED(TileMemory, tile);
    for (std::uint64_t number = blockIdx.x; number < p.count; number += gridDim.x) {
        std::uint64_t rest = number;
        const auto at_d = static_cast<std::uint32_t>(take_remainder(&rest, p.tiles_d));
        const auto at_s = static_cast<std::uint32_t>(take_remainder(&rest, p.tiles_s));
        const bool is_edge_d = at_d + 1 == p.tiles_d.divisor;
        const bool is_edge_s = at_s + 1 == p.tiles_s.divisor;
        const std::int64_t first_d = static_cast<std::int64_t>(at_d) * p.tile_d;
        const std::int64_t first_s = static_cast<std::int64_t>(at_s) * p.tile_s;
        std::byte* dst = p.dst + first_d * p.d_dst + first_s * p.s_dst;
        const std::byte* src = p.src + first_d * p.d_src + first_s * p.s_src;
        for (int axis = 0; axis < p.axes.rank; ++axis) {
            const auto index = static_cast<std::int64_t>(take_remainder(&rest, p.axes.axis[axis].extent));
            dst += index * p.axes.axis[axis].dst_stride;
            src += index * p.axes.axis[axis].src_stride;
        }
        const std::uint32_t words = (is_edge_d ? p.edge_d : p.tile_d) * (is_edge_s ? p.edge_s : p.tile_s) * p.unit_words;
        read_tile<Bytes, SingleWords>(tile, src, words, is_edge_s ? p.by_edge_s : p.by_s, p);
        __syncthreads();
        write_tile<Bytes, SingleWords>(tile, dst, words, is_edge_d ? p.by_edge_d : p.by_d, p);
        if (number + gridDim.x < p.count) __syncthreads();  // the tile is filled again
    }
}

/// Bytes between rows of a tile, so that a warp that reads columns finds its words in different banks.
class Pitch {
public:
    Pitch(std::uint32_t unit_bytes, std::uint32_t word_bytes) : unit_bytes_(unit_bytes), word_bytes_(word_bytes) {}

    /// For rows of `s` units, of which `d` lie below each other.
    [[nodiscard]] std::uint32_t bytes(std::uint32_t d, std::uint32_t s) const {
        if (word_bytes_ < 4) return ((s * unit_bytes_ + 3) / 4 | 1U) * 4;  // an odd number of banks
        // One pass over the banks serves `lanes` threads. They take the same unit of as many rows as they can, and of fewer rows some units more: what one
        // row gives fills the banks up to what the next row gives.
        const std::uint32_t lanes = 128 / word_bytes_;
        const std::uint32_t unit = unit_bytes_ / word_bytes_;
        const std::uint32_t units_of_a_row = (lanes + d * unit - 1) / (d * unit);
        const std::uint32_t words = s * unit;
        if (words < lanes && d * unit >= lanes) return (words | 1U) * word_bytes_;  // short rows: a warp that reads the source fills several
        return (words + (unit * units_of_a_row + lanes - words % lanes) % lanes) * word_bytes_;
    }

private:
    std::uint32_t unit_bytes_, word_bytes_;
};

template <int Bytes>
cudaError_t launch_by_unit(const char* name, const UnitTilesParameters& p, cudaStream_t stream) {
    return launch(p.unit_words == 1 ? copy_unit_tiles<Bytes, true> : copy_unit_tiles<Bytes, false>, name, grid_of(p.count), threads, stream, p);
}

}  // namespace

UnitTileShape unit_tile_shape(std::int64_t unit_bytes, int word_bytes, std::int64_t extent_d, std::int64_t extent_s) noexcept {
    const auto narrow = [](std::int64_t extent, std::uint32_t limit) { return static_cast<std::uint32_t>(extent < limit ? extent : limit); };
    const Pitch pitch(static_cast<std::uint32_t>(unit_bytes), static_cast<std::uint32_t>(word_bytes));
    const auto fits = [&pitch](std::uint32_t d, std::uint32_t s) { return d * pitch.bytes(d, s) <= sizeof(TileMemory); };
    constexpr std::uint32_t widest = 64;
    std::uint32_t side = widest;
    while (side > 1 && !fits(side, side)) side /= 2;
    UnitTileShape shape{narrow(extent_d, side), narrow(extent_s, side), 0};
    while (!fits(shape.d, shape.s)) shape.d = (shape.d + 1) / 2;  // a narrow tile's rows are padded more
    // A plane that is narrow along one axis gets tiles that are as much longer along the other.
    constexpr std::uint32_t longest = 1024;
    if (shape.d < side) {
        while (shape.s < extent_s && shape.s < longest && fits(shape.d, shape.s * 2)) shape.s = narrow(extent_s, shape.s * 2);
    } else if (shape.s < side) {
        while (shape.d < extent_d && shape.d < longest && fits(shape.d * 2, shape.s)) shape.d = narrow(extent_d, shape.d * 2);
    }
    shape.pitch = pitch.bytes(shape.d, shape.s);
    return shape;
}

cudaError_t launch_unit_tiles(const UnitTilesParameters& parameters, int word_bytes, cudaStream_t stream) {
    switch (word_bytes) {
        case 1: return launch_by_unit<1>("copy_unit_tiles<1>", parameters, stream);
        case 2: return launch_by_unit<2>("copy_unit_tiles<2>", parameters, stream);
        case 4: return launch_by_unit<4>("copy_unit_tiles<4>", parameters, stream);
        case 8: return launch_by_unit<8>("copy_unit_tiles<8>", parameters, stream);
        case 16: return launch_by_unit<16>("copy_unit_tiles<16>", parameters, stream);
        default: return cudaErrorInvalidValue;
    }
}

}  // namespace ndlease::gpu
