// SPDX-License-Identifier: Apache-2.0
// Sectors per request and shared-memory waves, against counts made by hand.
#include "device_array.hpp"

namespace simulated_cuda {
namespace {

constexpr unsigned kTile = 32;

/// 32 x 8 threads turn a tile of 32 x 32 words; `Pad` words at the end of each row of the tile.
template <unsigned Pad>
__global__ void transpose_tiled(const unsigned* source, unsigned* destination, unsigned rows, unsigned columns) {
    using Tile = unsigned[kTile][kTile + Pad];
    Tile& tile = shared<Tile>(__COUNTER__);
    unsigned column = blockIdx.x * kTile + threadIdx.x;
    unsigned row = blockIdx.y * kTile + threadIdx.y;
    for (unsigned i = 0; i < kTile; i += 8) {
        if (row + i < rows && column < columns) {
            shared_store(&tile[threadIdx.y + i][threadIdx.x], load(source + (row + i) * columns + column));
        }
    }
    __syncthreads();
    column = blockIdx.y * kTile + threadIdx.x;
    row = blockIdx.x * kTile + threadIdx.y;
    for (unsigned i = 0; i < kTile; i += 8) {
        if (row + i < columns && column < rows) {
            store(destination + (row + i) * rows + column, shared_load(&tile[threadIdx.x][threadIdx.y + i]));
        }
    }
}

__global__ void transpose_naive(const unsigned* source, unsigned* destination, unsigned rows, unsigned columns) {
    const unsigned column = blockIdx.x * kTile + threadIdx.x;
    for (unsigned i = 0; i < kTile; i += 8) {
        const unsigned row = blockIdx.y * kTile + threadIdx.y + i;
        if (row < rows && column < columns) {
            store(destination + column * rows + row, load(source + row * columns + column));
        }
    }
}

template <class T>
__global__ void copy_strided(const T* source, T* destination, unsigned count, unsigned stride) {
    const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count) {
        store(destination + i, load(source + i * stride));
    }
}

std::vector<unsigned> counted(std::size_t count) {
    std::vector<unsigned> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        values[i] = static_cast<unsigned>(i * 2654435761U);
    }
    return values;
}

class Coalescing : public KernelTest {
protected:
    static void transpose(void (*kernel)(const unsigned*, unsigned*, unsigned, unsigned), unsigned rows, unsigned columns) {
        const std::vector<unsigned> values = counted(std::size_t{rows} * columns);
        const DeviceArray<unsigned> source(values), destination(values.size());
        run(kernel, dim3((columns + kTile - 1) / kTile, (rows + kTile - 1) / kTile), dim3(kTile, 8), source.data(), destination.data(), rows, columns);
        const std::vector<unsigned> result = destination.values();
        for (std::size_t row = 0; row < rows; ++row) {
            for (std::size_t column = 0; column < columns; ++column) {
                ASSERT_EQ(result[column * rows + row], values[row * columns + column]) << row << "," << column;
            }
        }
    }
};

TEST_F(Coalescing, padded_tile_is_ideal) {
    SKIP_WITHOUT_CHECKS();
    transpose(transpose_tiled<1>, 64, 96);
    const KernelCounters counters = last_counters();
    EXPECT_EQ(counters.kernel, "kernel under test");
    EXPECT_EQ(counters.blocks, 6U);
    EXPECT_EQ(counters.threads, 6U * 256);
    EXPECT_EQ(counters.barriers, 6U);
    EXPECT_EQ(counters.total.loads.requests, 64U * 96 / 32);
    EXPECT_EQ(counters.total.stores.bytes, 64U * 96 * 4);
    EXPECT_DOUBLE_EQ(counters.total.loads.sectors_per_request(), 4);
    EXPECT_DOUBLE_EQ(counters.total.stores.sectors_per_request(), 4);
    EXPECT_EQ(counters.total.stores.ideal_sectors, counters.total.stores.sectors);
    EXPECT_DOUBLE_EQ(counters.total.shared().waves_per_request(), 1);
}

TEST_F(Coalescing, tile_without_padding_conflicts_in_its_columns) {
    SKIP_WITHOUT_CHECKS();
    transpose(transpose_tiled<0>, 64, 64);
    const MemoryRequests total = last_counters().total;
    EXPECT_DOUBLE_EQ(total.shared_stores.waves_per_request(), 1);
    EXPECT_DOUBLE_EQ(total.shared_loads.waves_per_request(), 32);
    EXPECT_DOUBLE_EQ(total.shared().waves_per_request(), 16.5);
    EXPECT_EQ(total.shared_loads.ideal_waves, total.shared_loads.requests);
}

TEST_F(Coalescing, odd_sizes_come_out_right) { transpose(transpose_tiled<1>, 37, 101); }

TEST_F(Coalescing, naive_transpose_writes_a_sector_per_thread) {
    SKIP_WITHOUT_CHECKS();
    transpose(transpose_naive, 64, 64);
    const MemoryRequests total = last_counters().total;
    EXPECT_DOUBLE_EQ(total.loads.sectors_per_request(), 4);
    EXPECT_DOUBLE_EQ(total.stores.sectors_per_request(), 32);
}

template <class T>
MemoryRequests strided(unsigned count, unsigned stride) {
    const DeviceArray<T> source(std::vector<T>(std::size_t{count} * max(stride, 1U))), destination(count);
    EXPECT_EQ(
        launch(copy_strided<T>, "strided", dim3((count + 127) / 128), dim3(128), 0, cudaStreamPerThread, source.data(), destination.data(), count, stride),
        cudaSuccess);
    EXPECT_EQ(cudaStreamSynchronize(cudaStreamPerThread), cudaSuccess);
    return last_counters().total;
}

TEST_F(Coalescing, sectors_follow_size_and_stride) {
    SKIP_WITHOUT_CHECKS();
    EXPECT_DOUBLE_EQ(strided<unsigned char>(256, 1).loads.sectors_per_request(), 1);
    EXPECT_DOUBLE_EQ(strided<unsigned>(256, 2).loads.sectors_per_request(), 8);
    EXPECT_DOUBLE_EQ(strided<unsigned>(256, 8).loads.sectors_per_request(), 32);
    const MemoryRequests wide = strided<uint4>(256, 1);
    EXPECT_DOUBLE_EQ(wide.loads.sectors_per_request(), 16);
    EXPECT_EQ(wide.loads.ideal_sectors, wide.loads.sectors);
    const MemoryRequests broadcast = strided<unsigned>(256, 0);  // src: (256):(0)
    EXPECT_DOUBLE_EQ(broadcast.loads.sectors_per_request(), 1);
    EXPECT_EQ(broadcast.loads.bytes, broadcast.loads.requests * 4);
}

TEST_F(Coalescing, counters_add_up_by_name_and_line) {
    SKIP_WITHOUT_CHECKS();
    strided<unsigned>(128, 1);
    strided<unsigned>(128, 8);
    const KernelCounters sum = counters_of("strided");
    EXPECT_EQ(sum.launches, 2U);
    EXPECT_EQ(sum.total.loads.requests, 8U);
    EXPECT_EQ(sum.total.loads.sectors, 4U * 4 + 4U * 32);
    ASSERT_EQ(sum.lines.size(), 1U);  // the load and the store are in one line
    EXPECT_EQ(sum.at(sum.lines[0].line).stores.sectors, 8U * 4);
    EXPECT_EQ(counters_of("another").launches, 0U);
}

__global__ void wide_shared() {
    using Line4 = uint4[64];
    Line4& items = shared<Line4>(__COUNTER__);
    shared_store(&items[threadIdx.x], make_uint4(1, 2, 3, 4));
    shared_store(&items[threadIdx.x + 32], make_uint4(1, 2, 3, 4));
}
__global__ void broadcast_shared(unsigned* destination) {
    unsigned& one = shared<unsigned>(__COUNTER__);
    if (threadIdx.x == 0) {
        shared_store(&one, 7);
    }
    __syncthreads();
    store(destination + threadIdx.x, shared_load(&one));
}

TEST_F(Coalescing, wide_shared_requests_take_a_wave_per_quarter_warp_and_broadcasts_one) {
    SKIP_WITHOUT_CHECKS();
    run(wide_shared, dim3(1), dim3(32));
    EXPECT_EQ(last_counters().total.shared_stores.waves, 8U);
    EXPECT_EQ(last_counters().total.shared_stores.ideal_waves, 8U);
    const DeviceArray<unsigned> destination(64);
    run(broadcast_shared, dim3(1), dim3(64), destination.data());
    EXPECT_DOUBLE_EQ(last_counters().total.shared_loads.waves_per_request(), 1);
    EXPECT_EQ(destination.values(), std::vector<unsigned>(64, 7));
}

}  // namespace
}  // namespace simulated_cuda
