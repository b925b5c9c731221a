// SPDX-License-Identifier: Apache-2.0
// Writes that go around the caches (non-temporal stores): they save reading what is about to be overwritten, and leave the caches to others.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ndlease::cpu {

/// Copies a run; the sides share no byte. Whole aligned vectors of dst go around the caches, its first and last bytes do not.
/// Without such instructions it is memcpy.
void stream_run(std::byte* dst, const std::byte* src, std::int64_t bytes) noexcept;

struct StreamedRow {
    std::byte* dst;
    const std::byte* src;
    const std::byte* later;  ///< a row of the source that will be copied soon, and is asked for; NULL: none
};

/// Copies rows of `bytes` bytes each as stream_run does, all of them at once, a few lines of one after a few of the next: reading each row begins with a
/// wait that its neighbours hide.
void stream_rows(const StreamedRow* rows, int count, std::int64_t bytes) noexcept;

/// Rows along two axes.
struct RowGrid {
    std::byte* dst;
    const std::byte* src;
    std::int64_t count[2], dst_stride[2], src_stride[2];  ///< strides are bytes
};

/// Copies rows of whole lines, one after the other: `bytes` and all of the destination's addresses are multiples of a line's 64.
void stream_grid(const RowGrid& grid, std::int64_t bytes) noexcept;

/// Makes what this thread has written around the caches visible in the order of its other writes. Once, at the end of a copy.
void finish_streaming() noexcept;

}  // namespace ndlease::cpu
