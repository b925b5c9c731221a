// SPDX-License-Identifier: Apache-2.0
#include "compare.hpp"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <vector>

#include "expected.hpp"
#include "oracle.hpp"
#include "parts.hpp"

namespace ndlease::patterns {
namespace {

struct Axis {
    std::int64_t extent, src, dst;  // strides in bytes
};

/// The positions of some axes, relative to where they start. The last axis may be cut into pieces; the outer loop counts those.
struct Group {
    std::vector<std::int64_t> src, dst;  // bytes
    std::int64_t per_step = 1;           // positions before one step of the axis that is cut
    std::int64_t piece = 0;              // its extent here
    std::int64_t whole = 0;              // its extent in all; 0: none is cut
};

/// Takes axes in their order until `most` positions are covered, and leaves the others, and what is left of the one that is cut, in *axes.
/// The cut one comes first there; it is the only one whose last piece may be short.
Group take_group(std::vector<Axis>* axes, std::int64_t most) {
    Group group;
    group.src = group.dst = {0};
    while (!axes->empty() && static_cast<std::int64_t>(group.src.size()) < most / 2) {
        Axis& axis = axes->front();
        const auto taken = static_cast<std::int64_t>(group.src.size());
        const bool cut = taken * axis.extent > 2 * most;
        const std::int64_t count = cut ? most / taken : axis.extent;
        for (std::int64_t i = 1; i < count; ++i) {
            for (std::int64_t k = 0; k < taken; ++k) {
                group.src.push_back(group.src[static_cast<std::size_t>(k)] + i * axis.src);
                group.dst.push_back(group.dst[static_cast<std::size_t>(k)] + i * axis.dst);
            }
        }
        if (cut) {
            group.per_step = taken;
            group.piece = count;
            group.whole = axis.extent;
            axis = {(axis.extent + count - 1) / count, axis.src * count, axis.dst * count};
            return group;
        }
        axes->erase(axes->begin());
    }
    return group;
}

struct Walk {
    std::int64_t src_start = 0, dst_start = 0;  // bytes
    std::int64_t item = 1;                      // bytes of a source item, or of the run that items form on both sides
    std::int64_t dst_item = 1;
    Group along_dst, along_src;
    std::vector<Axis> outer;  // what is cut comes last: first along_src's, then along_dst's
    std::int64_t outer_count = 1;
};

Walk plan_walk(const Copy& copy) {
    Walk walk;
    walk.src_start = copy.src.offset;
    walk.dst_start = copy.dst.offset;
    walk.item = copy.src.itemsize;
    walk.dst_item = copy.dst.itemsize;
    std::vector<Axis> axes;
    for (int i = 0; i < copy.dst.shape.size(); ++i) {
        Axis axis{copy.dst.shape[i], copy.src.strides[i], copy.dst.strides[i]};
        if (axis.extent == 1) continue;
        if (axis.dst < 0) {
            walk.src_start += (axis.extent - 1) * axis.src;
            walk.dst_start += (axis.extent - 1) * axis.dst;
            axis.src = -axis.src;
            axis.dst = -axis.dst;
        }
        axes.push_back(axis);
    }
    std::sort(axes.begin(), axes.end(), [](const Axis& a, const Axis& b) { return a.dst < b.dst; });
    while (copy.change == Change::none && !axes.empty() && axes.front().dst == walk.item && axes.front().src == walk.item) {
        walk.item *= axes.front().extent;
        axes.erase(axes.begin());
    }
    if (copy.change == Change::none) walk.dst_item = walk.item;
    if (const std::int64_t piece = std::gcd(walk.item, std::int64_t{1} << 16); piece >= 4096 && piece < walk.item) {  // for the threads' sake
        axes.insert(axes.begin(), {walk.item / piece, piece, piece});
        walk.item = walk.dst_item = piece;
    }
    walk.along_dst = take_group(&axes, 128);
    std::vector<Axis> left(axes.begin() + (walk.along_dst.whole != 0 ? 1 : 0), axes.end());
    std::sort(left.begin(), left.end(), [](const Axis& a, const Axis& b) { return std::abs(a.src) < std::abs(b.src); });
    walk.along_src = take_group(&left, 64);
    walk.outer.assign(left.rbegin(), left.rend());
    if (walk.along_dst.whole != 0) walk.outer.push_back(axes.front());
    for (const Axis& axis : walk.outer) walk.outer_count *= axis.extent;
    return walk;
}

std::size_t positions(const Group& group, std::int64_t piece_index) {
    if (group.whole == 0) return group.src.size();
    return static_cast<std::size_t>(group.per_step * std::min(group.piece, group.whole - piece_index * group.piece));
}

/// Calls visit(src offset, dst offset, n, m) for each outer position from `begin` to `end`, with the numbers of positions to visit in both groups.
template <class Visit>
void walk_outer(const Walk& walk, std::int64_t begin, std::int64_t end, const Visit& visit) {
    const std::size_t rank = walk.outer.size();
    std::vector<std::int64_t> index(rank, 0);
    std::int64_t src = walk.src_start;
    std::int64_t dst = walk.dst_start;
    std::int64_t rest = begin;
    for (std::size_t axis = rank; axis-- > 0;) {
        index[axis] = rest % walk.outer[axis].extent;
        rest /= walk.outer[axis].extent;
        src += index[axis] * walk.outer[axis].src;
        dst += index[axis] * walk.outer[axis].dst;
    }
    const bool dst_cut = walk.along_dst.whole != 0;
    const bool src_cut = walk.along_src.whole != 0;
    for (std::int64_t left = end - begin; left > 0; --left) {
        const std::size_t n = positions(walk.along_dst, dst_cut ? index[rank - 1] : 0);
        const std::size_t m = positions(walk.along_src, src_cut ? index[rank - (dst_cut ? 2 : 1)] : 0);
        visit(src, dst, n, m);
        for (std::size_t axis = rank; axis-- > 0;) {
            src += walk.outer[axis].src;
            dst += walk.outer[axis].dst;
            if (++index[axis] < walk.outer[axis].extent) break;
            src -= walk.outer[axis].extent * walk.outer[axis].src;
            dst -= walk.outer[axis].extent * walk.outer[axis].dst;
            index[axis] = 0;
        }
    }
}

/// right(src, dst): whether one item is.
template <class Right>
bool compare(const Walk& walk, const std::byte* src, const std::byte* dst, int threads, const Right& right) {
    std::atomic<bool> all_right{true};
    in_parts(walk.outer_count, threads, [&](std::int64_t begin, std::int64_t end) {
        bool good = true;
        walk_outer(walk, begin, end, [&](std::int64_t src_at, std::int64_t dst_at, std::size_t n, std::size_t m) {
            const std::int64_t* const src_steps = walk.along_dst.src.data();
            const std::int64_t* const dst_steps = walk.along_dst.dst.data();
            for (std::size_t j = 0; j < m; ++j) {
                const std::byte* const from = src + src_at + walk.along_src.src[j];
                const std::byte* const to = dst + dst_at + walk.along_src.dst[j];
                for (std::size_t i = 0; i < n; ++i) good &= right(from + src_steps[i], to + dst_steps[i]);
            }
        });
        if (!good) all_right = false;
    });
    return all_right;
}

template <class T>
bool compare_as(const Walk& walk, const std::byte* src, const std::byte* dst, int threads) {
    return compare(walk, src, dst, threads, [](const std::byte* from, const std::byte* to) { return load<T>(from) == load<T>(to); });
}

template <Change change>
bool compare_changed(const Walk& walk, const std::byte* src, const std::byte* dst, int threads) {
    return compare(walk, src, dst, threads, [](const std::byte* from, const std::byte* to) { return item_is_right(change, from, to, 0); });
}

template <int itemsize>
bool compare_swapped(const Walk& walk, const std::byte* src, const std::byte* dst, int threads) {
    return compare(walk, src, dst, threads, [](const std::byte* from, const std::byte* to) { return item_is_right(Change::byte_order, from, to, itemsize); });
}

}  // namespace

bool all_items_right(const Copy& copy, std::span<const std::byte> src_buffer, std::span<const std::byte> dst_buffer, int threads) {
    if (copy.dst.size() == 0) return true;
    const Walk walk = plan_walk(copy);
    const std::byte* const src = src_buffer.data();
    const std::byte* const dst = dst_buffer.data();
    switch (copy.change) {
        case Change::f32_to_bf16: return compare_changed<Change::f32_to_bf16>(walk, src, dst, threads);
        case Change::f32_to_f16: return compare_changed<Change::f32_to_f16>(walk, src, dst, threads);
        case Change::u8_to_f32: return compare_changed<Change::u8_to_f32>(walk, src, dst, threads);
        case Change::f32_to_f64: return compare_changed<Change::f32_to_f64>(walk, src, dst, threads);
        case Change::byte_order:
            switch (walk.item) {
                case 2: return compare_swapped<2>(walk, src, dst, threads);
                case 4: return compare_swapped<4>(walk, src, dst, threads);
                case 8: return compare_swapped<8>(walk, src, dst, threads);
                default: break;
            }
            return compare(walk, src, dst, threads,
                           [item = walk.item](const std::byte* from, const std::byte* to) { return item_is_right(Change::byte_order, from, to, item); });
        case Change::none: break;
    }
    switch (walk.item) {
        case 1: return compare_as<std::uint8_t>(walk, src, dst, threads);
        case 2: return compare_as<std::uint16_t>(walk, src, dst, threads);
        case 4: return compare_as<std::uint32_t>(walk, src, dst, threads);
        case 8: return compare_as<std::uint64_t>(walk, src, dst, threads);
        default: break;
    }
    return compare(walk, src, dst, threads,
                   [item = static_cast<std::size_t>(walk.item)](const std::byte* from, const std::byte* to) { return std::memcmp(from, to, item) == 0; });
}

void erase_items(const Copy& copy, std::span<std::byte> dst, int threads) {
    if (copy.dst.size() == 0) return;
    const Walk walk = plan_walk(copy);
    in_parts(walk.outer_count, threads, [&](std::int64_t begin, std::int64_t end) {
        walk_outer(walk, begin, end, [&](std::int64_t, std::int64_t dst_at, std::size_t n, std::size_t m) {
            for (std::size_t j = 0; j < m; ++j) {
                for (std::size_t i = 0; i < n; ++i) {
                    std::memset(dst.data() + dst_at + walk.along_src.dst[j] + walk.along_dst.dst[i], std::to_integer<int>(poison),
                                static_cast<std::size_t>(walk.dst_item));
                }
            }
        });
    });
}

}  // namespace ndlease::patterns
