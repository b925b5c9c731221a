// SPDX-License-Identifier: Apache-2.0
// Large copies inside of a caller's own oneTBB tasks.
#include <gtest/gtest.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <numeric>

#include <ndlease/copy.hpp>
#include <ndlease/format_types.hpp>

namespace ndlease::testing {
namespace {

View counted(std::int64_t count) {
    View view = allocate(Format::of<std::int32_t>(), {count});
    auto* const values = static_cast<std::int32_t*>(view.mutable_data());
    std::iota(values, values + count, 1);
    return view;
}

TEST(copy_in_tasks, is_whole_after_the_callers_tasks_were_cancelled) {
    const View src = counted(1'000'000);
    const View dst = allocate(src.format(), src.shape());
    std::memset(dst.mutable_data(), 0, static_cast<std::size_t>(dst.nbytes()));
    tbb::task_arena arena(4);
    arena.execute([&] {
        tbb::task_group_context callers;
        tbb::parallel_for(
            0, 1,
            [&](int) {
                callers.cancel_group_execution();
                copy(dst, src);
            },
            callers);
    });
    EXPECT_EQ(std::memcmp(dst.data(), src.data(), static_cast<std::size_t>(src.nbytes())), 0);
}

TEST(copy_in_tasks, runs_no_other_task_of_the_caller_while_it_waits) {
    const View src = counted(1'000'000);
    std::atomic<int> inside_a_copy{0};
    const tbb::global_control threads(tbb::global_control::max_allowed_parallelism, 4);
    tbb::task_arena arena(4);
    arena.execute([&] {
        tbb::parallel_for(
            0, 1000,
            [&](int) {
                thread_local bool copying = false;
                if (copying) ++inside_a_copy;
                copying = true;
                const View dst = allocate(src.format(), src.shape());
                copy(dst, src);
                copying = false;
            },
            tbb::simple_partitioner());
    });
    EXPECT_EQ(inside_a_copy, 0);
}

}  // namespace
}  // namespace ndlease::testing
