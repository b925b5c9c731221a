// SPDX-License-Identifier: Apache-2.0
// What copies over the link hold while they run, and which way they took: seen from the simulated runtime's side.
#include <gtest/gtest.h>

#include <simulated_cuda/control.hpp>

#include <algorithm>

#include "cuda/copy/device_arena.hpp"
#include "cuda/copy/link_ways.hpp"

#include <ndlease/copy.hpp>
#include <ndlease/memory.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::testing {
namespace {

using simulated_cuda::Scheduler;

constexpr std::int64_t arena_bytes = std::int64_t{1} << 20;
constexpr std::size_t slot_bytes = std::size_t{4} << 20;

const Side turned{{300, 400}, {4, 1200}, {}, 4, 64};
const Side packed{{300, 400}, {1600, 4}, {}, 4, 128};
const Side spread{{300, 400}, {3200, 8}, {}, 4, 0};

/// Blocks beside those of the test itself.
struct Held {
    std::size_t device_bytes = 0;
    std::size_t slots = 0;
    std::size_t pinned_bytes = 0;  ///< that are no slot
};

Held held_now() {
    Held held;
    for (const auto& block : simulated_cuda::live_allocations()) {
        if (block.type != cudaMemoryTypeHost) {
            held.device_bytes += block.bytes;
        } else if (block.bytes == slot_bytes) {
            ++held.slots;
        } else {
            held.pinned_bytes += block.bytes;
        }
    }
    return held;
}

/// Memory that may be read.
DeviceArena filled(Device device) {
    DeviceArena arena(device, arena_bytes);
    arena.put(std::vector<std::byte>(arena_bytes));
    return arena;
}

/// What is there once the copy is enqueued, and nothing of it has run: a free in stream order has not either.
Held held_by(const View& dst, const View& src, const Stream& stream) {
    stream.synchronize();
    simulated_cuda::set_scheduler(Scheduler::lazy);
    const Held before = held_now();
    copy(dst, src, stream);
    Held held = held_now();
    held.device_bytes -= before.device_bytes;
    held.pinned_bytes -= before.pinned_bytes;
    EXPECT_LE(held.slots, 12U) << "more than four rings are kept";
    held.slots -= before.slots;
    stream.synchronize();
    simulated_cuda::run_all();
    EXPECT_EQ(held_now().device_bytes, before.device_bytes) << "scratch memory is still there";
    return held;
}

TEST(link_memory, held_is_scratch_alone_between_pinned_and_device_memory) {
    const Stream stream = Stream::make(Device::cuda(0));
    const DeviceArena there = filled(Device::cuda(0));
    const DeviceArena pinned = filled(Device::cuda_host());
    for (const double scratch : {4096.0, 65536.0, 1048576.0}) {
        const WithLinkCosts boxed(costs_for("boxed", scratch));
        const Held to = held_by(there.view(packed), pinned.view(turned), stream);
        EXPECT_GT(to.device_bytes, 0U);
        EXPECT_LE(to.device_bytes, static_cast<std::size_t>(scratch));
        EXPECT_LE(to.device_bytes, 300U * 400U * 4U) << "more than the copy";
        const Held from = held_by(pinned.view(packed), there.view(turned), stream);
        EXPECT_GT(from.device_bytes, 0U);
        EXPECT_LE(from.device_bytes, static_cast<std::size_t>(scratch));
        EXPECT_EQ(to.pinned_bytes + from.pinned_bytes, 0U);
    }
    for (const char* const way : {"kernel", "rows"}) {
        const WithLinkCosts costs(costs_for(way, 4096));
        EXPECT_EQ(held_by(there.view(packed), pinned.view(turned), stream).device_bytes, 0U) << way;
    }
}

TEST(link_memory, held_is_the_ring_and_one_part_for_pageable_memory) {
    const Stream stream = Stream::make(Device::cuda(0));
    const DeviceArena there = filled(Device::cuda(0));
    const DeviceArena host = filled(Device::cpu());
    const WithLinkCosts costs(costs_for("boxed", 32768));
    for (int i = 0; i < 3; ++i) {
        for (const auto& [dst, src] : {std::pair{packed, turned}, std::pair{spread, turned}, std::pair{packed, spread}}) {
            const Held to = held_by(there.view(dst), host.view(src), stream);
            EXPECT_LE(to.device_bytes, 32768U);
            EXPECT_LE(to.slots, 3U);
            const Held from = held_by(host.view(dst), there.view(src), stream);
            EXPECT_LE(from.device_bytes, 32768U);
            EXPECT_LE(from.slots, 3U);
            EXPECT_EQ(to.pinned_bytes + from.pinned_bytes, 0U);
        }
    }
}

// On the host as stream the caller waits: then the CPU may move pinned memory too, where that is quicker.
TEST(link_memory, pinned_goes_through_the_ring_where_the_caller_waits) {
    LinkCosts costs = costs_for("ring", 65536);
    costs.cpu_gbps = costs.cpu_strided_gbps = 1e6;
    costs.device_gbps = slow_gbps;
    const WithLinkCosts with(costs);
    Random random(3);
    const Arena arena(random, arena_bytes);
    for (const Scheduler scheduler : {Scheduler::eager, Scheduler::lazy, Scheduler::random}) {
        simulated_cuda::set_scheduler(scheduler);
        for (const bool to_device : {true, false}) {
            DeviceArena there(Device::cuda(0), arena_bytes);
            DeviceArena pinned(Device::cuda_host(), arena_bytes);
            there.put(arena.bytes());
            pinned.put(arena.bytes());
            const Side& dst = to_device ? packed : spread;
            const Side& src = to_device ? spread : packed;
            const auto before = simulated_cuda::statistics();
            copy(to_device ? there.view(dst) : pinned.view(dst), to_device ? pinned.view(src) : there.view(src), StreamRef::host());
            const auto after = simulated_cuda::statistics();
            EXPECT_EQ(after.kernels, before.kernels);
            EXPECT_LE(after.copies - before.copies, 300U * 400U * 4U / 65536U + 1);
            EXPECT_TRUE((to_device ? there : pinned).get(arena_bytes) == expected_after_copy(arena, dst, src));
        }
    }
    EXPECT_EQ(simulated_cuda::violation_report(), "");
}

// A captured copy takes no memory: the graph would hold it, and each launch would allocate it.
TEST(link_memory, none_is_taken_in_a_capture) {
    const WithLinkCosts costs(costs_for("boxed", 4096));
    const Stream stream = Stream::make(Device::cuda(0));
    const DeviceArena there = filled(Device::cuda(0));
    const DeviceArena pinned = filled(Device::cuda_host());
    const std::uint64_t allocations = simulated_cuda::statistics().allocations;
    succeed(cudaStreamBeginCapture(stream.ref().cuda(), cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
    copy(there.view(packed), pinned.view(turned), stream);
    cudaGraph_t graph = nullptr;
    succeed(cudaStreamEndCapture(stream.ref().cuda(), &graph), "cudaStreamEndCapture");
    EXPECT_EQ(simulated_cuda::statistics().allocations, allocations);
    succeed(cudaGraphDestroy(graph), "cudaGraphDestroy");
}

// No memory left for scratch: another way is found, and no error.
TEST(link_memory, lack_of_scratch_is_no_failure) {
    const WithLinkCosts costs(costs_for("boxed", 4096));
    Random random(8);
    const Arena arena(random, arena_bytes);
    const Stream stream = Stream::make(Device::cuda(0));
    DeviceArena there(Device::cuda(0), arena_bytes);
    DeviceArena pinned(Device::cuda_host(), arena_bytes);
    there.put(arena.bytes());
    pinned.put(arena.bytes());
    simulated_cuda::fail_next("cudaMallocFromPoolAsync", cudaErrorMemoryAllocation);
    copy(there.view(packed), pinned.view(turned), stream);
    stream.synchronize();
    EXPECT_TRUE(there.get(arena_bytes) == expected_after_copy(arena, packed, turned));
}

// Contiguous pageable memory through three slots of a few KiB, copy after copy with nothing waiting between, and changed as soon as the call returns.
TEST(link_memory, slots_are_not_reused_early) {
    const WithLinkCosts costs(costs_for("ring", 4096));
    const Side run{{60000}, {1}, {}, 1, 77};
    constexpr int copies = 6;
    for (const Scheduler scheduler : {Scheduler::eager, Scheduler::lazy, Scheduler::random}) {
        simulated_cuda::set_scheduler(scheduler, 13);
        Random random(9);
        const Stream stream = Stream::make(Device::cuda(0));
        std::vector<DeviceArena> there;
        std::vector<Arena> arenas;
        DeviceArena host(Device::cpu(), arena_bytes);
        for (int i = 0; i < copies; ++i) {
            there.emplace_back(Device::cuda(0), arena_bytes);
            arenas.emplace_back(random, arena_bytes);
            there.back().put(arenas.back().bytes());
        }
        for (std::size_t i = 0; i < copies; ++i) {
            host.put(arenas[(i + 1) % copies].bytes());
            copy(there[i].view(run), host.view(run), stream);
        }
        std::fill(host.data(), host.data() + arena_bytes, std::byte{0});
        stream.synchronize();
        for (std::size_t i = 0; i < copies; ++i) {
            std::vector<std::byte> expected = arenas[i].bytes();
            std::copy_n(arenas[(i + 1) % copies].bytes().begin() + run.data, run.size(), expected.begin() + run.data);
            EXPECT_TRUE(there[i].get(arena_bytes) == expected) << i;
            host.put(arenas[(i + 1) % copies].bytes());
            copy(host.view(run), there[i].view(run), stream);  // complete on return
            EXPECT_TRUE(host.get(arena_bytes) == arenas[(i + 1) % copies].bytes()) << i;
        }
        EXPECT_EQ(simulated_cuda::violation_report(), "");
        static_cast<void>(simulated_cuda::take_violations());
    }
}

}  // namespace
}  // namespace ndlease::testing
