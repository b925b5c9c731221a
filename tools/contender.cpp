// SPDX-License-Identifier: Apache-2.0
#include "contender.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace ndlease::tool {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double shortest_sample = 50e-6;  // seconds, far above the clock's step

}  // namespace

Contender::Contender(std::function<void()> run, std::function<void()> finish) : run_(std::move(run)), finish_(std::move(finish)) {
    run_();  // warm
    finish_();
    const double once = timed(1);
    calls_ = std::clamp(static_cast<int>(shortest_sample / std::max(once, 1e-9)), 1, 100'000);
}

void Contender::sample() { times_.push_back(timed(calls_)); }

double Contender::min() const { return *std::min_element(times_.begin(), times_.end()); }

double Contender::median() const {
    std::vector<double> sorted = times_;
    std::sort(sorted.begin(), sorted.end());
    return (sorted[(sorted.size() - 1) / 2] + sorted[sorted.size() / 2]) / 2;
}

double Contender::timed(int calls) const {
    const auto start = Clock::now();
    for (int i = 0; i < calls; ++i) run_();
    finish_();
    return std::chrono::duration<double>(Clock::now() - start).count() / calls;
}

void take_turns(std::vector<Contender>* contenders, double seconds) {
    const auto end = Clock::now() + std::chrono::duration<double>(seconds);
    for (int turn = 0; turn < 3 || (Clock::now() < end && turn < 10'000); ++turn) {
        for (Contender& contender : *contenders) contender.sample();
    }
}

}  // namespace ndlease::tool
