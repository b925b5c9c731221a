// SPDX-License-Identifier: Apache-2.0
#include "measure.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstring>
#include <functional>
#include <span>
#include <vector>

#include <ndlease/copy_plan.hpp>
#include <ndlease/memory.hpp>
#include <ndlease/view.hpp>

#include "parallel.hpp"
#include "patterns/oracle.hpp"

namespace ndlease::tool {
namespace {

using Clock = std::chrono::steady_clock;

/// One of the things that take turns; `times` are seconds per call.
class Contender {
public:
    explicit Contender(std::function<void()> run) : run_(std::move(run)) {
        run_();  // warm
        const double once = timed(1);
        calls_ = std::clamp(static_cast<int>(shortest_sample / std::max(once, 1e-9)), 1, 100'000);
    }
    void sample() { times_.push_back(timed(calls_)); }
    [[nodiscard]] double min() const { return *std::min_element(times_.begin(), times_.end()); }
    [[nodiscard]] double median() const {
        std::vector<double> sorted = times_;
        std::sort(sorted.begin(), sorted.end());
        return (sorted[(sorted.size() - 1) / 2] + sorted[sorted.size() / 2]) / 2;
    }

private:
    static constexpr double shortest_sample = 50e-6;  // seconds, far above the clock's step

    [[nodiscard]] double timed(int calls) const {
        const auto start = Clock::now();
        for (int i = 0; i < calls; ++i) run_();
        return std::chrono::duration<double>(Clock::now() - start).count() / calls;
    }

    std::function<void()> run_;
    std::vector<double> times_;
    int calls_ = 1;
};

std::uint64_t checksum(std::span<const std::byte> bytes) {
    std::uint64_t sum = bytes.size();
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + at, 8);
        sum = (sum ^ word) * 0x9E3779B97F4A7C15U;
        sum ^= sum >> 32U;
    }
    return sum;
}

View lend_side(std::byte* buffer, const patterns::Strided& side, const Format& format) {
    return View::lend(buffer + side.offset, Device::cpu(), format, Layout(side.shape, side.strides), {.allocation = {buffer, side.buffer_bytes()}});
}

View lend_bytes(std::byte* buffer, std::int64_t bytes) { return View::lend(buffer, Device::cpu(), Format(), Layout::c_order({bytes}, 1)); }

}  // namespace

Measurement measure(const patterns::Pattern& pattern, std::int64_t bytes, int threads, double seconds) {
    Measurement result;
    result.name = pattern.name;
    result.copy = pattern.make(bytes);
    result.threads = threads_for(threads);
    const patterns::Copy& copy = result.copy;
    result.useful_bytes = copy.useful_bytes();

    const std::int64_t run_bytes = std::max<std::int64_t>(1, result.useful_bytes / 2);  // a contiguous copy of as many useful bytes
    const std::int64_t src_bytes = copy.src.buffer_bytes();
    const std::int64_t dst_bytes = copy.dst.buffer_bytes();
    const View src_memory = allocate(Format(), {std::max(src_bytes, run_bytes)});
    const View dst_memory = allocate(Format(), {std::max(dst_bytes, run_bytes)});
    auto* const src = static_cast<std::byte*>(src_memory.mutable_data());
    auto* const dst = static_cast<std::byte*>(dst_memory.mutable_data());
    const std::span<std::byte> src_buffer(src, static_cast<std::size_t>(src_memory.nbytes()));
    patterns::fill_random(src_buffer, copy, 1);
    const std::uint64_t before = checksum(src_buffer);
    std::memset(dst, std::to_integer<int>(patterns::poison), static_cast<std::size_t>(dst_memory.nbytes()));

    CopyOptions options;
    options.conversion = Conversion::cpp;
    options.max_threads = threads;
    const CopyPlan plan = CopyPlan::make(lend_side(dst, copy.dst, copy.dst_format), lend_side(src, copy.src, copy.src_format), options);
    const CopyPlan run_plan = CopyPlan::make(lend_bytes(dst, run_bytes), lend_bytes(src, run_bytes), options);
    result.path = to_string(plan.path());

    in_arena(threads, [&] {
        std::array contenders{Contender([&] { plan.run(); }), Contender([&] { run_plan.run(); }),
                              Contender([&] { copy_bytes(dst, src, static_cast<std::size_t>(run_bytes), threads); })};
        const auto end = Clock::now() + std::chrono::duration<double>(seconds);
        for (int turn = 0; turn < 3 || (Clock::now() < end && turn < 10'000); ++turn) {
            for (Contender& contender : contenders) contender.sample();
        }
        const auto& [own, contiguous, memory_copy] = contenders;
        result.median_s = own.median();
        result.min_s = own.min();
        result.ceiling_by = contiguous.median() < memory_copy.median() ? "ndlease" : "memcpy";
        result.ceiling_gbps = 2 * static_cast<double>(run_bytes) / std::min(contiguous.median(), memory_copy.median()) * 1e-9;

        const std::span<std::byte> dst_buffer(dst, static_cast<std::size_t>(dst_memory.nbytes()));
        std::memset(dst, std::to_integer<int>(patterns::poison), dst_buffer.size());
        plan.run();
        result.mismatch = patterns::find_mismatch(copy, src_buffer, dst_buffer);
        if (result.mismatch.empty() && checksum(src_buffer) != before) result.mismatch = "the source was written";
    });
    return result;
}

}  // namespace ndlease::tool
