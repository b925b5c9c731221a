// SPDX-License-Identifier: Apache-2.0
// A build with CUDA on a machine without a driver or a device: everything says so, and what needs no device works.
#include <vector>

#include "cuda/expect_error.hpp"

#include <ndlease/copy.hpp>
#include <ndlease/device.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/memory.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::testing {
namespace {

class no_device : public ::testing::Test {
protected:
    void SetUp() override {
        if (cuda_device_count() != 0) GTEST_SKIP() << "this machine has a CUDA device";
    }
};

TEST_F(no_device, absence_is_reported_in_words) {
    EXPECT_THAT(cuda_absence(), ::testing::StartsWith("no CUDA device: "));
    EXPECT_THAT(cuda_absence(), ::testing::HasSubstr("cudaError"));
}

TEST_F(no_device, what_needs_a_device_refuses) {
    expect_error(errc::device, "no CUDA device: ", [] { static_cast<void>(device_properties(Device::cuda(0))); });
    expect_error(errc::device, "no CUDA device: ", [] { static_cast<void>(device_memory(Device::cuda(0))); });
    expect_error(errc::device, "no CUDA device: ", [] { static_cast<void>(device_pool(Device::cuda(0))); });
    expect_error(errc::device, "no CUDA device: ", [] { static_cast<void>(pinned_memory()); });
    expect_error(errc::device, "no CUDA device: ", [] { static_cast<void>(managed_memory()); });
    expect_error(errc::device, "no CUDA device: ", [] { static_cast<void>(memory_of(Device::cuda(0))); });
    expect_error(errc::device, "cudaError", [] { static_cast<void>(Stream::make(Device::cuda(0))); });
}

TEST_F(no_device, the_host_works) {
    const View array = allocate(Format::of<int>(), {2, 3});
    const View copied = contiguous(array.transpose());
    EXPECT_EQ(copied.shape()[0], 3);
    EXPECT_FALSE(pointer_properties(array.data()).known);
    EXPECT_EQ(pointer_properties(array.data()).device, Device::cpu());
    EXPECT_NO_THROW(check_device_tag(array.data(), Device::cuda(0)));  // there is nobody to ask
}

}  // namespace
}  // namespace ndlease::testing
