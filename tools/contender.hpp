// SPDX-License-Identifier: Apache-2.0
// One of the copies that take turns in a measurement.
#pragma once

#include <functional>
#include <vector>

#include "bench_result.hpp"

namespace ndlease::tool {

class Contender {
public:
    /// `run(n)` begins the n-th copy since the start; `finish` waits until all that were begun are done, and is part of the time. Copies once to
    /// warm up. A sample repeats copies until it is `shortest_sample` seconds long; with `prepare`, which runs before each sample and takes no part in its
    /// time, it is one copy. `warm_ups` copies more come before each sample, if the caches can matter to it: the contender before left other arrays there.
    explicit Contender(
        std::function<void(std::int64_t)> run, std::function<void()> finish = [] {}, double shortest_sample = 50e-6, std::function<void()> prepare = {},
        int warm_ups = 0);
    void sample();
    [[nodiscard]] double min() const;     ///< seconds per copy
    [[nodiscard]] double median() const;  ///< likewise
    /// Median absolute deviation of the samples, scaled to a standard deviation, over the median.
    [[nodiscard]] double spread() const;
    /// Of the median, relative to it: what repeating makes smaller.
    [[nodiscard]] double standard_error() const;
    [[nodiscard]] int samples() const noexcept { return static_cast<int>(times_.size()); }

private:
    [[nodiscard]] double timed(std::int64_t calls);

    std::function<void(std::int64_t)> run_;
    std::function<void()> finish_, prepare_;
    std::vector<double> times_;  // seconds per copy
    std::int64_t calls_ = 1;
    std::int64_t begun_ = 0;
    int warm_ups_ = 0;
};

/// How long to repeat: until the standard error of every median is below `error` (of the median), or `seconds` are over; three samples each at least.
struct Repetition {
    double seconds = 0.5;
    double error = 0.005;
};

/// Lets them take turns.
void take_turns(std::vector<Contender>* contenders, const Repetition& repetition);

/// Of contenders[0], with the fastest of the others as its ceiling; `names` are theirs.
[[nodiscard]] Timing timing_of(const std::vector<Contender>& contenders, const std::vector<const char*>& names);

}  // namespace ndlease::tool
