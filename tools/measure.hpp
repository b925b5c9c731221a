// SPDX-License-Identifier: Apache-2.0
// Times one pattern beside contiguous copies of as many bytes, and checks what it wrote.
#pragma once

#include <cstdint>
#include <string>

#include <ndlease/device.hpp>

#include "patterns/pattern.hpp"

namespace ndlease::tool {

struct Measurement {
    std::string name;
    patterns::Copy copy;
    std::string device = "cpu", direction = "cpu";  ///< "cpu" and "cpu", or "cuda:0" and "d2d"
    std::string path;                               ///< the library's choice
    int threads = 1;                                ///< that may work on it
    std::int64_t useful_bytes = 0;
    double median_s = 0, min_s = 0;  ///< of one copy
    double ceiling_gbps = 0;         ///< useful bytes per second of the best contiguous copy, memcpy's or ours, by its median
    std::string ceiling_by;          ///< "memcpy" or "ndlease"
    std::string mismatch;            ///< "" when the result is right

    [[nodiscard]] bool verified() const { return mismatch.empty(); }
    [[nodiscard]] double gbps() const { return static_cast<double>(useful_bytes) / median_s * 1e-9; }  ///< read and written
    [[nodiscard]] double percent() const { return 100 * gbps() / ceiling_gbps; }
};

/// `bytes` as in Pattern::make. The pattern and its two yardsticks take turns until `seconds` are over, three times at least; the data is
/// random, all pages are touched first, and the result is checked after the last turn against nested loops.
[[nodiscard]] Measurement measure(const patterns::Pattern& pattern, std::int64_t bytes, int threads, double seconds);

/// The same between two arrays in memory of a CUDA device; copies are enqueued one after the other, and the time is that until the last is done.
/// The yardstick is the runtime's memcpy.
[[nodiscard]] Measurement measure_on(Device device, const patterns::Pattern& pattern, std::int64_t bytes, double seconds);

}  // namespace ndlease::tool
