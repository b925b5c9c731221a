// SPDX-License-Identifier: Apache-2.0
// What the memory system is asked for: sectors of 32 bytes per request of a warp, and waves of shared memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <simulated_cuda/control.hpp>
#include <simulated_cuda/kernel.hpp>

#include <string>
#include <utility>
#include <vector>

#include "cuda/copy/device_arena.hpp"

#include <ndlease/copy.hpp>
#include <ndlease/copy_batch.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::testing {
namespace {

/// Counts of one copy on cuda:0 whose sides start at multiples of 256 plus the sides' `data`. Nothing beyond the two sides may be touched.
/// Where formats are given, the items are converted.
simulated_cuda::KernelCounters counters_of_copy(Side dst, Side src, const Format* to = nullptr, const Format* from = nullptr) {
    const auto end = [](const Side& side) {
        std::int64_t bytes = side.data + side.itemsize;
        for (std::size_t i = 0; i < side.shape.size(); ++i) bytes += side.strides[i] < 0 ? 0 : (side.shape[i] - 1) * side.strides[i];
        return bytes;
    };
    const auto begin = [](const Side& side) {
        std::int64_t offset = side.data;
        for (std::size_t i = 0; i < side.shape.size(); ++i) offset += side.strides[i] < 0 ? (side.shape[i] - 1) * side.strides[i] : 0;
        return offset;
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
            {{src_memory.data() + begin(src), src_memory.data() + end(src), false}, {dst_memory.data() + begin(dst), dst_memory.data() + end(dst), true}});
        CopyOptions options;
        options.conversion = Conversion::cpp;
        if (to != nullptr) {
            copy(dst_memory.view(dst, *to), src_memory.view(src, *from), stream, options);
        } else {
            copy(dst_memory.view(dst), src_memory.view(src), stream);
        }
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

// Items of several words, of which rows start off a chunk or items are 16 bytes and more
TEST(copy_budget, tiles_of_units) {
    const std::pair<std::int64_t, const char*> items[] = {
        {3, "copy_unit_tiles<1>"}, {6, "copy_unit_tiles<2>"}, {12, "copy_unit_tiles<4>"}, {24, "copy_unit_tiles<8>"}, {32, "copy_unit_tiles<16>"}};
    for (const auto& [size, name] : items) {
        const std::int64_t off = size == 32 ? 0 : size / 3;
        const auto counters = counters_of_copy({{128, 128}, {128 * size, size}, {}, size, off}, {{128, 128}, {size, 128 * size}, {}, size, off});
        EXPECT_EQ(counters.kernel, name) << size;
        EXPECT_LE(static_cast<double>(counters.total.loads.sectors), (size < 12 ? 2.0 : 1.25) * static_cast<double>(counters.total.loads.ideal_sectors))
            << size;
        EXPECT_LE(static_cast<double>(counters.total.stores.sectors), (size < 12 ? 2.0 : 1.25) * static_cast<double>(counters.total.stores.ideal_sectors))
            << size;
        EXPECT_EQ(counters.total.shared().waves, counters.total.shared().ideal_waves) << size;
    }
}

// Items of three words in aligned rows: chunks on both sides. Their words are taken from shared memory one by one.
TEST(copy_budget, tiles_of_triples) {
    for (const std::int64_t size : {3, 6, 12, 24}) {
        const auto counters = counters_of_copy({{128, 128}, {128 * size, size}, {}, size, 0}, {{128, 128}, {size, 128 * size}, {}, size, 0});
        EXPECT_EQ(counters.kernel, "copy_triples<" + std::to_string(size / 3) + ">");
        expect_wide(counters);
        EXPECT_EQ(counters.total.loads.sectors, counters.total.loads.ideal_sectors) << size;
        EXPECT_EQ(counters.total.stores.sectors, counters.total.stores.ideal_sectors) << size;
        EXPECT_EQ(counters.total.shared_stores.waves, counters.total.shared_stores.ideal_waves) << size;
        EXPECT_LE(counters.total.shared_loads.waves_per_request(), size == 24 ? 4.0 : 2.0) << size;
    }
}

// (3,N) to (N,3) and back, where columns start off a chunk
TEST(copy_budget, skinny_tiles) {
    for (const auto& [dst, src] : {std::pair<Side, Side>{{{3, 4097}, {16388, 4}, {}, 4, 0}, {{3, 4097}, {4, 12}, {}, 4, 0}},
                                   {{{4097, 3}, {12, 4}, {}, 4, 0}, {{4097, 3}, {4, 16388}, {}, 4, 0}}}) {
        const auto counters = counters_of_copy(dst, src);
        EXPECT_EQ(counters.kernel, "copy_unit_tiles<4>");
        EXPECT_LE(counters.total.loads.sectors_per_request(), 4.8);  // two of three columns lie in a sector more
        EXPECT_LE(counters.total.stores.sectors_per_request(), 4.8);
        EXPECT_LE(counters.total.shared().waves_per_request(), 1.05);
    }
}

// dst: (8,8000):(8016,1)  src: (8,8000):(8016,1), 3 bytes off. Nearly all of it in chunks of 16 bytes; each chunk of the source is read as two aligned ones.
TEST(copy_budget, runs) {
    const auto counters = counters_of_copy({{8, 8000}, {8016, 1}, {}, 1, 0}, {{8, 8000}, {8016, 1}, {}, 1, 3});
    EXPECT_EQ(counters.kernel, "copy_runs");
    EXPECT_EQ(counters.total.stores.bytes, 64'000U);
    EXPECT_LE(static_cast<double>(counters.total.loads.bytes), 2.0 * 64'000);
    // 512 bytes a request where all lanes have a chunk: the last of 4 rounds leaves lanes idle.
    EXPECT_GE(static_cast<double>(counters.total.stores.bytes) / static_cast<double>(counters.total.stores.requests), 300.0);
    EXPECT_LE(static_cast<double>(counters.total.stores.sectors), 1.1 * static_cast<double>(counters.total.stores.ideal_sectors));
    EXPECT_LE(static_cast<double>(counters.total.loads.sectors), 1.1 * static_cast<double>(counters.total.loads.ideal_sectors));
}

// dst: (64,4096):(16384,4)  src: (64,4096) of each kind
TEST(copy_budget, runs_of_every_source) {
    const Side dst{{64, 4096}, {16384, 4}, {}, 4, 0};
    const auto copied = counters_of_copy(dst, {{64, 4096}, {16512, 4}, {}, 4, 0});
    EXPECT_EQ(copied.kernel, "copy_runs");
    expect_wide(copied);
    expect_coalesced(copied);
    EXPECT_EQ(copied.total.loads.bytes, 1U << 20);

    const auto filled = counters_of_copy(dst, {{64, 4096}, {4, 0}, {}, 4, 0});
    EXPECT_EQ(filled.kernel, "copy_runs, filled");
    EXPECT_EQ(filled.total.stores.bytes, 512 * filled.total.stores.requests);
    EXPECT_DOUBLE_EQ(filled.total.stores.sectors_per_request(), 16);
    EXPECT_EQ(filled.total.loads.requests, filled.threads / 32);  // one word for each thread

    const auto repeated = counters_of_copy(dst, {{64, 4096}, {0, 4}, {}, 4, 0});
    EXPECT_EQ(repeated.kernel, "copy_runs, repeated");
    expect_wide(repeated);
    expect_coalesced(repeated);
    EXPECT_EQ(repeated.total.loads.bytes, 4 * 16384U);  // each 16 rows from one reading
}

// Mirrored: the same chunks in the other order.
TEST(copy_budget, mirrored_runs) {
    for (const std::int64_t size : {1, 2, 4, 8, 16}) {
        const Side dst{{16, 16384 / size}, {16384, size}, {}, size, 0};
        Side src{{16, 16384 / size}, {16384, size}, {}, size, 0};
        const auto forward = counters_of_copy({{16, 16384 / size}, {-16384, size}, {}, size, 15 * 16384}, src);
        EXPECT_EQ(forward.kernel, "copy_runs") << size;
        expect_wide(forward);
        expect_coalesced(forward);
        src.strides[1] = -size;
        src.data = 16384 - size;
        const auto mirrored = counters_of_copy(dst, src);
        EXPECT_EQ(mirrored.kernel, "copy_runs, mirrored") << size;
        expect_wide(mirrored);
        expect_coalesced(mirrored);
        EXPECT_EQ(mirrored.total.loads.bytes, 16 * 16384U) << size;
    }
}

// (columns,n) to (n,columns) and back
TEST(copy_budget, strips) {
    for (const std::int64_t size : {1, 2, 4, 8}) {
        for (const std::int64_t columns : {2, 3, 4}) {
            const std::int64_t n = 65536 / size;
            const Side apart{{columns, n}, {n * size, size}, {}, size, 0};
            const Side together{{columns, n}, {size, columns * size}, {}, size, 0};
            for (const auto& counters : {counters_of_copy(apart, together), counters_of_copy(together, apart)}) {
                EXPECT_THAT(counters.kernel, ::testing::StartsWith("copy_strips"));
                expect_wide(counters);
                expect_coalesced(counters);
                EXPECT_EQ(counters.total.loads.sectors, counters.total.loads.ideal_sectors);
                EXPECT_EQ(counters.total.stores.sectors, counters.total.stores.ideal_sectors);
            }
        }
    }
}

// 20^4 of 4 bytes reversed: runs of 40 words on both sides, of which a sector more than they fill is touched.
TEST(copy_budget, packed_blocks_of_short_axes) {
    const auto counters = counters_of_copy({{20, 20, 20, 20}, {32000, 1600, 80, 4}, {}, 4, 0}, {{20, 20, 20, 20}, {4, 80, 1600, 32000}, {}, 4, 0});
    EXPECT_EQ(counters.kernel, "copy_packed<4>");
    EXPECT_EQ(counters.total.loads.bytes, 640'000U);
    EXPECT_EQ(counters.total.stores.bytes, 640'000U);
    EXPECT_LE(static_cast<double>(counters.total.loads.sectors), 1.35 * 640'000 / 32);
    EXPECT_LE(static_cast<double>(counters.total.stores.sectors), 1.35 * 640'000 / 32);
}

// Extents of 2 in a fixed random order: 14 axes.
TEST(copy_budget, packed_blocks_of_bits) {
    const int order[] = {13, 4, 9, 1, 12, 6, 0, 10, 3, 7, 11, 2, 8, 5};
    Side dst{Numbers(14, 2), Numbers(14, 0), {}, 4, 0};
    Side src = dst;
    for (std::size_t i = 0; i < 14; ++i) {
        dst.strides[i] = std::int64_t{4} << (13 - i);
        src.strides[i] = std::int64_t{4} << (13 - order[i]);
    }
    const auto counters = counters_of_copy(dst, src);
    EXPECT_EQ(counters.kernel, "copy_packed<4>");
    EXPECT_EQ(counters.total.loads.sectors, 65536U / 32);
    EXPECT_EQ(counters.total.stores.sectors, 65536U / 32);
    EXPECT_LE(counters.total.shared().waves_per_request(), 2.0);
}

// Rows of 32 bytes at a pitch of 128 into a packed array: words of 16 bytes, no sector read or written twice.
TEST(copy_budget, short_rows) {
    const auto counters = counters_of_copy({{256, 32}, {32, 1}, {}, 1, 0}, {{256, 32}, {128, 1}, {}, 1, 0});
    EXPECT_EQ(counters.kernel, "copy_words<16>");
    EXPECT_EQ(counters.total.loads.sectors, 256U);
    EXPECT_EQ(counters.total.stores.sectors, 256U);
}

/// A conversion between `shape` (n, m), both sides packed; the source transposed where `turned`.
simulated_cuda::KernelCounters counters_of_conversion(const Format& to, const Format& from, std::int64_t n, std::int64_t m, bool turned) {
    const std::int64_t a = to.itemsize();
    const std::int64_t b = from.itemsize();
    const Side src = turned ? Side{{n, m}, {b, n * b}, {}, b, 0} : Side{{n, m}, {m * b, b}, {}, b, 0};
    return counters_of_copy({{n, m}, {m * a, a}, {}, a, 0}, src, &to, &from);
}

struct Conversions {
    Format to, from;
    const char* runs;
    const char* tiles;
};

std::vector<Conversions> conversions() {
    const auto number = [](Kind kind, int bits) { return Format::number(kind, bits); };
    const Format float64 = number(Kind::floating, 64), float32 = number(Kind::floating, 32), float16 = number(Kind::floating, 16);
    const Format uint8 = number(Kind::unsigned_integer, 8), boolean = number(Kind::boolean, 8), bfloat16 = number(Kind::bfloat, 16);
    return {{float64, float32, "convert_runs<2>", "convert_tiles<8>"},
            {uint8, float64, "convert_runs<2>", "convert_tiles<8>"},
            {float64, float64.with_byte_order(ByteOrder::big), "convert_runs<2>", "convert_tiles<8>"},
            {float32, float16, "convert_runs<4>", "convert_tiles<4>"},
            {bfloat16, float16, "convert_runs<8>", "convert_tiles<4>"},
            {boolean, uint8, "convert_runs<16>", "convert_tiles<4>"},
            {number(Kind::complex, 128), number(Kind::complex, 64), "convert_runs<2>", "convert_tiles<8>"}};
}

// The wider side goes by 16 bytes a thread, and no sector is asked for twice.
TEST(copy_budget, conversions_of_runs) {
    for (const auto& [to, from, runs, tiles] : conversions()) {
        const auto counters = counters_of_conversion(to, from, 64, 64, false);
        const std::string about = from.to_string() + " -> " + to.to_string();
        EXPECT_EQ(counters.kernel, runs) << about;
        EXPECT_EQ(counters.total.loads.sectors, counters.total.loads.ideal_sectors) << about;
        EXPECT_EQ(counters.total.stores.sectors, counters.total.stores.ideal_sectors) << about;
        const auto& wider = to.itemsize() > from.itemsize() ? counters.total.stores : counters.total.loads;
        EXPECT_EQ(wider.bytes, wider.requests * 512) << about;
    }
}

TEST(copy_budget, conversions_by_tiles) {
    for (const auto& [to, from, runs, tiles] : conversions()) {
        const auto counters = counters_of_conversion(to, from, 128, 128, true);
        const std::string about = from.to_string() + " -> " + to.to_string();
        EXPECT_EQ(counters.kernel, tiles) << about;
        EXPECT_EQ(counters.total.loads.sectors, counters.total.loads.ideal_sectors) << about;
        EXPECT_EQ(counters.total.stores.sectors, counters.total.stores.ideal_sectors) << about;
        EXPECT_EQ(counters.total.shared().waves, counters.total.shared().ideal_waves) << about;
    }
}

// A conversion is one kernel: it takes no memory and waits for nothing.
TEST(copy_budget, conversions_are_one_launch) {
    const Format to = Format::number(Kind::floating, 64);
    const Format from = Format::number(Kind::integer, 16);
    const DeviceArena dst(Device::cuda(0), 64 * 64 * 8);
    DeviceArena src(Device::cuda(0), 64 * 64 * 2);
    Random random(9);
    src.put(Arena(random, 64 * 64 * 2).bytes());
    const Stream stream = Stream::make(Device::cuda(0));
    CopyOptions options;
    options.conversion = Conversion::cpp;
    for (const Side& side : {Side{{64, 64}, {128, 2}, {}, 2, 0}, Side{{64, 64}, {2, 128}, {}, 2, 0}}) {
        const auto before = simulated_cuda::statistics();
        copy(dst.view({{64, 64}, {512, 8}, {}, 8, 0}, to), src.view(side, from), stream, options);
        const auto after = simulated_cuda::statistics();
        EXPECT_EQ(after.operations - before.operations, 1U);
        EXPECT_EQ(after.kernels - before.kernels, 1U);
        EXPECT_EQ(after.allocations, before.allocations);
        EXPECT_EQ(after.waits_on_host, before.waits_on_host);
        stream.synchronize();
        EXPECT_EQ(simulated_cuda::violation_report(), "");
    }
}

simulated_cuda::KernelCounters counters_of_batch(std::int64_t count, const Side& dst, const Side& src, std::int64_t apart) {
    Random random(10);
    const Arena bytes(random, count * apart);
    DeviceArena dst_memory(Device::cuda(0), bytes.bytes().size());
    DeviceArena src_memory(Device::cuda(0), bytes.bytes().size());
    src_memory.put(bytes.bytes());
    std::vector<CopyPair> pairs;
    const auto moved = [apart](Side side, std::int64_t i) {
        side.data += i * apart;
        return side;
    };
    for (std::int64_t i = 0; i < count; ++i) pairs.push_back({dst_memory.view(moved(dst, i)), src_memory.view(moved(src, i))});
    const Stream stream = Stream::make(Device::cuda(0));
    const auto before = simulated_cuda::statistics();
    copy_batch(pairs, stream);
    const auto after = simulated_cuda::statistics();
    EXPECT_EQ(after.operations - before.operations, 1U);
    EXPECT_EQ(after.allocations, before.allocations);
    EXPECT_EQ(after.waits_on_host, before.waits_on_host);
    stream.synchronize();
    EXPECT_EQ(simulated_cuda::violation_report(), "");
    return simulated_cuda::last_counters();
}

// Pages of 4 KiB: 16 bytes a thread on both sides.
TEST(copy_budget, batch_of_pages) {
    const auto counters = counters_of_batch(100, {{4096}, {1}, {}, 1, 0}, {{4096}, {1}, {}, 1, 0}, 4096);
    EXPECT_EQ(counters.kernel, "batch_runs");
    EXPECT_EQ(counters.total.loads.bytes, counters.total.loads.requests * 512);
    EXPECT_EQ(counters.total.stores.bytes, counters.total.stores.requests * 512);
    EXPECT_EQ(counters.total.loads.sectors, counters.total.loads.ideal_sectors);
    EXPECT_EQ(counters.total.stores.sectors, counters.total.stores.ideal_sectors);
}

// dst: (32,64):(256,4)  src: (32,64):(512,4): rows of 16 words
TEST(copy_budget, batch_of_boxes) {
    const auto counters = counters_of_batch(20, {{32, 64}, {256, 4}, {}, 4, 0}, {{32, 64}, {512, 4}, {}, 4, 0}, 16384);
    EXPECT_EQ(counters.kernel, "batch_boxes");
    EXPECT_EQ(counters.total.loads.bytes, counters.total.loads.requests * 512);
    EXPECT_EQ(counters.total.loads.sectors, counters.total.loads.ideal_sectors);
    EXPECT_EQ(counters.total.stores.sectors, counters.total.stores.ideal_sectors);
}

}  // namespace
}  // namespace ndlease::testing
