// SPDX-License-Identifier: Apache-2.0
// The part of device_iterators_test.cpp that nvcc compiles.
#pragma once

namespace ndlease::testing {

/// Numbers a strided View's elements in a kernel, checks the walk in another, sums its segments with CUB, on device 0; how much is wrong.
int wrong_elements_on_device();

}  // namespace ndlease::testing
