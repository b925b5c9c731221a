// SPDX-License-Identifier: Apache-2.0
// Allocations, their addresses and contents, pools, and the copies between all kinds of memory.
#include <cstring>
#include <set>

#include "../runtime/kernel_side.hpp"
#include "simulated.hpp"

namespace simulated_cuda::test {
namespace {

class Memory : public Simulated {};

TEST_F(Memory, addresses_are_aligned_apart_and_not_reused_soon) {
    std::set<std::uintptr_t> seen;
    std::uintptr_t before = 0;
    for (int i = 0; i < 1000; ++i) {
        const auto at = reinterpret_cast<std::uintptr_t>(on_device<char>(100));
        EXPECT_EQ(at % 256, 0U);
        EXPECT_TRUE(before == 0 || at >= before + 100 + 256);
        EXPECT_TRUE(seen.insert(at).second);
        before = at;
        ASSERT_EQ(cudaFree(reinterpret_cast<void*>(at)), cudaSuccess);
    }
}

TEST_F(Memory, addresses_come_round_without_meeting_live_blocks) {
    constexpr std::size_t kBig = std::size_t{48} << 20;
    char* const kept = on_device<char>(kBig);
    for (int i = 0; i < 20; ++i) {
        char* const other = on_device<char>(kBig);
        ASSERT_TRUE(other + kBig + 256 <= kept || kept + kBig + 256 <= other);
        ASSERT_EQ(cudaFree(other), cudaSuccess);
    }
    EXPECT_EQ(value_at(kept + kBig - 1), static_cast<char>(0xA5));
}

TEST_F(Memory, out_of_memory_at_the_device_size) {
    Options options;
    options.device_bytes = 1000;
    reset(options);
    char* const most = on_device<char>(900);
    void* more = nullptr;
    EXPECT_EQ(cudaMalloc(&more, 101), cudaErrorMemoryAllocation);
    EXPECT_EQ(more, nullptr);
    std::size_t free = 0, total = 0;
    ASSERT_EQ(cudaMemGetInfo(&free, &total), cudaSuccess);
    EXPECT_EQ(free, 100U);
    EXPECT_EQ(total, 1000U);
    ASSERT_EQ(cudaFree(most), cudaSuccess);
    EXPECT_EQ(cudaMalloc(&more, 1000), cudaSuccess);
}

TEST_F(Memory, pageable_sources_are_staged_and_pinned_ones_are_not) {
    const cudaStream_t stream = make_stream();
    int *const from_pageable = on_device(1), *const from_pinned = on_device(1), *const host = pinned(1);
    int pageable = 1;
    *host = 1;
    ASSERT_EQ(cudaMemcpyAsync(from_pageable, &pageable, sizeof(int), cudaMemcpyHostToDevice, stream), cudaSuccess);
    ASSERT_EQ(cudaMemcpyAsync(from_pinned, host, sizeof(int), cudaMemcpyHostToDevice, stream), cudaSuccess);
    pageable = 2;
    *host = 2;
    ASSERT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
    EXPECT_EQ(value_at(from_pageable), 1);
    EXPECT_EQ(value_at(from_pinned), 2);
}

TEST_F(Memory, pageable_destinations_are_complete_at_return) {
    const cudaStream_t stream = make_stream();
    int *const memory = on_device(1), *const host = pinned(1);
    *host = 0;
    int pageable = 0;
    ASSERT_EQ(cudaMemsetAsync(memory, 3, sizeof(int), stream), cudaSuccess);
    ASSERT_EQ(cudaMemcpyAsync(&pageable, memory, sizeof(int), cudaMemcpyDeviceToHost, stream), cudaSuccess);
    EXPECT_EQ(pageable, 0x03030303);
    ASSERT_EQ(cudaMemcpyAsync(host, memory, sizeof(int), cudaMemcpyDeviceToHost, stream), cudaSuccess);
    EXPECT_EQ(*host, 0);
}

TEST_F(Memory, registered_memory_is_pinned_until_unregistered) {
    std::vector<int> host(16, 1);
    const cudaStream_t stream = make_stream();
    int* const memory = on_device(16);
    ASSERT_EQ(cudaHostRegister(host.data(), 64, cudaHostRegisterDefault), cudaSuccess);
    EXPECT_EQ(cudaHostRegister(host.data() + 4, 16, cudaHostRegisterDefault), cudaErrorHostMemoryAlreadyRegistered);
    cudaPointerAttributes attributes{};
    ASSERT_EQ(cudaPointerGetAttributes(&attributes, host.data() + 3), cudaSuccess);
    EXPECT_EQ(attributes.type, cudaMemoryTypeHost);
    ASSERT_EQ(cudaMemcpyAsync(memory, host.data(), 64, cudaMemcpyDefault, stream), cudaSuccess);
    host[0] = 2;
    ASSERT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
    EXPECT_EQ(value_at(memory), 2) << "not staged";
    ASSERT_EQ(cudaHostUnregister(host.data()), cudaSuccess);
    EXPECT_EQ(cudaHostUnregister(host.data()), cudaErrorHostMemoryNotRegistered);
    expect_violation(violation::bad_free);
    ASSERT_EQ(cudaPointerGetAttributes(&attributes, host.data()), cudaSuccess);
    EXPECT_EQ(attributes.type, cudaMemoryTypeUnregistered);
}

TEST_F(Memory, copy_kinds_must_fit_the_pointers) {
    int *const memory = on_device(1), *const host = pinned(1);
    int pageable = 0;
    EXPECT_EQ(cudaMemcpy(memory, &pageable, 4, cudaMemcpyDeviceToHost), cudaErrorInvalidValue);
    EXPECT_EQ(cudaMemcpy(memory, &pageable, 4, cudaMemcpyDeviceToDevice), cudaErrorInvalidValue);
    EXPECT_EQ(cudaMemcpy(memory, host, 4, cudaMemcpyHostToHost), cudaErrorInvalidValue);
    EXPECT_EQ(cudaMemcpy(memory, &pageable, 4, static_cast<cudaMemcpyKind>(7)), cudaErrorInvalidMemcpyDirection);
    EXPECT_EQ(cudaMemcpy(memory, host, 4, cudaMemcpyDefault), cudaSuccess);
    EXPECT_EQ(cudaMemcpy(&pageable, memory, 4, cudaMemcpyDefault), cudaSuccess);
    EXPECT_EQ(cudaMemcpy(nullptr, memory, 4, cudaMemcpyDefault), cudaErrorInvalidValue);
    EXPECT_EQ(cudaMemcpy(nullptr, memory, 0, cudaMemcpyDefault), cudaSuccess);
}

TEST_F(Memory, boxes_against_a_nested_loop) {
    constexpr std::size_t kPitch = 11, kRows = 5, kSlices = 3;
    std::vector<unsigned char> source(kPitch * kRows * kSlices), expected(source.size(), 0), got(source.size());
    std::iota(source.begin(), source.end(), static_cast<unsigned char>(1));
    auto* const memory = on_device<unsigned char>(source.size());
    ASSERT_EQ(cudaMemset(memory, 0, source.size()), cudaSuccess);
    cudaMemcpy3DParms box{};
    box.srcPtr = {source.data(), kPitch, kPitch, kRows};
    box.dstPtr = {memory, kPitch, kPitch, kRows};
    box.srcPos = {1, 2, 0};
    box.dstPos = {3, 1, 1};
    box.extent = {7, 3, 2};
    box.kind = cudaMemcpyHostToDevice;
    ASSERT_EQ(cudaMemcpy3DAsync(&box, nullptr), cudaSuccess);
    for (std::size_t z = 0; z < 2; ++z) {
        for (std::size_t y = 0; y < 3; ++y) {
            for (std::size_t x = 0; x < 7; ++x) {
                expected[((z + 1) * kRows + y + 1) * kPitch + x + 3] = source[(z * kRows + y + 2) * kPitch + x + 1];
            }
        }
    }
    ASSERT_EQ(cudaMemcpy(got.data(), memory, got.size(), cudaMemcpyDeviceToHost), cudaSuccess);
    EXPECT_EQ(got, expected);
}

TEST_F(Memory, freed_memory_is_overwritten_and_its_block_stays_known) {
    const auto address = reinterpret_cast<std::uintptr_t>(on_device(4));
    ASSERT_NE(block_containing(address + 15), nullptr);
    EXPECT_TRUE(block_containing(address + 15)->live);
    EXPECT_EQ(block_containing(address)->initialised[0], 0);
    ASSERT_EQ(cudaMemset(reinterpret_cast<void*>(address), 0, 1), cudaSuccess);
    ASSERT_EQ(cudaDeviceSynchronize(), cudaSuccess);
    EXPECT_EQ(block_containing(address)->initialised[0], 1);
    EXPECT_EQ(block_containing(address)->initialised[1], 0);
    ASSERT_EQ(cudaFree(reinterpret_cast<void*>(address)), cudaSuccess);
    ASSERT_NE(block_containing(address), nullptr);
    EXPECT_FALSE(block_containing(address)->live);
    int local = 0;
    EXPECT_EQ(block_containing(reinterpret_cast<std::uintptr_t>(&local)), nullptr);
}

TEST_F(Memory, peers_reach_memory_only_when_enabled) {
    const MemoryBlock* const block = block_containing(reinterpret_cast<std::uintptr_t>(on_device(1)));
    EXPECT_TRUE(reachable(0, *block));
    EXPECT_FALSE(reachable(1, *block));
    ASSERT_EQ(cudaSetDevice(1), cudaSuccess);
    ASSERT_EQ(cudaDeviceEnablePeerAccess(0, 0), cudaSuccess);
    EXPECT_EQ(cudaDeviceEnablePeerAccess(0, 0), cudaErrorPeerAccessAlreadyEnabled);
    EXPECT_TRUE(reachable(1, *block));
    ASSERT_EQ(cudaDeviceDisablePeerAccess(0), cudaSuccess);
    EXPECT_EQ(cudaDeviceDisablePeerAccess(0), cudaErrorPeerAccessNotEnabled);
    EXPECT_FALSE(reachable(1, *block));
}

TEST_F(Memory, pools_count_and_grant_access) {
    cudaMemPoolProps properties{};
    properties.allocType = cudaMemAllocationTypePinned;
    properties.location = {cudaMemLocationTypeDevice, 0};
    cudaMemPool_t pool = nullptr, current = nullptr;
    ASSERT_EQ(cudaMemPoolCreate(&pool, &properties), cudaSuccess);
    std::uint64_t threshold = 1 << 20, used = 0, reserved = 0;
    ASSERT_EQ(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &threshold), cudaSuccess);
    void* memory = nullptr;
    const cudaStream_t stream = make_stream();
    ASSERT_EQ(cudaMallocFromPoolAsync(&memory, 1000, pool, stream), cudaSuccess);
    ASSERT_EQ(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrUsedMemCurrent, &used), cudaSuccess);
    EXPECT_EQ(used, 1000U);
    const MemoryBlock* const block = block_containing(reinterpret_cast<std::uintptr_t>(memory));
    EXPECT_FALSE(reachable(1, *block));
    const cudaMemAccessDesc access{{cudaMemLocationTypeDevice, 1}, cudaMemAccessFlagsProtReadWrite};
    ASSERT_EQ(cudaMemPoolSetAccess(pool, &access, 1), cudaSuccess);
    EXPECT_TRUE(reachable(1, *block));
    ASSERT_EQ(cudaFreeAsync(memory, stream), cudaSuccess);
    ASSERT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
    ASSERT_EQ(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrUsedMemCurrent, &used), cudaSuccess);
    ASSERT_EQ(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrReservedMemCurrent, &reserved), cudaSuccess);
    EXPECT_EQ(used, 0U);
    EXPECT_EQ(reserved, 1000U) << "kept below the threshold";
    ASSERT_EQ(cudaMemPoolTrimTo(pool, 0), cudaSuccess);
    ASSERT_EQ(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrReservedMemCurrent, &reserved), cudaSuccess);
    EXPECT_EQ(reserved, 0U);
    ASSERT_EQ(cudaDeviceSetMemPool(0, pool), cudaSuccess);
    ASSERT_EQ(cudaDeviceGetMemPool(&current, 0), cudaSuccess);
    EXPECT_EQ(current, pool);
    ASSERT_EQ(cudaMemPoolDestroy(pool), cudaSuccess);
    EXPECT_EQ(cudaMemPoolTrimTo(pool, 0), cudaErrorInvalidValue);
    expect_violation(violation::dead_pool);
}

}  // namespace
}  // namespace simulated_cuda::test
