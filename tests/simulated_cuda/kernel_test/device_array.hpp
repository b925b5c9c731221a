// SPDX-License-Identifier: Apache-2.0
// Device memory for tests of kernels.
#pragma once

#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include <simulated_cuda/control.hpp>
#include <vector>

namespace simulated_cuda {

/// `count` items on the current device; uninitialised, or a copy of `values`.
template <class T>
class DeviceArray {
public:
    explicit DeviceArray(std::size_t count) : count_(count) { EXPECT_EQ(cudaMalloc(reinterpret_cast<void**>(&data_), count * sizeof(T)), cudaSuccess); }
    explicit DeviceArray(const std::vector<T>& values) : DeviceArray(values.size()) {
        EXPECT_EQ(cudaMemcpy(data_, values.data(), values.size() * sizeof(T), cudaMemcpyHostToDevice), cudaSuccess);
    }
    ~DeviceArray() {
        if (data_ != nullptr) {
            cudaFree(data_);
        }
    }
    DeviceArray(const DeviceArray&) = delete;
    DeviceArray& operator=(const DeviceArray&) = delete;

    [[nodiscard]] T* data() const { return data_; }
    void free() {
        EXPECT_EQ(cudaFree(data_), cudaSuccess);
        data_ = nullptr;
    }
    [[nodiscard]] std::vector<T> values() const {
        std::vector<T> result(count_);
        EXPECT_EQ(cudaMemcpy(result.data(), data_, count_ * sizeof(T), cudaMemcpyDeviceToHost), cudaSuccess);
        return result;
    }

private:
    T* data_ = nullptr;
    std::size_t count_;
};

/// Starts each test anew, and lets none end with a violation that it did not take.
class KernelTest : public testing::Test {
protected:
    void SetUp() override {
        reset();
        set_kernel_options({});
        reset_counters();
    }
    void TearDown() override { EXPECT_EQ(violation_report(), ""); }

    /// Runs at once, as the scheduler is eager.
    template <class... Parameters, class... Arguments>
    static void run(void (*kernel)(Parameters...), dim3 grid, dim3 block, Arguments... arguments) {
        ASSERT_EQ(launch(kernel, "kernel under test", grid, block, 0, cudaStreamPerThread, arguments...), cudaSuccess);
        ASSERT_EQ(cudaStreamSynchronize(cudaStreamPerThread), cudaSuccess);
    }
    /// The kinds of what was reported, which is then forgotten.
    static std::vector<std::string> kinds() {
        std::vector<std::string> result;
        for (const Violation& violation : take_violations()) {
            result.push_back(violation.kind);
        }
        return result;
    }
    static std::vector<std::string> only(std::string_view kind) { return {std::string(kind)}; }
};

/// For tests of what only the checked vehicle sees.
#define SKIP_WITHOUT_CHECKS()                                                       \
    if (::simulated_cuda::kernels_run_as_threads()) {                               \
        GTEST_SKIP() << "kernels run as threads, without checks of their accesses"; \
    }                                                                               \
    static_assert(true)

}  // namespace simulated_cuda
