// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include <ndlease/copy_plan.hpp>
#include <ndlease/view.hpp>

#include "machine.hpp"
#include "measure.hpp"
#include "parallel.hpp"
#include "patterns/oracle.hpp"

namespace ndlease::tool {
namespace {

constexpr double shortest_sample = 50e-6;  // seconds, far above the clock's step
constexpr int copies_to_settle = 3;        // a cache about as large as the arrays takes some copies until it holds what it will hold

View side_of(std::span<std::byte> memory, const patterns::Strided& side, const Format& format) {
    return View::lend(memory.data() + side.offset, Device::cpu(), format, Layout(side.shape, side.strides),
                      {.allocation = {memory.data(), side.buffer_bytes()}});
}

View run_of(std::span<std::byte> memory, std::int64_t bytes) { return View::lend(memory.data(), Device::cpu(), Format(), Layout::c_order({bytes}, 1)); }

struct PlannedCopy {
    CopyPlan plan;
    std::int64_t src_offset, dst_offset;  // bytes from a slot's start
};

/// One case on some threads: the copies, and the yardsticks beside them.
class CpuCase {
public:
    CpuCase(const Case& what, int threads, std::span<std::byte> src, std::span<std::byte> dst)
        : threads_(threads), src_(src), dst_(dst), run_bytes_(what.run_bytes()) {
        CopyOptions options;
        options.conversion = Conversion::cpp;
        options.max_threads = threads;
        for (const patterns::Copy& copy : what.copies) {
            plans_.push_back(
                {CopyPlan::make(side_of(dst, copy.dst, copy.dst_format), side_of(src, copy.src, copy.src_format), options), copy.src.offset, copy.dst.offset});
        }
        run_plans_.push_back({CopyPlan::make(run_of(dst, run_bytes_), run_of(src, run_bytes_), options), 0, 0});
    }
    [[nodiscard]] const char* path() const { return to_string(plans_.front().plan.path()); }

    void run() const { run_all(plans_, src_.data(), dst_.data()); }

    [[nodiscard]] Timing time(const Rotation& rotation, const Rotation& yardstick, const Repetition& repetition,
                              const std::function<void()>& prepare = {}) const {
        std::vector<Contender> contenders;
        const auto add = [&](std::function<void(std::int64_t)> run, const Rotation& places, const std::function<void()>& before) {
            contenders.emplace_back(
                std::move(run), [] {}, shortest_sample, before, places.slots == 1 ? copies_to_settle : 0);
        };
        if (rotation.slots == 1 && plans_.size() == 1) {
            add([this](std::int64_t) { plans_.front().plan.run(); }, rotation, prepare);
        } else {
            add([&](std::int64_t n) { run_all(plans_, src_at(rotation, n, 0), dst_at(rotation, n, 0)); }, rotation, prepare);
        }
        add([&](std::int64_t n) { run_all(run_plans_, src_at(yardstick, n, 1), dst_at(yardstick, n, 1)); }, yardstick, {});
        add([&](std::int64_t n) { copy_bytes(dst_at(yardstick, n, 2), src_at(yardstick, n, 2), static_cast<std::size_t>(run_bytes_), threads_); }, yardstick,
            {});
        take_turns(&contenders, repetition);
        return timing_of(contenders, {"ndlease", "memcpy"});
    }

private:
    static void run_all(const std::vector<PlannedCopy>& plans, const std::byte* src, std::byte* dst) {
        for (const PlannedCopy& one : plans) one.plan.run(dst + one.dst_offset, src + one.src_offset);
    }
    [[nodiscard]] const std::byte* src_at(const Rotation& rotation, std::int64_t n, int contender) const {
        return src_.data() + rotation.slot(n, contender) * rotation.src_step;
    }
    [[nodiscard]] std::byte* dst_at(const Rotation& rotation, std::int64_t n, int contender) const {
        return dst_.data() + rotation.slot(n, contender) * rotation.dst_step;
    }

    int threads_;
    std::span<std::byte> src_, dst_;
    std::int64_t run_bytes_;
    std::vector<PlannedCopy> plans_, run_plans_;
};

}  // namespace

std::vector<Result> measure_cpu(const Case& what, const std::vector<int>& threads, const Repetition& repetition, BenchMemory* memory) {
    const std::int64_t src_bytes = std::max(what.src_bytes(), what.run_bytes());
    const std::int64_t dst_bytes = std::max(what.dst_bytes(), what.run_bytes());
    const Rotation rotation = rotation_for(src_bytes, dst_bytes, last_cache_bytes());
    const Rotation yardstick = yardstick_rotation(rotation, what.run_bytes(), last_cache_bytes());
    const std::span<std::byte> src =
        memory->source(rotated_bytes(src_bytes, rotation.src_step, rotation, what.run_bytes(), yardstick), patterns::content_for(what.copies.front()));
    const std::span<std::byte> dst = memory->destination(rotated_bytes(dst_bytes, rotation.dst_step, rotation, what.run_bytes(), yardstick));
    const std::span<std::byte> first_dst = dst.first(static_cast<std::size_t>(dst_bytes));

    std::function<void()> prepare;
    if (needs_sweep(what, rotation, last_cache_bytes())) prepare = [memory] { memory->sweep(last_cache_bytes()); };

    std::vector<Result> results;
    for (const int count : threads) {
        Result result = describe(what);
        result.threads = threads_for(count);
        const CpuCase one(what, count, src, dst);
        result.path = one.path();
        in_arena(count, [&] {
            result.warm = one.time(Rotation(), yardstick, repetition, prepare);
            if (rotation.slots > 1) result.cold = one.time(rotation, rotation, {repetition.seconds / 2, repetition.error});
            patterns::fill_poison(first_dst, memory->threads());
            one.run();
        });
        result.mismatch = patterns::find_mismatch(what.copies, src, first_dst, memory->threads());
        results.push_back(result);
    }
    if (!memory->source_is_unchanged(src_bytes)) {
        for (Result& result : results) {
            if (result.mismatch.empty()) result.mismatch = "the source was written";
        }
    }
    return results;
}

}  // namespace ndlease::tool
