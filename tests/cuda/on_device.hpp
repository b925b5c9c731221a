// SPDX-License-Identifier: Apache-2.0
// Fixtures of tests that need a device: skipped, visibly, where there is none.
#pragma once

#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

#include <ndlease/device.hpp>

#if defined(NDLEASE_SIMULATED_CUDA)
#include <simulated_cuda/control.hpp>
#endif

namespace ndlease::testing {

/// Also checks at the end that the thread is on device 0 as at first, that no error is pending, and, in the simulation, that nothing was misused.
class OnDevice : public ::testing::Test {
protected:
    void SetUp() override {
        if (cuda_device_count() == 0) GTEST_SKIP() << cuda_absence();
        ASSERT_EQ(cudaSetDevice(0), cudaSuccess);
    }
    void TearDown() override {
        if (IsSkipped()) return;
        int device = -1;
        EXPECT_EQ(cudaGetDevice(&device), cudaSuccess);
        EXPECT_EQ(device, 0) << "the current device was changed";
        EXPECT_EQ(cudaGetLastError(), cudaSuccess) << "an error is left";
#if defined(NDLEASE_SIMULATED_CUDA)
        simulated_cuda::run_all();
        EXPECT_EQ(simulated_cuda::violation_report(), "");
        static_cast<void>(simulated_cuda::take_violations());
#endif
    }
};

class OnTwoDevices : public OnDevice {
protected:
    void SetUp() override {
        if (cuda_device_count() < 2) GTEST_SKIP() << "this needs two CUDA devices, there are " << cuda_device_count();
        OnDevice::SetUp();
    }
};

}  // namespace ndlease::testing
