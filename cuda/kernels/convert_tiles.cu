// SPDX-License-Identifier: Apache-2.0
#include "kernels/convert_tiles.hpp"

#include "kernels/convert_numbers.cuh"
#include "kernels/divide.cuh"
#include "launch.hpp"

namespace ndlease::gpu {
namespace {

constexpr int threads = 256;
constexpr std::uint32_t unroll = 4;
constexpr std::uint32_t side = 64;
constexpr std::uint32_t tile_numbers = side * (side + 1);

template <class Number>
struct ConvertTileMemory {
    Number number[tile_numbers];
};

template <class Number>
__device__ __forceinline__ void read_tile(ConvertTileMemory<Number>& tile, const std::byte* src, std::uint32_t numbers, const Divider<std::uint32_t>& by_row,
                                          const ConvertTilesParameters& p) {
    for (std::uint32_t first = threadIdx.x; first < numbers; first += unroll * threads) {
        Number number[unroll] = {};
        std::uint32_t place[unroll];
        NDLEASE_UNROLL
        for (std::uint32_t i = 0; i < unroll; ++i) {
            std::uint32_t row = first + i * threads;
            if (row < numbers) {
                const std::uint32_t column = take_remainder(&row, by_row);
                std::uint32_t unit = column;
                const std::uint32_t part = take_remainder(&unit, p.by_unit);
                place[i] = row * p.pitch + column;
                number[i] = load_number<Number>(src + row * p.d_src + unit * p.s_src + part * p.unit_src, p.rules.src_bytes, p.src_access);
            }
        }
        convert(number, p.rules);
        NDLEASE_UNROLL
        for (std::uint32_t i = 0; i < unroll; ++i) {
            if (first + i * threads < numbers) shared_store(tile.number + place[i], number[i]);
        }
    }
}

template <class Number>
__device__ __forceinline__ void write_tile(const ConvertTileMemory<Number>& tile, std::byte* dst, std::uint32_t numbers, const Divider<std::uint32_t>& by_row,
                                           const ConvertTilesParameters& p) {
    for (std::uint32_t first = threadIdx.x; first < numbers; first += unroll * threads) {
        Number number[unroll];
        std::byte* to[unroll];
        NDLEASE_UNROLL
        for (std::uint32_t i = 0; i < unroll; ++i) {
            std::uint32_t row = first + i * threads;
            if (row < numbers) {
                std::uint32_t unit = take_remainder(&row, by_row);
                const std::uint32_t part = take_remainder(&unit, p.by_unit);
                to[i] = dst + row * p.s_dst + unit * p.d_dst + part * p.unit_dst;
                number[i] = shared_load(tile.number + unit * p.pitch + row * p.by_unit.divisor + part);
            }
        }
        NDLEASE_UNROLL
        for (std::uint32_t i = 0; i < unroll; ++i) {
            if (first + i * threads < numbers) store_number(to[i], number[i], p.rules.dst_bytes, p.dst_access);
        }
    }
}

template <class Number>
__global__ void __launch_bounds__(threads) convert_tiles(const __grid_constant__ ConvertTilesParameters p) {
    NDLEASE_BLOCK_SHARED(ConvertTileMemory<Number>, tile);
    for (std::uint64_t at = blockIdx.x; at < p.count; at += gridDim.x) {
        std::uint64_t rest = at;
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
        const std::uint32_t numbers = (is_edge_d ? p.edge_d : p.tile_d) * (is_edge_s ? p.edge_s : p.tile_s) * p.by_unit.divisor;
        read_tile(tile, src, numbers, is_edge_s ? p.by_edge_s : p.by_s, p);
        __syncthreads();
        write_tile(tile, dst, numbers, is_edge_d ? p.by_edge_d : p.by_d, p);
        if (at + gridDim.x < p.count) __syncthreads();  // the tile is filled again
    }
}

}  // namespace

ConvertTileShape convert_tile_shape(int unit, std::int64_t extent_d, std::int64_t extent_s) noexcept {
    const auto numbers = static_cast<std::uint32_t>(unit);
    const auto narrow = [](std::int64_t extent, std::uint32_t limit) { return static_cast<std::uint32_t>(extent < limit ? extent : limit); };
    const auto pitch = [numbers](std::uint32_t s) { return (s | 1U) * numbers; };
    const auto fits = [&pitch](std::uint32_t d, std::uint32_t s) { return d * pitch(s) <= tile_numbers; };
    std::uint32_t most = side;
    while (most > 1 && !fits(most, most)) most /= 2;
    ConvertTileShape shape{narrow(extent_d, most), narrow(extent_s, most), 0};
    constexpr std::uint32_t longest = 1024;
    if (shape.d < most) {
        while (shape.s < extent_s && shape.s < longest && fits(shape.d, shape.s * 2)) shape.s = narrow(extent_s, shape.s * 2);
    } else if (shape.s < most) {
        while (shape.d < extent_d && shape.d < longest && fits(shape.d * 2, shape.s)) shape.d = narrow(extent_d, shape.d * 2);
    }
    shape.pitch = pitch(shape.s);
    return shape;
}

cudaError_t launch_convert_tiles(const ConvertTilesParameters& p, cudaStream_t stream) {
    if (p.rules.dst_bytes == 8 || p.rules.src_bytes == 8) return launch(convert_tiles<std::uint64_t>, "convert_tiles<8>", grid_of(p.count), threads, stream, p);
    return launch(convert_tiles<std::uint32_t>, "convert_tiles<4>", grid_of(p.count), threads, stream, p);
}

}  // namespace ndlease::gpu
