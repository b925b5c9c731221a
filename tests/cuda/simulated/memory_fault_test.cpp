// SPDX-License-Identifier: Apache-2.0
// Memory resources with each of their calls failing: an allocation that throws leaves nothing behind, a free that fails is counted, and nobody else's
// state changes.
#include <gtest/gtest.h>

#include <string>

#include "backend/backend.hpp"
#include "cuda/expect_error.hpp"
#include "cuda/simulated/fresh.hpp"

#include <ndlease/lease.hpp>
#include <ndlease/memory.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::testing {
namespace {

constexpr cudaError_t faults[] = {cudaErrorInvalidValue, cudaErrorMemoryAllocation, cudaErrorUnknown, cudaErrorStreamCaptureUnsupported};

struct Named {
    const char* name;
    Device memory;
    bool pool;
};
constexpr Named kinds[] = {
    {"device", Device::cuda(1), false}, {"pool", Device::cuda(1), true}, {"pinned", Device::cuda_host(), false}, {"managed", Device::cuda_managed(), false}};

MemoryResource& resource_of(const Named& kind) {
    if (kind.memory.type == DeviceType::cuda && !kind.pool) return device_memory(kind.memory);
    return memory_of(kind.memory);
}

void expect_caller_unchanged(const std::string& about) {
    EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess) << about;
    int device = -1;
    EXPECT_EQ(cudaGetDevice(&device), cudaSuccess);
    EXPECT_EQ(device, 0) << about;
    cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal;
    EXPECT_EQ(cudaThreadExchangeStreamCaptureMode(&mode), cudaSuccess);
    EXPECT_EQ(mode, cudaStreamCaptureModeGlobal) << about;
    EXPECT_EQ(simulated_cuda::violation_report(), "") << about;
}

class memory_fault : public ::testing::TestWithParam<bool> {};

TEST_P(memory_fault, loses_nothing_silently) {
    const bool in_stream_order = GetParam();
    int refused = 0;
    int uncounted = 0;
    for (const Named& kind : kinds) {
        for (const cudaError_t fault : faults) {
            for (std::uint64_t ordinal = 1;; ++ordinal) {
                const std::string about = std::string(kind.name) + ", call " + std::to_string(ordinal) + " fails with " + cudaGetErrorName(fault);
                static_cast<void>(start_fresh());
                const Stream stream = Stream::make(Device::cuda(1));
                const MemoryStatistics before = memory_statistics();
                simulated_cuda::fail_call(ordinal, fault);
                std::string message;
                try {
                    MemoryResource& resource = resource_of(kind);
                    void* const data = in_stream_order ? resource.allocate_on(stream, 5000, 256) : resource.allocate(5000, 256);
                    if (in_stream_order) {
                        resource.deallocate_on(stream, data, 5000, 256);
                    } else {
                        resource.deallocate(data, 5000, 256);
                    }
                } catch (const Error& error) {
                    ++refused;
                    message = error.what();
                    EXPECT_TRUE(error.code() == errc::device || error.code() == errc::out_of_memory) << about << ": " << message;
                    EXPECT_THAT(message, ::testing::HasSubstr(cudaGetErrorName(fault))) << about;
                }
                const std::uint64_t calls = simulated_cuda::calls();
                simulated_cuda::clear_faults();
                stream.synchronize();
                simulated_cuda::run_all();
                const auto lost = static_cast<std::size_t>(memory_statistics().failed_frees - before.failed_frees);
                EXPECT_EQ(simulated_cuda::live_allocations().size(), lost) << about << ": " << message;
                uncounted += lost != 0;
                expect_caller_unchanged(about);
                if (calls < ordinal) break;
                ASSERT_LT(ordinal, 60U) << about;
            }
            if (HasFailure()) return;
        }
    }
    EXPECT_GT(refused, 40);
    EXPECT_GT(uncounted, 0) << "no free failed for good: nothing was shown";
    static_cast<void>(start_fresh());
}

INSTANTIATE_TEST_SUITE_P(at_once, memory_fault, ::testing::Values(false));
INSTANTIATE_TEST_SUITE_P(in_stream_order, memory_fault, ::testing::Values(true));

TEST(pool, is_made_anew_after_it_was_forgotten) {
    static_cast<void>(start_fresh());
    MemoryResource& pool = device_pool(Device::cuda(0));
    pool.deallocate(pool.allocate(64, 64), 64, 64);
    static_cast<void>(start_fresh());
    pool.deallocate(pool.allocate(64, 64), 64, 64);
    EXPECT_EQ(simulated_cuda::violation_report(), "");
    EXPECT_TRUE(start_fresh().none());
}

TEST(peers, may_use_pool_memory_once_access_is_enabled) {
    static_cast<void>(start_fresh());
    const backend::Backend& cuda = *backend::cuda();
    EXPECT_TRUE(cuda.peer_access(0, 0));
    EXPECT_TRUE(cuda.peer_access(0, 1));
    EXPECT_TRUE(cuda.peer_access(0, 1)) << "already enabled is success";
    static_cast<void>(start_fresh({.peer_access_possible = false}));
    EXPECT_FALSE(cuda.peer_access(0, 1));
    expect_error(errc::device, "cuda:9", [&] { static_cast<void>(cuda.peer_access(0, 9)); });
    expect_caller_unchanged("peer access");
    static_cast<void>(start_fresh());
}

TEST(lost_device, makes_frees_fail_and_counts_them) {
    static_cast<void>(start_fresh());
    void* const data = device_memory(Device::cuda(0)).allocate(1000, 256);
    const MemoryStatistics before = memory_statistics();
    MemoryResource& resource = device_memory(Device::cuda(0));
    simulated_cuda::inject(cudaErrorIllegalAddress);
    resource.deallocate(data, 1000, 256);
    EXPECT_EQ(memory_statistics().failed_frees, before.failed_frees + 1);
    EXPECT_EQ(memory_statistics().failed_free_bytes, before.failed_free_bytes + 1000);
    static_cast<void>(start_fresh());
}

// Work enqueued before the capture may still run, and to wait for it would end the capture.
TEST(memory_without_stream_order, is_kept_when_its_stream_is_being_captured) {
    static_cast<void>(start_fresh());
    const Stream stream = Stream::make(Device::cuda(0));
    const MemoryStatistics before = memory_statistics();
    MemoryResource& resource = device_memory(Device::cuda(0));
    void* const data = resource.allocate(1000, 256);
    ASSERT_EQ(cudaStreamBeginCapture(stream.ref().cuda(), cudaStreamCaptureModeGlobal), cudaSuccess);
    resource.deallocate_on(stream, data, 1000, 256);
    cudaGraph_t graph = nullptr;
    EXPECT_EQ(cudaStreamEndCapture(stream.ref().cuda(), &graph), cudaSuccess) << "the capture was spoilt";
    EXPECT_EQ(cudaGraphDestroy(graph), cudaSuccess);
    EXPECT_EQ(simulated_cuda::live_allocations().size(), 1U);
    EXPECT_EQ(memory_statistics().failed_frees, before.failed_frees + 1);
    static_cast<void>(start_fresh());
}

}  // namespace
}  // namespace ndlease::testing
