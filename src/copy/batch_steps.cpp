// SPDX-License-Identifier: Apache-2.0
#include "copy/batch_steps.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "backend/backend.hpp"
#include "copy/batch_order.hpp"

#include <ndlease/error.hpp>

namespace ndlease::copying {
namespace {

/// More bytes are worth a launch of their own, with the kernel that fits them best.
constexpr std::int64_t largest_entry = std::int64_t{8} << 20;

BatchStep make_step(std::span<const PlacedCopy> copies, std::span<const std::size_t> group, Device device) {
    BatchStep step;
    std::vector<backend::BatchEntry> entries;
    entries.reserve(group.size());
    for (const std::size_t number : group) {
        if (PlanParts::moves_nothing(copies[number])) continue;
        backend::BatchEntry entry{};
        if (PlanParts::fits_batch(copies[number], device, largest_entry, &entry)) {
            entries.push_back(entry);
        } else {
            step.alone.push_back(number);
        }
    }
    step.count_together = entries.size();
    if (!entries.empty()) step.together = backend::require_cuda("copy_batch").prepare_batch(entries);
    return step;
}

}  // namespace

std::vector<BatchStep> make_steps(std::span<const PlacedCopy> copies, Device device, std::int64_t max_overlap_work) {
    const std::vector<int> order = order_batch(copies, max_overlap_work);
    std::vector<std::size_t> numbers(copies.size());
    std::iota(numbers.begin(), numbers.end(), std::size_t{0});
    if (!std::is_sorted(order.begin(), order.end())) {
        std::stable_sort(numbers.begin(), numbers.end(), [&order](std::size_t a, std::size_t b) { return order[a] < order[b]; });
    }
    std::vector<BatchStep> steps;
    for (std::size_t begin = 0; begin < numbers.size();) {
        std::size_t end = begin + 1;
        while (end < numbers.size() && order[numbers[end]] == order[numbers[begin]]) ++end;
        steps.push_back(make_step(copies, std::span(numbers).subspan(begin, end - begin), device));
        begin = end;
    }
    return steps;
}

void run_steps(std::span<const BatchStep> steps, std::span<const PlacedCopy> copies, StreamRef stream) {
    std::size_t enqueued = 0;
    try {
        for (const BatchStep& step : steps) {
            if (step.together != nullptr) step.together->run(stream);
            enqueued += step.count_together;
            for (const std::size_t number : step.alone) {
                PlanParts::run(copies[number], stream);
                ++enqueued;
            }
        }
    } catch (const Error& error) {
        throw Error(error.code(),
                    "copy_batch: " + std::string(error.what()) + "; of " + std::to_string(copies.size()) + " pairs " + std::to_string(enqueued) +
                        " were enqueued before",
                    static_cast<std::int64_t>(enqueued));
    }
}

}  // namespace ndlease::copying
