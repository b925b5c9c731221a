// SPDX-License-Identifier: Apache-2.0
// Times one case beside contiguous copies of as many bytes, and checks what it wrote.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <ndlease/device.hpp>

#include "bench_memory.hpp"
#include "bench_result.hpp"
#include "contender.hpp"
#include "patterns/pattern.hpp"

namespace ndlease::tool {

/// What is measured: a pattern of one size, or a layout of the user's own.
struct Case {
    std::string name;
    int family = 0;                      ///< patterns::Pattern::family
    std::vector<patterns::Copy> copies;  ///< several: a batch

    [[nodiscard]] std::int64_t src_bytes() const { return patterns::src_buffer_bytes(copies); }
    [[nodiscard]] std::int64_t dst_bytes() const { return patterns::dst_buffer_bytes(copies); }
    [[nodiscard]] std::int64_t useful_bytes() const { return patterns::useful_bytes(copies); }
    /// Of a contiguous copy that reads and writes as many useful bytes.
    [[nodiscard]] std::int64_t run_bytes() const;
};

/// On the CPU, once for each number of threads, on the same data. The case and its two yardsticks take turns as `repetition` says; all pages are
/// touched before. Then the same with other arrays for each copy, where the arrays are small enough for the caches to keep them. The result is
/// checked afterwards against loops that share no code with the library's copies.
[[nodiscard]] std::vector<Result> measure_cpu(const Case& what, const std::vector<int>& threads, const Repetition& repetition, BenchMemory* memory);

/// With both sides in the memory of a CUDA device, or one in host memory, pinned or not. Copies are enqueued one after the other, and the time is that
/// until the last is done. The yardsticks are the runtime's memcpy and ours.
[[nodiscard]] Result measure_device(const Case& what, Device device, patterns::Direction direction, bool pinned, const Repetition& repetition,
                                    BenchMemory* memory);

// For both.

/// All but times and outcome.
[[nodiscard]] Result describe(const Case& what);

/// Where copies take turns so that none finds its arrays in a cache: `slots` places, `src_step` and `dst_step` bytes apart.
struct Rotation {
    std::int64_t slots = 1, src_step = 0, dst_step = 0;
    /// Slot of the n-th copy of one of three contenders, 0 to 2: neighbours in time are no neighbours in memory, and no contender copies what another
    /// has just brought into the cache.
    [[nodiscard]] std::int64_t slot(std::int64_t n, int contender) const noexcept { return (n * 7 + contender * slots / 3) % slots; }
};
/// As many slots as exceed four times the cache; 1 where the arrays do so themselves.
[[nodiscard]] Rotation rotation_for(std::int64_t src_bytes, std::int64_t dst_bytes, std::int64_t cache_bytes);

/// Where the contiguous copies take turns beside the case's warm copies: in one place when the case's arrays fit the caches too, else so that they find
/// nothing there either, however few their bytes are (one column of a large matrix).
[[nodiscard]] inline Rotation yardstick_rotation(const Rotation& of_case, std::int64_t run_bytes, std::int64_t cache_bytes) {
    return of_case.slots > 1 ? Rotation() : rotation_for(run_bytes, run_bytes, cache_bytes);
}
/// Whether a case's arrays are too large for slots, and what it touches of them is not too much for the caches: one column of a large matrix.
[[nodiscard]] inline bool needs_sweep(const Case& what, const Rotation& rotation, std::int64_t cache_bytes) {
    return rotation.slots == 1 && patterns::modelled_bytes(what.copies) < 4 * cache_bytes;
}
/// Bytes of a side that both need: `bytes` for the case in each slot, `run_bytes` for its yardstick.
[[nodiscard]] inline std::int64_t rotated_bytes(std::int64_t bytes, std::int64_t step, const Rotation& of_case, std::int64_t run_bytes,
                                                const Rotation& yardstick) {
    return std::max(bytes + (of_case.slots - 1) * step, run_bytes + (yardstick.slots - 1) * yardstick.src_step);
}

}  // namespace ndlease::tool
