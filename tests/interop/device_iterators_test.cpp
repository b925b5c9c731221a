// SPDX-License-Identifier: Apache-2.0
#include "interop/device_iterators.hpp"

#include <gtest/gtest.h>

#include "cuda/on_device.hpp"

namespace ndlease::testing {
namespace {

class DeviceIterators : public OnDevice {};

TEST_F(DeviceIterators, in_kernels_and_in_cub) { EXPECT_EQ(wrong_elements_on_device(), 0); }

}  // namespace
}  // namespace ndlease::testing
