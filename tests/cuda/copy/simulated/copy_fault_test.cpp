// SPDX-License-Identifier: Apache-2.0
// Every call to the runtime that a copy makes fails once, on every route and under every schedule: the error says which call it was, nothing leaks,
// nothing outside of the destination is written, staging memory is not reused early, and the next copy is right.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <simulated_cuda/control.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "cuda/copy/device_arena.hpp"
#include "cuda/copy/link_ways.hpp"

#include <ndlease/copy.hpp>
#include <ndlease/copy_batch.hpp>
#include <ndlease/error.hpp>
#include <ndlease/memory.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::testing {
namespace {

using simulated_cuda::Scheduler;
using ::testing::HasSubstr;

constexpr std::int64_t arena_bytes = 64 << 10;

enum class How { plainly, swapping_bytes, as_batch };

struct Route {
    const char* name;
    Device dst, src;
    Side dst_side, src_side;
    How how = How::plainly;
    const char* way = nullptr;  ///< over the link, in parts of 2 KiB
};

void reverse_item(std::byte* dst_item, const std::byte* src_item, std::int64_t itemsize) { std::reverse_copy(src_item, src_item + itemsize, dst_item); }

void copy_as(How how, const DeviceArena& dst, const Side& dst_side, const DeviceArena& src, const Side& src_side, StreamRef stream) {
    const auto number = [](ByteOrder order) { return Format::number(Kind::integer, 32, order); };
    switch (how) {
        case How::plainly: copy(dst.view(dst_side), src.view(src_side), stream); break;
        case How::swapping_bytes: copy(dst.view(dst_side, number(ByteOrder::big)), src.view(src_side, number(ByteOrder::little)), stream); break;
        case How::as_batch: copy_batch(std::vector<CopyPair>{{dst.view(dst_side), src.view(src_side)}}, stream); break;
    }
}

const Side packed{{30, 50}, {200, 4}, {}, 4, 1024};
const Side turned{{30, 50}, {4, 120}, {}, 4, 16384};
const Side spread{{30, 50}, {400, 8}, {}, 4, 32768};
const Side near_spread{{30, 50}, {400, 8}, {}, 4, 1024};
const Side few_rows{{6, 300}, {1600, 4}, {}, 4, 1024};
const Side run{{9000}, {1}, {}, 1, 515};

const Route routes[] = {
    {"kernel", Device::cuda(0), Device::cuda(0), packed, turned},
    {"conversion", Device::cuda(0), Device::cuda(0), packed, turned, How::swapping_bytes},
    {"conversion_through_host", Device::cuda(0), Device::cpu(), packed, turned, How::swapping_bytes},
    {"batch", Device::cuda(0), Device::cuda(0), packed, turned, How::as_batch},
    {"memcpy", Device::cuda(0), Device::cuda(0), packed, {{30, 50}, {200, 4}, {}, 4, 16384}},
    {"from_pinned", Device::cuda(0), Device::cuda_host(), packed, turned},
    {"to_managed", Device::cuda_managed(), Device::cuda(0), near_spread, turned},
    {"from_pageable_packed", Device::cuda(0), Device::cpu(), packed, spread},
    {"from_pageable_spread", Device::cuda(0), Device::cpu(), near_spread, turned},
    {"to_pageable_packed", Device::cpu(), Device::cuda(0), near_spread, {{30, 50}, {200, 4}, {}, 4, 32768}},
    {"to_pageable_spread", Device::cpu(), Device::cuda(0), packed, spread},
    {"on_another_device", Device::cuda(1), Device::cuda(1), packed, turned},
    {"between_devices", Device::cuda(1), Device::cuda(0), near_spread, turned},
    {"from_another_device", Device::cuda(0), Device::cuda(1), near_spread, turned},
    {"rows_from_pinned", Device::cuda(0), Device::cuda_host(), few_rows, {{6, 300}, {-2400, 4}, {}, 4, 40000}, How::plainly, "rows"},
    {"boxed_from_pinned", Device::cuda(0), Device::cuda_host(), near_spread, turned, How::plainly, "boxed"},
    {"packed_to_pinned", Device::cuda_host(), Device::cuda(0), few_rows, {{6, 300}, {4, 24}, {}, 4, 32768}, How::plainly, "packed"},
    {"boxed_from_pageable", Device::cuda(0), Device::cpu(), near_spread, turned, How::plainly, "boxed"},
    {"packed_to_pageable", Device::cpu(), Device::cuda(0), packed, spread, How::plainly, "packed"},
    {"run_from_pageable", Device::cuda(0), Device::cpu(), run, {{9000}, {1}, {}, 1, 20001}, How::plainly, "ring"},
    {"run_to_pageable", Device::cpu(), Device::cuda(0), run, {{9000}, {1}, {}, 1, 20001}, How::plainly, "ring"},
    {"run_to_pageable_straight", Device::cpu(), Device::cuda(0), run, {{9000}, {1}, {}, 1, 20001}, How::plainly, "straight"},
    {"pinned_by_the_cpu", Device::cuda(1), Device::cuda_host(), packed, spread, How::plainly, "ring"},
};

// Bytes outside of the destination's elements must be those of the arena, those of elements either old or new.
void expect_within(const std::vector<std::byte>& found, const std::vector<std::byte>& before, const std::vector<std::byte>& after, const std::string& about) {
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (found[i] != before[i] && found[i] != after[i]) {
            ADD_FAILURE() << about << ": byte " << i << " is neither old nor new";
            return;
        }
    }
}

/// Blocks that are alive but for staging slots, of which a few are kept, no more than 4 rings of 3.
std::size_t blocks_in_use() {
    constexpr std::size_t slot_bytes = std::size_t{4} << 20;
    constexpr std::size_t most_slots = 12;
    std::size_t slots = 0;
    std::size_t others = 0;
    for (const auto& block : simulated_cuda::live_allocations()) ++(block.bytes == slot_bytes && block.type == cudaMemoryTypeHost ? slots : others);
    EXPECT_LE(slots, most_slots);
    return others;
}

class copy_fault : public ::testing::TestWithParam<Scheduler> {};

TEST_P(copy_fault, each_call_once_on_every_route) {
    for (const Route& route : routes) {
        simulated_cuda::set_scheduler(Scheduler::eager);
        const WithLinkCosts costs(route.way == nullptr ? LinkCosts() : costs_for(route.way, 2048));
        Random random(5);
        const Arena arena(random, arena_bytes);
        DeviceArena dst(route.dst, arena_bytes);
        DeviceArena src(route.src, arena_bytes);
        const std::vector<std::byte> after =
            expected_after_copy(arena, route.dst_side, route.src_side, route.how == How::swapping_bytes ? &reverse_item : nullptr);
        const Stream stream = Stream::make(Device::cuda(0));
        src.put(arena.bytes());
        const auto copy_once = [&] { copy_as(route.how, dst, route.dst_side, src, route.src_side, stream); };
        copy_once();  // pools, staging memory and events are there from now on
        stream.synchronize();
        simulated_cuda::set_scheduler(GetParam(), 7);
        const std::size_t blocks = blocks_in_use();
        int failures = 0;
        int halfway = 0;
        for (const cudaError_t fault : {cudaErrorMemoryAllocation, cudaErrorInvalidValue}) {
            // Copies in parts make many calls: one error for each schedule.
            if (route.way != nullptr && (fault == cudaErrorMemoryAllocation) != (GetParam() == Scheduler::random)) continue;
            for (std::uint64_t ordinal = 1;; ++ordinal) {
                const std::string about = std::string(route.name) + ", call " + std::to_string(ordinal) + " fails with " + cudaGetErrorName(fault);
                dst.put(arena.bytes());
                simulated_cuda::fail_call(ordinal, fault);
                bool failed = false;
                std::string message;
                try {
                    copy_once();
                } catch (const Error& error) {
                    failed = true;
                    message = error.what();
                    EXPECT_TRUE(error.code() == errc::device || error.code() == errc::out_of_memory) << about << ": " << message;
                }
                const std::uint64_t calls = simulated_cuda::calls();
                simulated_cuda::clear_faults();
                EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess) << about;
                int device = -1;
                succeed(cudaGetDevice(&device), "cudaGetDevice");
                EXPECT_EQ(device, 0) << about;
                stream.synchronize();
                simulated_cuda::run_all();
                if (failed) {
                    ++failures;
                    EXPECT_THAT(message, HasSubstr(cudaGetErrorName(fault))) << about;
                    halfway += message.find("bytes") != std::string::npos && message.find(" before") != std::string::npos;
                    expect_within(dst.get(arena_bytes), arena.bytes(), after, about + ": " + message);
                } else {
                    EXPECT_TRUE(dst.get(arena_bytes) == after) << about;
                }
                EXPECT_EQ(blocks_in_use(), blocks) << about;
                EXPECT_EQ(simulated_cuda::violation_report(), "") << about;
                static_cast<void>(simulated_cuda::take_violations());
                dst.put(arena.bytes());
                copy_once();
                stream.synchronize();
                EXPECT_TRUE(dst.get(arena_bytes) == after) << "the copy after: " << about;
                if (calls < ordinal) break;
                if (::testing::Test::HasFailure()) return;
            }
        }
        EXPECT_GT(failures, 0) << route.name;
        if (route.way != nullptr && std::string_view(route.way) != "straight") {
            EXPECT_GT(halfway, 0) << route.name << ": nobody says how far it got";
        }
    }
}

INSTANTIATE_TEST_SUITE_P(eager, copy_fault, ::testing::Values(Scheduler::eager));
INSTANTIATE_TEST_SUITE_P(lazy, copy_fault, ::testing::Values(Scheduler::lazy));
INSTANTIATE_TEST_SUITE_P(random, copy_fault, ::testing::Values(Scheduler::random));

// Many copies one after the other, with nothing waiting between: each finds its own bytes, though all go through the same slots.
TEST(copy_staging, is_not_reused_while_a_transfer_reads_it) {
    for (const Scheduler scheduler : {Scheduler::eager, Scheduler::lazy, Scheduler::random}) {
        simulated_cuda::set_scheduler(scheduler, 11);
        constexpr int copies = 12;
        const Stream stream = Stream::make(Device::cuda(0));
        const Side side{{60, 20}, {160, 4}, {}, 4, 64};
        std::vector<DeviceArena> there;
        std::vector<std::vector<std::byte>> expected;
        DeviceArena host(Device::cpu(), arena_bytes);
        for (int i = 0; i < copies; ++i) there.emplace_back(Device::cuda(0), arena_bytes);
        Random random(6);
        for (int i = 0; i < copies; ++i) {
            const Arena arena(random, arena_bytes);
            there[static_cast<std::size_t>(i)].put(arena.bytes());
            host.put(arena.bytes());
            copy(there[static_cast<std::size_t>(i)].view(side), host.view({{60, 20}, {4, 240}, {}, 4, 20000}), stream);
            expected.push_back(expected_after_copy(arena, side, {{60, 20}, {4, 240}, {}, 4, 20000}));
        }
        stream.synchronize();
        for (int i = 0; i < copies; ++i) EXPECT_TRUE(there[static_cast<std::size_t>(i)].get(arena_bytes) == expected[static_cast<std::size_t>(i)]) << i;
        EXPECT_EQ(simulated_cuda::violation_report(), "");
    }
}

}  // namespace
}  // namespace ndlease::testing
