// SPDX-License-Identifier: Apache-2.0
#include "copy/batch_order.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "copy/overlap.hpp"
#include "copy/plan_parts.hpp"

namespace ndlease::copying {
namespace {

/// Looks at two sides whose byte ranges meet; beyond this many, and comparisons of ranges, the search gives up.
constexpr int most_looks = 4096;
constexpr std::int64_t most_comparisons = 1'000'000;

/// One side of a copy that moves something.
struct Reach {
    ByteRange range;
    int copy;
    bool is_written;
};

/// Everything, where the bytes of a side are not known before pointers are followed.
ByteRange range_of(const PlacedCopy& copy, bool is_written) noexcept {
    const detail::CopyTask& task = PlanParts::task(copy);
    const ByteRange everything{0, std::numeric_limits<std::uintptr_t>::max()};
    if (task.path == CopyPath::indirect) return everything;
    const std::int64_t itemsize = is_written ? task.dst_itemsize : task.src_itemsize;
    ByteRange range{};
    const bool known = byte_range(task.shape, is_written ? task.dst_strides : task.src_strides, task.run_bytes > 0 ? task.run_bytes : itemsize,
                                  is_written ? PlanParts::dst(copy) : PlanParts::src(copy), &range);
    return known ? range : everything;
}

bool share_bytes(const PlacedCopy& a, bool a_written, const PlacedCopy& b, bool b_written, std::int64_t max_work) {
    struct Shape {
        const detail::CopyTask& task;
        std::uintptr_t address;
        std::int64_t run_bytes;
        Layout layout;
    };
    const auto shape_of = [](const PlacedCopy& copy, bool is_written) {
        const detail::CopyTask& task = PlanParts::task(copy);
        const std::int64_t itemsize = is_written ? task.dst_itemsize : task.src_itemsize;
        return Shape{task, is_written ? PlanParts::dst(copy) : PlanParts::src(copy), task.run_bytes > 0 ? task.run_bytes : itemsize,
                     Layout(task.shape, is_written ? task.dst_strides : task.src_strides)};
    };
    const Shape left = shape_of(a, a_written);
    const Shape right = shape_of(b, b_written);
    if (left.task.path == CopyPath::indirect || right.task.path == CopyPath::indirect) return true;
    return mutual_overlap(left.address, left.layout, left.run_bytes, right.address, right.layout, right.run_bytes, max_work) != Overlap::no;
}

/// Pairs (earlier, later) of copies that share bytes of which one writes some; false when the search gave up.
bool find_conflicts(std::span<const PlacedCopy> copies, std::int64_t max_work, std::vector<std::pair<int, int>>* conflicts) {
    std::vector<Reach> reaches;
    reaches.reserve(2 * copies.size());
    for (std::size_t i = 0; i < copies.size(); ++i) {
        if (PlanParts::moves_nothing(copies[i])) continue;
        for (const bool is_written : {true, false}) reaches.push_back({range_of(copies[i], is_written), static_cast<int>(i), is_written});
    }
    std::sort(reaches.begin(), reaches.end(), [](const Reach& a, const Reach& b) { return a.range.lower < b.range.lower; });
    std::vector<Reach> open;
    int looks = 0;
    std::int64_t comparisons = 0;
    for (const Reach& reach : reaches) {
        std::erase_if(open, [&reach](const Reach& other) { return other.range.upper <= reach.range.lower; });
        comparisons += static_cast<std::int64_t>(open.size());
        if (comparisons > most_comparisons) return false;
        for (const Reach& other : open) {
            if (other.copy == reach.copy || !(other.is_written || reach.is_written)) continue;
            if (++looks > most_looks) return false;
            const PlacedCopy& a = copies[static_cast<std::size_t>(other.copy)];
            const PlacedCopy& b = copies[static_cast<std::size_t>(reach.copy)];
            if (share_bytes(a, other.is_written, b, reach.is_written, max_work)) conflicts->push_back(std::minmax(other.copy, reach.copy));
        }
        open.push_back(reach);
    }
    return true;
}

}  // namespace

std::vector<int> order_batch(std::span<const PlacedCopy> copies, std::int64_t max_work) {
    std::vector<int> order(copies.size(), 0);
    std::vector<std::pair<int, int>> conflicts;
    if (!find_conflicts(copies, max_work, &conflicts)) {
        std::iota(order.begin(), order.end(), 0);
        return order;
    }
    std::sort(conflicts.begin(), conflicts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    for (const auto& [earlier, later] : conflicts) {
        int& place = order[static_cast<std::size_t>(later)];
        place = std::max(place, order[static_cast<std::size_t>(earlier)] + 1);
    }
    return order;
}

}  // namespace ndlease::copying
