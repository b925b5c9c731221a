// SPDX-License-Identifier: Apache-2.0
// What tests of batches on a device share: a stream, and in the simulation a count of launches.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

#include "cuda/copy/device_arena.hpp"

#include <ndlease/device.hpp>
#include <ndlease/stream.hpp>

#if defined(NDLEASE_SIMULATED_CUDA)
#include <simulated_cuda/control.hpp>
#endif

namespace ndlease::testing {

inline std::uint64_t launches() {
#if defined(NDLEASE_SIMULATED_CUDA)
    return simulated_cuda::statistics().kernels;
#else
    return 0;
#endif
}

/// On a device launches are not counted.
inline void expect_launches(std::uint64_t before, std::uint64_t count) {
#if defined(NDLEASE_SIMULATED_CUDA)
    EXPECT_EQ(launches() - before, count);
#else
    static_cast<void>(before + count);
#endif
}

class copy_batch_on_device : public ::testing::Test {
protected:
    void SetUp() override {
        if (cuda_device_count() == 0) GTEST_SKIP() << cuda_absence();
#if defined(NDLEASE_SIMULATED_CUDA)
        simulated_cuda::set_scheduler(simulated_cuda::Scheduler::eager);  // so that what is enqueued has been launched
#endif
        stream_ = std::make_unique<Stream>(Stream::make(Device::cuda(0)));
    }
    [[nodiscard]] StreamRef stream() const { return stream_->ref(); }
    std::unique_ptr<Stream> stream_;
};

}  // namespace ndlease::testing
