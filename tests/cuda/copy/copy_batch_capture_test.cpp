// SPDX-License-Identifier: Apache-2.0
// Batches in graphs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "copy/pair_oracle.hpp"
#include "cuda/copy/batch_on_device.hpp"

#include <ndlease/copy_batch.hpp>
#include <ndlease/error.hpp>

namespace ndlease::testing {
namespace {

TEST_F(copy_batch_on_device, becomes_part_of_a_graph) {
    constexpr std::int64_t bytes = 8192;
    Random random(6);
    const Arena arena(random, bytes);
    DeviceArena memory(Device::cuda(0), bytes);
    DeviceArena pageable(Device::cpu(), bytes);
    std::vector<std::byte> expected = arena.bytes();
    std::vector<CopyPair> pairs;
    for (std::int64_t i = 0; i < 10; ++i) {
        const Side dst{{10, 4}, {16, 4}, {}, 4, 4096 + 256 * i};
        const Side src{{10, 4}, i % 2 == 0 ? Numbers{16, 4} : Numbers{4, 40}, {}, 4, 256 * i};
        pairs.push_back({memory.view(dst), memory.view(src)});
        apply(&expected, dst, src);
    }
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t executable = nullptr;
    succeed(cudaStreamBeginCapture(stream().cuda(), cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
    std::vector<CopyPair> refused{{memory.view({{4}, {4}, {}, 4, 0}), pageable.view({{4}, {4}, {}, 4, 0})}};
    refused.insert(refused.end(), pairs.begin(), pairs.end());
    try {
        copy_batch(refused, stream());
        ADD_FAILURE() << "was not refused";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), errc::not_supported) << error.what();
        EXPECT_EQ(error.index(), 0) << error.what();
    }
    copy_batch(pairs, stream());
    succeed(cudaStreamEndCapture(stream().cuda(), &graph), "cudaStreamEndCapture");
    succeed(cudaGraphInstantiate(&executable, graph, 0), "cudaGraphInstantiate");
    pairs.clear();
    for (int launch = 0; launch < 2; ++launch) {
        memory.put(arena.bytes());
        succeed(cudaGraphLaunch(executable, stream().cuda()), "cudaGraphLaunch");
        stream().synchronize();
        EXPECT_TRUE(memory.get(bytes) == expected);
    }
    succeed(cudaGraphExecDestroy(executable), "cudaGraphExecDestroy");
    succeed(cudaGraphDestroy(graph), "cudaGraphDestroy");
}

// Two halves, of which the second reads what the first wrote; its plan is gone when the graph runs.
TEST_F(copy_batch_on_device, a_plan_becomes_part_of_a_graph) {
    constexpr std::int64_t bytes = 16384;
    Random random(7);
    const Arena arena(random, bytes);
    DeviceArena memory(Device::cuda(0), bytes);
    std::vector<std::byte> expected = arena.bytes();
    std::vector<CopyPair> pairs;
    for (std::int64_t i = 0; i < 40; ++i) {
        const Side dst{{100}, {1}, {}, 1, 4096 + 100 * i};
        const Side src{{100}, {1}, {}, 1, i < 20 ? 100 * i : 4096 + 100 * (i - 20)};
        pairs.push_back({memory.view(dst), memory.view(src)});
        apply(&expected, dst, src);
    }
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t executable = nullptr;
    {
        const BatchPlan plan = BatchPlan::make(pairs);
        succeed(cudaStreamBeginCapture(stream().cuda(), cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
        plan.run(stream());
        succeed(cudaStreamEndCapture(stream().cuda(), &graph), "cudaStreamEndCapture");
    }
    succeed(cudaGraphInstantiate(&executable, graph, 0), "cudaGraphInstantiate");
    pairs.clear();
    for (int launch = 0; launch < 2; ++launch) {
        memory.put(arena.bytes());
        succeed(cudaGraphLaunch(executable, stream().cuda()), "cudaGraphLaunch");
        stream().synchronize();
        EXPECT_TRUE(memory.get(bytes) == expected);
    }
    succeed(cudaGraphExecDestroy(executable), "cudaGraphExecDestroy");
    succeed(cudaGraphDestroy(graph), "cudaGraphDestroy");
    expect_no_violations("graph of a plan");
}

TEST_F(copy_batch_on_device, a_plan_that_cannot_be_captured_enqueues_nothing) {
    DeviceArena memory(Device::cuda(0), 4096);
    DeviceArena pageable(Device::cpu(), 4096);
    const Side row{{10}, {4}, {}, 4, 0};
    const Side other{{10}, {4}, {}, 4, 1024};
    const BatchPlan plan = BatchPlan::make(std::vector<CopyPair>{{memory.view(row), memory.view(other)}, {memory.view(other), pageable.view(row)}});
    cudaGraph_t graph = nullptr;
    succeed(cudaStreamBeginCapture(stream().cuda(), cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
    const std::uint64_t before = launches();
    try {
        plan.run(stream());
        ADD_FAILURE() << "was not refused";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), errc::not_supported) << error.what();
        EXPECT_EQ(error.index(), 1) << error.what();
    }
    succeed(cudaStreamEndCapture(stream().cuda(), &graph), "cudaStreamEndCapture");
    expect_launches(before, 0);
    succeed(cudaGraphDestroy(graph), "cudaGraphDestroy");
}

}  // namespace
}  // namespace ndlease::testing
