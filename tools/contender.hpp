// SPDX-License-Identifier: Apache-2.0
// One of the copies that take turns in a measurement.
#pragma once

#include <functional>
#include <vector>

namespace ndlease::tool {

class Contender {
public:
    /// `run` begins one copy; `finish` waits until all that were begun are done, and is part of the time. Runs once to warm up.
    explicit Contender(
        std::function<void()> run, std::function<void()> finish = [] {});
    void sample();
    [[nodiscard]] double min() const;     ///< seconds per call
    [[nodiscard]] double median() const;  ///< likewise

private:
    [[nodiscard]] double timed(int calls) const;

    std::function<void()> run_, finish_;
    std::vector<double> times_;  // seconds per call
    int calls_ = 1;
};

/// Lets them take turns until `seconds` are over, three times at least.
void take_turns(std::vector<Contender>* contenders, double seconds);

}  // namespace ndlease::tool
