// SPDX-License-Identifier: Apache-2.0
#include "contender.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace ndlease::tool {
namespace {

using Clock = std::chrono::steady_clock;

double middle(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

}  // namespace

Contender::Contender(std::function<void(std::int64_t)> run, std::function<void()> finish, double shortest_sample, std::function<void()> prepare, int warm_ups)
    : run_(std::move(run)), finish_(std::move(finish)), prepare_(std::move(prepare)) {
    constexpr double slow = 0.2;              // seconds: a copy whose number needs no second call
    if (timed(1) > slow || prepare_) return;  // and it is warm
    const double once = timed(1);
    calls_ = std::clamp<std::int64_t>(static_cast<std::int64_t>(shortest_sample / std::max(once, 1e-9)), 1, 100'000);
    if (once > 10 * shortest_sample) times_.push_back(once);  // as good as any sample
    constexpr double beyond_caches = 0.02;                    // seconds: such a copy finds nothing of its arrays in a cache
    if (once < beyond_caches) warm_ups_ = warm_ups;
}

void Contender::sample() { times_.push_back(timed(calls_)); }

double Contender::min() const { return *std::min_element(times_.begin(), times_.end()); }

double Contender::median() const { return middle(times_); }

double Contender::spread() const {
    const double center = median();
    std::vector<double> distances;
    for (const double time : times_) distances.push_back(std::abs(time - center));
    return 1.4826 * middle(distances) / center;  // a normal distribution's standard deviation over its median absolute deviation
}

double Contender::standard_error() const { return 1.2533 * spread() / std::sqrt(static_cast<double>(times_.size())); }  // the median's is wider than the mean's

double Contender::timed(std::int64_t calls) {
    if (prepare_) prepare_();
    for (int i = 0; i < warm_ups_; ++i) run_(begun_++);
    if (warm_ups_ > 0) finish_();
    const auto start = Clock::now();
    for (std::int64_t i = 0; i < calls; ++i) run_(begun_ + i);
    finish_();
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    begun_ += calls;
    return seconds / static_cast<double>(calls);
}

void take_turns(std::vector<Contender>* contenders, const Repetition& repetition) {
    constexpr int fewest = 3;
    constexpr int enough = 10;  // samples before a small error is believed
    const auto end = Clock::now() + std::chrono::duration<double>(repetition.seconds);
    const auto settled = [&] {
        return std::all_of(contenders->begin(), contenders->end(),
                           [&](const Contender& one) { return one.samples() >= enough && one.standard_error() < repetition.error; });
    };
    const auto short_of = [&] { return std::any_of(contenders->begin(), contenders->end(), [](const Contender& one) { return one.samples() < fewest; }); };
    while (short_of() || (Clock::now() < end && !settled())) {
        for (Contender& contender : *contenders) contender.sample();
    }
}

Timing timing_of(const std::vector<Contender>& contenders, const std::vector<const char*>& names) {
    const Contender& own = contenders.front();
    Timing timing;
    timing.median_s = own.median();
    timing.min_s = own.min();
    timing.spread = own.spread();
    timing.samples = own.samples();
    for (std::size_t i = 1; i < contenders.size(); ++i) {
        const double yardstick = contenders[i].median();
        if (timing.ceiling_s != 0 && yardstick >= timing.ceiling_s) continue;
        timing.ceiling_s = yardstick;
        timing.ceiling_by = names[i - 1];
    }
    return timing;
}

}  // namespace ndlease::tool
