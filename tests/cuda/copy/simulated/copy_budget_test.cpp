// SPDX-License-Identifier: Apache-2.0
// What the memory system is asked for: sectors of 32 bytes per request of a warp, and waves of shared memory.
#include <gtest/gtest.h>

#include <simulated_cuda/control.hpp>
#include <simulated_cuda/kernel.hpp>

#include <string>
#include <utility>

#include "cuda/copy/device_arena.hpp"

#include <ndlease/copy.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::testing {
namespace {

/// Counts of one copy on cuda:0 whose sides start at multiples of 256 plus the sides' `data`. Nothing beyond the two sides may be touched.
simulated_cuda::KernelCounters counters_of_copy(Side dst, Side src) {
    const auto end = [](const Side& side) {
        std::int64_t bytes = side.data + side.itemsize;
        for (std::size_t i = 0; i < side.shape.size(); ++i) bytes += (side.shape[i] - 1) * side.strides[i];
        return bytes;
    };
    Random random(8);
    const Arena src_bytes(random, end(src));
    DeviceArena dst_memory(Device::cuda(0), static_cast<std::size_t>(end(dst)));
    DeviceArena src_memory(Device::cuda(0), static_cast<std::size_t>(end(src)));
    src_memory.put(src_bytes.bytes());
    const Stream stream = Stream::make(Device::cuda(0));
    simulated_cuda::set_scheduler(simulated_cuda::Scheduler::eager);
    {
        const simulated_cuda::restrict_to views(
            {{src_memory.data() + src.data, src_memory.data() + end(src), false}, {dst_memory.data() + dst.data, dst_memory.data() + end(dst), true}});
        copy(dst_memory.view(dst), src_memory.view(src), stream);
    }
    stream.synchronize();
    EXPECT_EQ(simulated_cuda::violation_report(), "");
    static_cast<void>(simulated_cuda::take_violations());
    return simulated_cuda::last_counters();
}

/// At most 5 in 100 sectors more than the bytes of each request need: 16 for 32 lanes of 16 bytes, 4 for 32 lanes of 4.
void expect_coalesced(const simulated_cuda::KernelCounters& counters, const std::string& about = {}) {
    for (const simulated_cuda::GlobalRequests& requests : {counters.total.loads, counters.total.stores}) {
        EXPECT_LE(static_cast<double>(requests.sectors), 1.05 * static_cast<double>(requests.ideal_sectors)) << counters.kernel << ' ' << about;
    }
    EXPECT_EQ(counters.total.shared().waves, counters.total.shared().ideal_waves) << counters.kernel << ' ' << about;
}

/// All of it in accesses of 16 bytes: 512 bytes a request, on both sides.
void expect_wide(const simulated_cuda::KernelCounters& counters, const std::string& about = {}) {
    for (const simulated_cuda::GlobalRequests& requests : {counters.total.loads, counters.total.stores}) {
        EXPECT_EQ(requests.bytes, 512 * requests.requests) << counters.kernel << ' ' << about;
    }
}

// dst: (256,384) packed  src: (256,384) transposed
TEST(copy_budget, tiles_of_words) {
    for (const std::int64_t size : {1, 2, 4, 8, 16}) {
        const auto counters = counters_of_copy({{256, 384}, {384 * size, size}, {}, size, 0}, {{256, 384}, {size, 256 * size}, {}, size, 0});
        EXPECT_EQ(counters.kernel, "copy_tiles<" + std::to_string(size) + ">");
        expect_wide(counters);
        expect_coalesced(counters);
        EXPECT_DOUBLE_EQ(counters.total.loads.sectors_per_request(), 16);
        EXPECT_DOUBLE_EQ(counters.total.stores.sectors_per_request(), 16);
        EXPECT_EQ(counters.barriers, counters.blocks);
    }
}

// The same with edges in every tile row and column; the rows' pitches are multiples of 32 bytes.
TEST(copy_budget, tiles_with_edges) {
    for (const std::int64_t size : {1, 2, 4, 8, 16}) {
        const auto counters = counters_of_copy({{288, 416}, {416 * size, size}, {}, size, 0}, {{288, 416}, {size, 288 * size}, {}, size, 0});
        EXPECT_EQ(counters.kernel, "copy_tiles<" + std::to_string(size) + ">");
        expect_coalesced(counters);
    }
}

// Odd extents, and addresses one item off: accesses are of 16 bytes all the same, but for the ends of rows. A source's chunk is read as the two aligned
// ones that hold it, of which the second is the next lane's first. The ends of a tile's rows share a chunk with the next tile.
TEST(copy_budget, tiles_that_start_anywhere) {
    struct Budget {
        std::int64_t size;
        double loads, stores;  ///< sectors for each that the bytes asked for fill
    };
    for (const auto& [size, loads, stores] : {Budget{1, 1.5, 2.6}, Budget{2, 1.25, 1.6}, Budget{4, 1.15, 1.45}, Budget{8, 1.15, 1.15}}) {
        const auto counters = counters_of_copy({{1023, 895}, {895 * size, size}, {}, size, size}, {{1023, 895}, {size, 1023 * size}, {}, size, size});
        EXPECT_EQ(counters.kernel, "copy_tiles<" + std::to_string(size) + ", shifted>");
        const std::uint64_t payload = 1023 * 895 * static_cast<std::uint64_t>(size);
        EXPECT_EQ(counters.total.stores.bytes, payload) << size;
        EXPECT_LE(static_cast<double>(counters.total.loads.bytes), 2.1 * static_cast<double>(payload)) << size;
        EXPECT_LE(static_cast<double>(counters.total.loads.sectors), loads * static_cast<double>(counters.total.loads.ideal_sectors)) << size;
        EXPECT_LE(static_cast<double>(counters.total.stores.sectors), stores * static_cast<double>(payload) / 32) << size;
        EXPECT_EQ(counters.total.shared().waves, counters.total.shared().ideal_waves) << size;
    }
}

// Items of several words
TEST(copy_budget, tiles_of_units) {
    const std::pair<std::int64_t, const char*> items[] = {
        {3, "copy_unit_tiles<1>"}, {6, "copy_unit_tiles<2>"}, {12, "copy_unit_tiles<4>"}, {24, "copy_unit_tiles<8>"}, {32, "copy_unit_tiles<16>"}};
    for (const auto& [size, name] : items) {
        const auto counters = counters_of_copy({{128, 128}, {128 * size, size}, {}, size, 0}, {{128, 128}, {size, 128 * size}, {}, size, 0});
        EXPECT_EQ(counters.kernel, name) << size;
        EXPECT_EQ(counters.total.loads.sectors, counters.total.loads.ideal_sectors) << size;
        EXPECT_EQ(counters.total.stores.sectors, counters.total.stores.ideal_sectors) << size;
        EXPECT_EQ(counters.total.shared().waves, counters.total.shared().ideal_waves) << size;
    }
}

// (3,N) to (N,3) and back
TEST(copy_budget, skinny_tiles) {
    for (const auto& [dst, src] : {std::pair<Side, Side>{{{3, 4096}, {16384, 4}, {}, 4, 0}, {{3, 4096}, {4, 12}, {}, 4, 0}},
                                   {{{4096, 3}, {12, 4}, {}, 4, 0}, {{4096, 3}, {4, 16384}, {}, 4, 0}}}) {
        const auto counters = counters_of_copy(dst, src);
        EXPECT_EQ(counters.kernel, "copy_unit_tiles<4>");
        EXPECT_LE(counters.total.loads.sectors_per_request(), 4.2);
        EXPECT_LE(counters.total.stores.sectors_per_request(), 4.2);
        EXPECT_DOUBLE_EQ(counters.total.shared().waves_per_request(), 1.0);
    }
}

// dst: (8,8000):(8016,1)  src: (8,8000):(8016,1), 3 bytes off: nearly all of it in words of 16 bytes, 16 sectors a request
TEST(copy_budget, runs) {
    const auto counters = counters_of_copy({{8, 8000}, {8016, 1}, {}, 1, 0}, {{8, 8000}, {8016, 1}, {}, 1, 3});
    EXPECT_EQ(counters.kernel, "copy_runs");
    EXPECT_GE(static_cast<double>(counters.total.stores.bytes), 64'000.0);
    // 512 bytes a request where all lanes have a word: 500 words of a run leave 12 of 32 lanes idle in the last of 16 requests.
    EXPECT_GE(static_cast<double>(counters.total.stores.bytes) / static_cast<double>(counters.total.stores.requests), 300.0);
    EXPECT_LE(static_cast<double>(counters.total.stores.sectors), 1.1 * static_cast<double>(counters.total.stores.ideal_sectors));
    EXPECT_LE(static_cast<double>(counters.total.loads.sectors), 1.1 * static_cast<double>(counters.total.loads.ideal_sectors));
}

// Rows of 32 bytes at a pitch of 128 into a packed array: words of 16 bytes, no sector read or written twice.
TEST(copy_budget, short_rows) {
    const auto counters = counters_of_copy({{256, 32}, {32, 1}, {}, 1, 0}, {{256, 32}, {128, 1}, {}, 1, 0});
    EXPECT_EQ(counters.kernel, "copy_words<16>");
    EXPECT_EQ(counters.total.loads.sectors, 256U);
    EXPECT_EQ(counters.total.stores.sectors, 256U);
}

}  // namespace
}  // namespace ndlease::testing
