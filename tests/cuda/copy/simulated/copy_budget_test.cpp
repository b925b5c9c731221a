// SPDX-License-Identifier: Apache-2.0
// What the memory system is asked for: sectors of 32 bytes per request of a warp, and waves of shared memory.
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

// dst: (192,256):(1024,4)  src: (192,256):(4,768)
TEST(copy_budget, tiles_of_4_bytes) {
    const auto counters = counters_of_copy({{192, 256}, {1024, 4}, {}, 4, 0}, {{192, 256}, {4, 768}, {}, 4, 0});
    EXPECT_EQ(counters.kernel, "copy_tiles<4>");
    EXPECT_LE(counters.total.loads.sectors_per_request(), 4.2);
    EXPECT_LE(counters.total.stores.sectors_per_request(), 4.2);
    EXPECT_DOUBLE_EQ(counters.total.shared().waves_per_request(), 1.0);
}

// The same with edges in every tile row and column, and rows that start anywhere in a sector.
TEST(copy_budget, tiles_of_4_bytes_with_edges) {
    const auto counters = counters_of_copy({{193, 251}, {1004, 4}, {}, 4, 4}, {{193, 251}, {4, 772}, {}, 4, 4});
    EXPECT_LE(counters.total.loads.sectors_per_request(), 5.2);  // 128 bytes that begin inside a sector lie in 5
    EXPECT_LE(counters.total.stores.sectors_per_request(), 5.2);
    EXPECT_LE(counters.total.shared().waves_per_request(), 1.2);  // requests that reach over the end of a row
}

TEST(copy_budget, tiles_of_every_item_have_no_bank_conflicts) {
    const std::pair<std::int64_t, const char*> items[] = {{1, "copy_tiles<1>"},   {2, "copy_tiles<2>"},  {3, "copy_tiles<1>"},
                                                          {6, "copy_tiles<2>"},   {8, "copy_tiles<8>"},  {12, "copy_tiles<4>"},
                                                          {16, "copy_tiles<16>"}, {24, "copy_tiles<8>"}, {32, "copy_tiles<16>"}};
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
        EXPECT_EQ(counters.kernel, "copy_tiles<4>");
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
