// SPDX-License-Identifier: Apache-2.0
// One of many small copies that a backend runs together.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <ndlease/stream.hpp>

namespace ndlease::backend {

/// Runs of bytes that are contiguous on both sides, at positions of up to 3 axes. Both sides are reachable from the stream's device and share no byte,
/// nor does any destination share one with another entry.
struct BatchEntry {
    static constexpr int max_axes = 3;
    std::byte* dst;  ///< of the first run
    const std::byte* src;
    std::int64_t run_bytes;
    int axes;  ///< 0: one run
    struct Axis {
        std::int64_t extent, dst_stride, src_stride;  ///< strides in bytes
    };
    std::array<Axis, max_axes> axis;  ///< innermost first
};

/// Entries as a backend's launches take them. Immutable: any number of threads may run it.
class PreparedBatch {
public:
    virtual ~PreparedBatch() = default;
    /// On a stream of any device that reaches the memory: as few launches as hold the descriptions, in any order. No allocation, no wait; may be captured.
    /// Throws Error{errc::device}.
    virtual void run(StreamRef stream) const = 0;
};

/// An entry has fewer bytes than this.
inline constexpr std::int64_t batch_entry_limit = std::int64_t{1} << 31;

}  // namespace ndlease::backend
