// SPDX-License-Identifier: Apache-2.0
// Machines without a driver, without a device, and without memory pools' other half.
#include <gtest/gtest.h>

#include "cuda/expect_error.hpp"
#include "cuda/simulated/fresh.hpp"

#include <ndlease/device.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/memory.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::testing {
namespace {

class absence : public ::testing::TestWithParam<cudaError_t> {};

TEST_P(absence, is_said_in_words_everywhere) {
    static_cast<void>(start_fresh({.absence = GetParam()}));
    const std::string name = cudaGetErrorName(GetParam());
    EXPECT_EQ(cuda_device_count(), 0);
    EXPECT_THAT(cuda_absence(), ::testing::StartsWith("no CUDA device: cudaGetDeviceCount: " + name));
    expect_error(errc::device, "no CUDA device: ", [] { static_cast<void>(device_memory(Device::cuda(0))); });
    expect_error(errc::device, "no CUDA device: ", [] { static_cast<void>(memory_of(Device::cuda(0))); });
    expect_error(errc::device, "no CUDA device: ", [] { static_cast<void>(pinned_memory()); });
    expect_error(errc::device, name, [] { static_cast<void>(Stream::make(Device::cuda(0))); });
    const View array = allocate(Format::of<int>(), {2, 2});
    EXPECT_FALSE(pointer_properties(array.data()).known);
    EXPECT_NO_THROW(check_device_tag(array.data(), Device::cuda(0)));
    EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess);
    static_cast<void>(start_fresh());
    EXPECT_EQ(cuda_absence(), "");
}

INSTANTIATE_TEST_SUITE_P(no_device, absence, ::testing::Values(cudaErrorNoDevice));
INSTANTIATE_TEST_SUITE_P(no_driver, absence, ::testing::Values(cudaErrorInsufficientDriver));

TEST(simulation, says_so) {
    EXPECT_STREQ(cuda_backend_name(), "simulated cuda");
    EXPECT_TRUE(device_properties(Device::cuda(0)).is_simulated);
}

}  // namespace
}  // namespace ndlease::testing
