// SPDX-License-Identifier: Apache-2.0
#include "copy/planned_batch.hpp"

#include <numeric>

namespace ndlease::copying {
namespace {

bool aligned_alike(const void* a, const void* b) noexcept {
    constexpr std::uintptr_t widest_word = 16;  // no more of an address goes into a plan
    return (reinterpret_cast<std::uintptr_t>(a) ^ reinterpret_cast<std::uintptr_t>(b)) % widest_word == 0;
}

bool alike(const View& a, const View& b) noexcept {
    return a.device() == b.device() && a.is_read_only() == b.is_read_only() && aligned_alike(a.data(), b.data()) && a.format() == b.format() &&
           a.layout() == b.layout();
}

}  // namespace

detail::PlannedBatch plan_batch(std::span<const CopyPair> pairs, const CopyOptions& options, Device device) {
    if (options.conversion == Conversion::checked) {
        throw Error(errc::not_supported, "copy_batch: the values of a pair can be checked only when the pairs before it have been copied; use copy");
    }
    detail::PlannedBatch batch;
    auto plans = std::make_shared<std::deque<CopyPlan>>();
    batch.copies.reserve(pairs.size());
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const CopyPair& pair = pairs[i];
        for_pair(i, [&] {
            if (i > 0 && alike(pair.dst, pairs[i - 1].dst) && alike(pair.src, pairs[i - 1].src)) {
                batch.copies.push_back(PlanParts::place(plans->back(), pair.dst.mutable_data(), pair.src.data()));
            } else {
                plans->push_back(CopyPlan::make(pair.dst, pair.src, options));
                batch.copies.push_back(PlanParts::placed(plans->back()));
            }
            batch.useful_bytes = checked_add(batch.useful_bytes, plans->back().useful_bytes(), "bytes that the batch reads and writes");
        });
        const bool reached = pair.dst.reachable_from(Device::cpu()) && pair.src.reachable_from(Device::cpu());
        if (!reached && batch.host_cannot_reach < 0) batch.host_cannot_reach = static_cast<std::int64_t>(i);
    }
    batch.plans = std::move(plans);
    batch.max_overlap_work = options.max_overlap_work;
    batch.device = device;
    if (device != Device::cpu()) batch.steps = make_steps(batch.copies, device, batch.max_overlap_work);
    return batch;
}

void run_batch(const detail::PlannedBatch& batch) {
    if (batch.host_cannot_reach >= 0) {
        const auto number = static_cast<std::size_t>(batch.host_cannot_reach);
        for_pair(number, [&] { PlanParts::check_host_reach(batch.copies[number]); });
    }
    for (const PlacedCopy& copy : batch.copies) PlanParts::run(copy);
}

void check_capture(const detail::PlannedBatch& batch, StreamRef stream) {
    if (stream.is_host() || !stream.is_capturing()) return;
    const auto check = [&](std::size_t number) {
        if (PlanParts::is_capturable(batch.copies[number], stream)) return;
        for_pair(number, [&] { throw Error(errc::not_supported, "this copy cannot be part of a graph, and " + to_string(stream) + " is being captured"); });
    };
    if (stream.device() != batch.device) {
        for (std::size_t i = 0; i < batch.copies.size(); ++i) check(i);
        return;
    }
    for (const BatchStep& step : batch.steps) {  // what goes together can be captured
        for (const std::size_t number : step.alone) check(number);
    }
}

void run_batch(const detail::PlannedBatch& batch, StreamRef stream) {
    if (stream.is_host()) {
        BatchStep one_by_one;
        one_by_one.alone.resize(batch.copies.size());
        std::iota(one_by_one.alone.begin(), one_by_one.alone.end(), std::size_t{0});
        run_steps({&one_by_one, 1}, batch.copies, stream);
    } else if (stream.device() == batch.device) {
        run_steps(batch.steps, batch.copies, stream);
    } else {
        run_steps(make_steps(batch.copies, stream.device(), batch.max_overlap_work), batch.copies, stream);
    }
}

}  // namespace ndlease::copying
