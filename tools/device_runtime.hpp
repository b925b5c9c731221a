// SPDX-License-Identifier: Apache-2.0
// What the benchmark asks of the CUDA runtime directly: facts to quote results with, and the memcpy to compare with.
#pragma once

#include <cstddef>
#include <string>

#include <ndlease/device.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::tool {

/// "driver 13.0, runtime 13.0, 1980 MHz, memory 2619 MHz": versions of CUDA that driver and runtime speak, and the highest clocks. What is not told is left
/// out.
[[nodiscard]] std::string device_runtime_text(Device device);

/// cudaMemcpyAsync. Throws Error{errc::device} when the runtime refuses, CommandError in a build without CUDA.
void runtime_memcpy(void* dst, const void* src, std::size_t bytes, StreamRef stream);

}  // namespace ndlease::tool
