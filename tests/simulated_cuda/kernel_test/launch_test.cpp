// SPDX-License-Identifier: Apache-2.0
// Launches: arguments, indices, dynamic shared memory, atomics.
#include <array>
#include <numeric>

#include "device_array.hpp"

namespace simulated_cuda {
namespace {

class Launch : public KernelTest {};

struct Parameters {
    unsigned* out;
    std::array<long long, 4> values;
};
__global__ void write_parameters(const __grid_constant__ Parameters parameters, unsigned char narrow) {
    store(parameters.out, static_cast<unsigned>(parameters.values[threadIdx.x]) + narrow);
}

TEST_F(Launch, keeps_arguments_by_value_in_the_parameters_types) {
    reset({.scheduler = Scheduler::lazy});
    const DeviceArray<unsigned> out(1);
    Parameters parameters{out.data(), {40, 0, 0, 0}};
    int narrow = 258;  // 2 as unsigned char
    ASSERT_EQ(launch(write_parameters, "parameters", dim3(1), dim3(1), 0, cudaStreamPerThread, parameters, static_cast<unsigned char>(narrow)), cudaSuccess);
    parameters = {nullptr, {}};
    narrow = 0;
    ASSERT_EQ(pending_work(), 1U);
    ASSERT_EQ(cudaStreamSynchronize(cudaStreamPerThread), cudaSuccess);
    EXPECT_EQ(out.values()[0], 42U);
}

/// Each thread adds one at its own place, numbered by all six indices.
__global__ void mark(unsigned* counts) {
    const unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
    const unsigned thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
    atomicAdd(counts + block * blockDim.x * blockDim.y * blockDim.z + thread, 1);
}

TEST_F(Launch, visits_each_thread_once_in_one_two_and_three_dimensions) {
    const std::pair<dim3, dim3> shapes[] = {{dim3(7), dim3(33)}, {dim3(3, 5), dim3(8, 9)}, {dim3(2, 3, 4), dim3(5, 3, 2)}, {dim3(1, 1, 6), dim3(1, 1, 64)}};
    for (const auto& [grid, block] : shapes) {
        const std::size_t count = std::size_t{grid.x} * grid.y * grid.z * block.x * block.y * block.z;
        const DeviceArray<unsigned> counts(std::vector<unsigned>(count, 0));
        run(mark, grid, block, counts.data());
        EXPECT_EQ(counts.values(), std::vector<unsigned>(count, 1));
        EXPECT_EQ(last_counters().threads, count);
    }
}

__global__ void reverse_dynamic(unsigned* items) {
    auto* const words = static_cast<unsigned*>(dynamic_shared());
    shared_store(words + threadIdx.x, load(items + threadIdx.x));
    __syncthreads();
    store(items + threadIdx.x, shared_load(words + blockDim.x - 1 - threadIdx.x));
}

TEST_F(Launch, gives_dynamic_shared_memory) {
    std::vector<unsigned> values(96);
    std::iota(values.begin(), values.end(), 0U);
    const DeviceArray<unsigned> items(values);
    ASSERT_EQ(launch(reverse_dynamic, "dynamic", dim3(1), dim3(96), 96 * 4, cudaStreamPerThread, items.data()), cudaSuccess);
    EXPECT_EQ(items.values(), std::vector<unsigned>(values.rbegin(), values.rend()));
    if (!kernels_run_as_threads()) {
        ASSERT_EQ(launch(reverse_dynamic, "dynamic", dim3(1), dim3(96), 95 * 4, cudaStreamPerThread, items.data()), cudaSuccess);
        ASSERT_EQ(cudaStreamSynchronize(cudaStreamPerThread), cudaSuccess);
        EXPECT_NE(violation_count(violation::shared_bounds), 0U);
        take_violations();
    }
}

__global__ void sum_in_block(unsigned* sums) {
    unsigned& sum = shared<unsigned>(__COUNTER__);
    if (threadIdx.x == 0) {
        shared_store(&sum, 0);
    }
    __syncthreads();
    atomicAdd(&sum, threadIdx.x);
    __syncthreads();
    if (threadIdx.x == 0) {
        store(sums + blockIdx.x, shared_load(&sum));
    }
}

TEST_F(Launch, atomics_in_shared_memory_are_no_race) {
    const DeviceArray<unsigned> sums(3);
    run(sum_in_block, dim3(3), dim3(100), sums.data());
    EXPECT_EQ(sums.values(), std::vector<unsigned>(3, 100 * 99 / 2));
}

__global__ void block_order(unsigned* order, unsigned* counter) {
    if (threadIdx.x == 0) {
        store(order + atomicAdd(counter, 1), blockIdx.x);
    }
}

TEST_F(Launch, seed_chooses_the_order_of_blocks) {
    const auto order = [](std::uint64_t seed) {
        set_kernel_options({.seed = seed});
        const DeviceArray<unsigned> taken(64), counter(std::vector<unsigned>(1));
        run(block_order, dim3(64), dim3(2), taken.data(), counter.data());
        return taken.values();
    };
    EXPECT_EQ(order(3), order(3));
    EXPECT_NE(order(3), order(4));
}

TEST_F(Launch, refuses_what_no_device_can_do) {
    EXPECT_EQ(launch(mark, "mark", dim3(1), dim3(1025), 0, cudaStreamPerThread, nullptr), cudaErrorInvalidConfiguration);
    EXPECT_EQ(launch(mark, "mark", dim3(0), dim3(1), 0, cudaStreamPerThread, nullptr), cudaErrorInvalidConfiguration);
    EXPECT_EQ(launch(mark, "mark", dim3(1, 65536), dim3(1), 0, cudaStreamPerThread, nullptr), cudaErrorInvalidConfiguration);
    EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidConfiguration);
}

}  // namespace
}  // namespace simulated_cuda
