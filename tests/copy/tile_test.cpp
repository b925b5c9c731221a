// SPDX-License-Identifier: Apache-2.0
// The tiles of the CPU, through their own door: around the caches and not, for every instruction set that the machine has, so that small arrays meet every
// kernel that large ones do.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>

#include "copy/instruction_sets.hpp"
#include "copy/loop_oracle.hpp"
#include "copy/random_side.hpp"
#include "copy/task.hpp"
#include "cpu/run_copy.hpp"

namespace ndlease::testing {
namespace {

std::int64_t below(Random& random, std::int64_t n) { return random.in(0, n - 1); }

/// Copies src to dst as a task of the CPU and compares the whole arena with what loops would have made of it.
::testing::AssertionResult copies(Arena& arena, const Side& dst, const Side& src, bool past_caches) {
    const std::vector<std::byte> expected = expected_after_copy(arena, dst, src);
    copying::AxisList axes;
    for (int i = 0; i < dst.rank(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        axes.push_back({dst.shape[at], dst.strides[at], src.strides[at]});
    }
    const detail::CopyTask task = copying::build_task(&axes, {dst.itemsize, dst.itemsize, false, {}, {}});
    cpu::run_copy_here({task, arena.at(dst.data) + task.dst_offset, arena.at(src.data) + task.src_offset, {}, 1, false, past_caches});
    if (arena.bytes() == expected) return ::testing::AssertionSuccess();
    const auto at = std::mismatch(expected.begin(), expected.end(), arena.bytes().begin()).first - expected.begin();
    return ::testing::AssertionFailure() << to_string(task.path) << ", src: " << src.to_string() << "  dst: " << dst.to_string()
                                         << (past_caches ? ", past caches" : "") << ": byte " << at << " of the arena";
}

/// Packed on both sides, the axes of the source in another order; `gap` more bytes per innermost row on each side.
::testing::AssertionResult permutes(Random& random, const Numbers& shape, const std::vector<int>& order, std::int64_t itemsize, bool past_caches) {
    const auto strides_of = [&](const std::vector<int>& axes, std::int64_t gap) {
        Numbers strides(shape.size());
        std::int64_t run = itemsize;
        for (auto i = axes.rbegin(); i != axes.rend(); ++i) {
            const auto axis = static_cast<std::size_t>(*i);
            strides[axis] = run;
            run = run * shape[axis] + (i == axes.rbegin() ? gap : 0);
        }
        return strides;
    };
    std::vector<int> identity(shape.size());
    std::iota(identity.begin(), identity.end(), 0);
    const std::int64_t gap = below(random, 3) == 0 ? below(random, 70) : 0;
    const Numbers dst_strides = strides_of(identity, below(random, 4) == 0 ? gap : 0);
    Numbers src_strides = strides_of(order, gap);
    if (below(random, 4) == 0) {
        const auto flipped = static_cast<std::size_t>(order.back());
        src_strides[flipped] = -src_strides[flipped];
    }
    Arena arena(random, bytes_needed(shape, dst_strides, itemsize) + bytes_needed(shape, src_strides, itemsize) + 512);
    const Side dst = place(random, arena, shape, dst_strides, itemsize);
    const Side src = place(random, arena, shape, src_strides, itemsize);
    return copies(arena, dst, src, past_caches);
}

class Tiles : public ::testing::TestWithParam<std::int64_t> {};

// src: (m,n):(1,m) items  dst: (m,n):(n,1)
TEST_P(Tiles, every_remainder_in_two_dimensions) {
    const InstructionSet set(GetParam());
    for (const std::int64_t itemsize : {1, 2, 3, 4, 6, 8, 12, 16, 24, 32}) {
        Random random(static_cast<std::uint64_t>(itemsize));
        for (const std::int64_t m : {2, 3, 4, 5, 7, 8, 15, 17, 31, 33, 64, 65, 130}) {
            for (const std::int64_t n : {2, 3, 4, 7, 16, 19, 35, 64, 67, 129}) ASSERT_TRUE(permutes(random, {m, n}, {1, 0}, itemsize, below(random, 2) == 0));
        }
    }
}

TEST_P(Tiles, runs_longer_than_a_tile) {
    const InstructionSet set(GetParam());
    for (const std::int64_t itemsize : {1, 2, 3, 4, 8, 12, 16}) {
        Random random(static_cast<std::uint64_t>(itemsize) + 100);
        for (const bool past_caches : {false, true}) {
            ASSERT_TRUE(permutes(random, {3, 9001}, {1, 0}, itemsize, past_caches));
            ASSERT_TRUE(permutes(random, {9001, 3}, {1, 0}, itemsize, past_caches));
            ASSERT_TRUE(permutes(random, {7, 2503}, {1, 0}, itemsize, past_caches));
            ASSERT_TRUE(permutes(random, {613, 301}, {1, 0}, itemsize, past_caches));
            ASSERT_TRUE(permutes(random, {5, 700, 2}, {0, 2, 1}, itemsize, past_caches));
        }
    }
}

TEST_P(Tiles, every_rank_with_small_extents) {
    const InstructionSet set(GetParam());
    for (std::uint64_t seed = 0; seed < 600; ++seed) {
        Random random(seed);
        const int rank = 2 + static_cast<int>(below(random, 9));
        Numbers shape;
        std::int64_t elements = 1;
        for (int i = 0; i < rank; ++i) {
            shape.push_back(2 + below(random, rank > 5 ? 2 : 12));
            elements *= shape.back();
        }
        if (elements > 40'000) continue;
        std::vector<int> order(shape.size());
        std::iota(order.begin(), order.end(), 0);
        for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[static_cast<std::size_t>(below(random, static_cast<std::int64_t>(i)))]);
        const std::int64_t sizes[] = {1, 2, 3, 4, 5, 6, 8, 12, 16, 20, 24, 40, 63};
        ASSERT_TRUE(permutes(random, shape, order, sizes[below(random, 13)], below(random, 2) == 0)) << "seed " << seed;
    }
}

INSTANTIATE_TEST_SUITE_P(sets, Tiles, ::testing::ValuesIn(instruction_sets()), [](const auto& set) { return instruction_set_name(set.param); });

}  // namespace
}  // namespace ndlease::testing
