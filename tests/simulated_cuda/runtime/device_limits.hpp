// SPDX-License-Identifier: Apache-2.0
// What a simulated device is: compute capability 9.0, with few multiprocessors.
#pragma once

namespace simulated_cuda::limits {
inline constexpr int kThreadsPerBlock = 1024, kBlockZ = 64, kGridX = 0x7FFFFFFF, kGridYZ = 65535, kSharedPerBlock = 48 << 10, kSharedPerBlockOptIn = 227 << 10,
                     kSharedPerMultiprocessor = 228 << 10, kMultiprocessors = 4, kThreadsPerMultiprocessor = 2048, kBlocksPerMultiprocessor = 32;
}  // namespace simulated_cuda::limits
