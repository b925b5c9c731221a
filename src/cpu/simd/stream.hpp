// SPDX-License-Identifier: Apache-2.0
// Writes that go around the caches (non-temporal stores): they save reading what is about to be overwritten, and leave the caches to others.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ndlease::cpu {

/// Copies a run; the sides share no byte. Whole aligned vectors of dst go around the caches, its first and last bytes do not.
/// Without such instructions it is memcpy.
void stream_run(std::byte* dst, const std::byte* src, std::int64_t bytes) noexcept;

/// Makes what this thread has written around the caches visible in the order of its other writes. Once, at the end of a copy.
void finish_streaming() noexcept;

}  // namespace ndlease::cpu
