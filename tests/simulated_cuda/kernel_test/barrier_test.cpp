// SPDX-License-Identifier: Apache-2.0
// Barriers: right use, missing ones (races), divergent ones.
#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "../kernel/sanitizers.hpp"
#include "device_array.hpp"

namespace simulated_cuda {
namespace {

class Barrier : public KernelTest {};
using Words = unsigned[256];

template <bool WithBarrier>
__global__ void reverse(unsigned* items) {
    Words& words = shared<Words>(__COUNTER__);
    shared_store(&words[threadIdx.x], load(items + threadIdx.x));
    if (WithBarrier) {
        __syncthreads();
    }
    store(items + threadIdx.x, shared_load(&words[blockDim.x - 1 - threadIdx.x]));
}

TEST_F(Barrier, orders_threads) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        set_kernel_options({.seed = seed});
        std::vector<unsigned> values(256);
        for (unsigned i = 0; i < 256; ++i) {
            values[i] = i;
        }
        const DeviceArray<unsigned> items(values);
        run(reverse<true>, dim3(1), dim3(256), items.data());
        std::reverse(values.begin(), values.end());
        ASSERT_EQ(items.values(), values) << "seed " << seed;
    }
}

TEST_F(Barrier, missing_one_is_a_race_in_every_order) {
    SKIP_WITHOUT_CHECKS();
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        set_kernel_options({.seed = seed});
        const DeviceArray<unsigned> items(std::vector<unsigned>(256, 5));
        run(reverse<false>, dim3(1), dim3(256), items.data());
        const std::vector<std::string> found = kinds();
        ASSERT_NE(std::find(found.begin(), found.end(), violation::shared_race), found.end()) << "seed " << seed;
    }
}

#ifdef SIMULATED_CUDA_TSAN
TEST_F(Barrier, missing_one_is_a_data_race_to_the_thread_sanitizer) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const auto racing = [] {
        const DeviceArray<unsigned> items(std::vector<unsigned>(256, 5));
        run(reverse<false>, dim3(1), dim3(256), items.data());
        std::exit(0);
    };
    EXPECT_EXIT(racing(), testing::ExitedWithCode(66), "data race");
}
#endif

/// Where: 0 reads the neighbour's word after a barrier and then writes its own with none; 1 two threads write one word.
__global__ void race(int where) {
    Words& words = shared<Words>(__COUNTER__);
    if (where == 1) {
        shared_store(&words[threadIdx.x / 2], threadIdx.x);
        return;
    }
    shared_store(&words[threadIdx.x], threadIdx.x);
    __syncthreads();
    const unsigned neighbour = shared_load(&words[(threadIdx.x + 1) % blockDim.x]);
    shared_store(&words[threadIdx.x], neighbour);
}

TEST_F(Barrier, finds_writes_after_reads_and_writes_after_writes) {
    SKIP_WITHOUT_CHECKS();
    for (const int where : {0, 1}) {
        run(race, dim3(2), dim3(64), where);
        const std::vector<std::string> found = kinds();
        ASSERT_FALSE(found.empty());
        EXPECT_TRUE(std::all_of(found.begin(), found.end(), [](const std::string& kind) { return kind == violation::shared_race; }));
    }
}

template <bool WithBarrier>
__global__ void swap_in_warp(unsigned* items) {
    Words& words = shared<Words>(__COUNTER__);
    shared_store(&words[threadIdx.x], threadIdx.x);
    if (WithBarrier) {
        __syncwarp();
    }
    store(items + threadIdx.x, shared_load(&words[threadIdx.x ^ 1]));
}

TEST_F(Barrier, of_a_warp_orders_its_threads) {
    const DeviceArray<unsigned> items(128);
    run(swap_in_warp<true>, dim3(1), dim3(128), items.data());
    const std::vector<unsigned> result = items.values();
    for (unsigned i = 0; i < 128; ++i) {
        ASSERT_EQ(result[i], i ^ 1);
    }
}

TEST_F(Barrier, missing_one_of_a_warp_is_a_race) {
    SKIP_WITHOUT_CHECKS();
    const DeviceArray<unsigned> items(128);
    run(swap_in_warp<false>, dim3(1), dim3(128), items.data());
    EXPECT_NE(violation_count(violation::shared_race), 0U);
    take_violations();
}

__global__ void across_warps_with_warp_barrier(unsigned* items) {
    Words& words = shared<Words>(__COUNTER__);
    shared_store(&words[threadIdx.x], threadIdx.x);
    __syncwarp();
    store(items + threadIdx.x, shared_load(&words[threadIdx.x ^ 32]));
}

TEST_F(Barrier, of_a_warp_does_not_order_another_warp) {
    SKIP_WITHOUT_CHECKS();
    const DeviceArray<unsigned> items(64);
    run(across_warps_with_warp_barrier, dim3(1), dim3(64), items.data());
    EXPECT_NE(violation_count(violation::shared_race), 0U);
    take_violations();
}

/// Two warps read one word; then, after a barrier of its warp alone, one of the readers writes it.
__global__ void read_by_two_warps_then_written(unsigned writer) {
    Words& words = shared<Words>(__COUNTER__);
    shared_store(&words[threadIdx.x], 0);
    __syncthreads();
    if (threadIdx.x % 32 == 0) {
        (void)shared_load(&words[0]);
    }
    __syncwarp();
    if (threadIdx.x == writer) {
        shared_store(&words[0], 1);
    }
}

TEST_F(Barrier, write_by_one_of_two_readers_is_a_race_with_the_other) {
    SKIP_WITHOUT_CHECKS();
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        for (const unsigned writer : {0U, 32U}) {
            set_kernel_options({.seed = seed});
            run(read_by_two_warps_then_written, dim3(1), dim3(64), writer);
            EXPECT_EQ(kinds(), only(violation::shared_race)) << "seed " << seed;
        }
    }
}

__global__ void divergent(unsigned block, unsigned* done) {
    if (blockIdx.x == block && threadIdx.x >= 16) {
        return;
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        store(done + blockIdx.x, 1);
    }
}

TEST_F(Barrier, divergent_one_is_reported_with_its_block) {
    const DeviceArray<unsigned> done(std::vector<unsigned>(4));
    run(divergent, dim3(4), dim3(32), 2U, done.data());
    const std::vector<Violation> found = take_violations();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].kind, violation::divergent_barrier);
    EXPECT_NE(found[0].message.find("block (2,0,0)"), std::string::npos) << found[0].message;
    run(divergent, dim3(4), dim3(32), 9U, done.data());  // the executor is whole after that
    EXPECT_EQ(done.values(), std::vector<unsigned>(4, 1));
}

__global__ void two_lines() {
    if (threadIdx.x % 2 == 0) {
        __syncthreads();
    } else {
        __syncthreads();
    }
}

TEST_F(Barrier, in_two_lines_is_divergent) {
    SKIP_WITHOUT_CHECKS();
    run(two_lines, dim3(1), dim3(32));
    EXPECT_EQ(kinds(), only(violation::divergent_barrier));
}

__global__ void throwing(unsigned* out) {
    __syncthreads();
    if (threadIdx.x == 5) {
        throw std::runtime_error("five");
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        store(out, 1);
    }
}

TEST_F(Barrier, exception_ends_the_launch_and_is_reported) {
    const DeviceArray<unsigned> out(std::vector<unsigned>(1));
    run(throwing, dim3(3), dim3(64), out.data());
    const std::vector<Violation> found = take_violations();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].kind, violation::kernel_failed);
    EXPECT_NE(found[0].message.find("five"), std::string::npos);
    EXPECT_EQ(out.values()[0], 0U);
}

}  // namespace
}  // namespace simulated_cuda
