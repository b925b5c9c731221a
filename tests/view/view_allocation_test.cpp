// SPDX-License-Identifier: Apache-2.0
// Views of rank <= 8 allocate nothing: every operator new of the process is counted.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <vector>

#include <ndlease/view.hpp>

#include "allocation_count.hpp"

namespace ndlease {
namespace {

template <class F>
std::int64_t allocations_in(F&& f) {
    const std::int64_t before = ndlease::testing::allocation_count();
    f();
    return ndlease::testing::allocation_count() - before;
}

const Format float32 = Format::number(Kind::floating, 32);
std::array<float, 256> memory{};

TEST(Allocations, the_counter_sees_what_the_library_allocates) {
    EXPECT_GT(allocations_in([] { (void)Layout(std::vector<std::int64_t>(9, 1), std::vector<std::int64_t>(9, 4)); }), 0);
}

TEST(Allocations, lending_slicing_and_copying_a_view_of_rank_8_allocates_nothing) {
    int runs = 0;
    {
        const View warm = View::lend(memory.data(), Device::cpu(), float32, Layout({1}, {4}), {.release = [&runs](const ReleaseInfo&) { ++runs; }});
    }
    EXPECT_EQ(allocations_in([&] {
                  const View v = View::lend(memory.data(), Device::cpu(), float32, Layout::c_order({2, 2, 2, 2, 2, 2, 2, 2}, 4),
                                            {.allocation = {memory.data(), 1024}, .release = [&runs](const ReleaseInfo&) { ++runs; }});
                  const View copy = v;
                  View slice = copy.slice(0, 1, 2).index(7, 1).permute({6, 5, 4, 3, 2, 1, 0}).flip(3);
                  slice = slice.squeeze().transpose(0, 1).expand(2).broadcast_to({3, 2, 2, 1, 2, 2, 2, 2});
                  slice = v.reshape({16, 16}).diagonal().sliding_window(0, 3).reinterpret(float32).as_bytes();
                  slice = v.split(0, {2}).merge(0, 7).as_strided({4, 4}, {16, 4});
              }),
              0);
    EXPECT_EQ(runs, 2);
}

TEST(Allocations, releasing_allocates_nothing) {
    int runs = 0;
    View nested = View::lend(memory.data(), Device::cpu(), float32, Layout({1}, {4}), {.release = [&runs](const ReleaseInfo&) { ++runs; }});
    for (int k = 0; k < 100; ++k) {
        nested = View::lend(memory.data(), Device::cpu(), float32, Layout({1}, {4}),
                            {.release = [&runs, inner = std::move(nested)](const ReleaseInfo&) { ++runs; }});
    }
    EXPECT_EQ(allocations_in([&] { nested.release(); }), 0);
    EXPECT_EQ(runs, 101);
}

}  // namespace
}  // namespace ndlease
