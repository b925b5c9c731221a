// SPDX-License-Identifier: Apache-2.0
// The bytes that a pattern needs to move, and those that memory moves at least.
#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "pattern.hpp"

namespace ndlease::patterns {
namespace {

constexpr std::int64_t granule = 64;  // bytes that memory moves at once

std::int64_t distinct_items(const Strided& side) {
    std::int64_t count = 1;
    for (int axis = 0; axis < side.shape.size(); ++axis) {
        if (side.strides[axis] != 0) count *= side.shape[axis];
    }
    return count;
}

struct Granules {
    std::int64_t touched = 0;  // bytes
    std::int64_t partial = 0;  // bytes of granules in which some bytes are not touched
};

/// Items are joined into spans: along each axis from the smallest stride up, as long as neighbours are less than a granule apart.
Granules granules_of(const Strided& side) {
    std::vector<std::pair<std::int64_t, std::int64_t>> axes;  // stride, extent
    for (int axis = 0; axis < side.shape.size(); ++axis) {
        if (side.strides[axis] != 0 && side.shape[axis] > 1) axes.emplace_back(std::abs(side.strides[axis]), side.shape[axis]);
    }
    std::sort(axes.begin(), axes.end());
    std::int64_t span = side.itemsize;  // bytes from the first to the last byte of one span
    std::int64_t spans = 1;
    bool gaps = false;
    bool aligned = true;
    for (const auto& [stride, extent] : axes) {
        if (spans == 1 && stride < span + granule) {
            gaps = gaps || stride > span;
            span += stride * (extent - 1);
        } else {
            aligned = aligned && stride % granule == 0;
            spans *= extent;
        }
    }
    const std::int64_t start = side.offset % granule;
    const auto touched_by = [&](std::int64_t first) { return (first + span + granule - 1) / granule; };
    const std::int64_t per_span = aligned ? touched_by(start) : (span - 1 + granule - 1) / granule + 1;
    Granules result;
    result.touched = spans * per_span * granule;
    if (gaps) {
        result.partial = result.touched;
    } else if (aligned) {
        const std::int64_t edges = (start != 0 ? 1 : 0) + ((start + span) % granule != 0 ? 1 : 0);
        result.partial = spans * std::min(edges, per_span) * granule;
    } else {
        result.partial = spans * std::min<std::int64_t>(2, per_span) * granule;
    }
    return result;
}

}  // namespace

std::int64_t Copy::useful_bytes() const { return distinct_items(src) * src.itemsize + distinct_items(dst) * dst.itemsize; }

std::int64_t Copy::modelled_bytes() const {
    const Granules read = granules_of(src);
    const Granules written = granules_of(dst);
    return read.touched + written.touched + written.partial;
}

}  // namespace ndlease::patterns
