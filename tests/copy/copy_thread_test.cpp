// SPDX-License-Identifier: Apache-2.0
// Large copies on several threads: each path above the size from which threads work, against the same copy on one thread, and one
// plan run by several threads at once.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <numeric>
#include <thread>
#include <vector>

#include <ndlease/copy.hpp>
#include <ndlease/format_types.hpp>

// The thread sanitizer does not see how oneTBB, built without it, orders its own task objects. Only what its headers and
// their atomics touch is passed over: races between parts of a copy have other code on top.
extern "C" const char* __tsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier): the sanitizer's name
extern "C" const char* __tsan_default_suppressions() { return "race_top:/tbb/\nrace_top:atomic_base.h\n"; }  // NOLINT(bugprone-reserved-identifier)

namespace ndlease::testing {
namespace {

const Format int32 = Format::of<std::int32_t>();

View counted(std::initializer_list<std::int64_t> shape) {
    View view = allocate(int32, shape);
    auto* const values = static_cast<std::int32_t*>(view.mutable_data());
    std::iota(values, values + view.size(), 1);
    return view;
}

bool same_bytes(const View& a, const View& b) {
    return a.is_contiguous() && b.is_contiguous() && std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.nbytes())) == 0;
}

void check(const View& src, CopyPath path, const Format& format = int32) {
    const View one = allocate(format, src.shape());
    const View two = allocate(format, src.shape());
    copy(one, src, {.conversion = Conversion::cpp, .max_threads = 1});
    const CopyPlan plan = CopyPlan::make(two, src, {.conversion = Conversion::cpp, .max_threads = 2});
    EXPECT_EQ(plan.path(), path);
    plan.run();
    EXPECT_TRUE(same_bytes(one, two));
    std::memset(two.mutable_data(), 0, static_cast<std::size_t>(two.nbytes()));
    copy(two, src, {.conversion = Conversion::cpp});
    EXPECT_TRUE(same_bytes(one, two));
}

TEST(copy_threads, one_run) { check(counted({700, 1000}), CopyPath::one_run); }
TEST(copy_threads, rows) { check(counted({700, 1000}).slice(1, 100, 900), CopyPath::rows); }
TEST(copy_threads, tiles) { check(counted({700, 1000}).transpose(), CopyPath::tiles); }
TEST(copy_threads, short_outer_axis) { check(counted({350'000, 2}).transpose(), CopyPath::tiles); }
TEST(copy_threads, gather) { check(counted({700'000}).slice(0, {}, {}, 2), CopyPath::gather); }
TEST(copy_threads, broadcast) { check(counted({1000, 1}).broadcast_to({1000, 700}), CopyPath::broadcast); }
TEST(copy_threads, convert) { check(counted({700, 1000}).transpose(), CopyPath::convert, Format::of<double>()); }

TEST(copy_threads, over_itself) {
    const View view = counted({700, 1000});
    const View expected = contiguous(view.flip(0), Order::c);
    copy(view, view.flip(0));
    EXPECT_TRUE(same_bytes(view, expected));
}

TEST(copy_threads, one_plan_on_many_threads) {
    const View src = counted({40, 50}).transpose();
    std::vector<View> results;
    for (int i = 0; i < 4; ++i) results.push_back(allocate(int32, src.shape()));
    const CopyPlan plan = CopyPlan::make(results[0], src);
    std::vector<std::thread> threads;
    for (const View& result : results) threads.emplace_back([&plan, &result, &src] { plan.run(result.mutable_data(), src.data()); });
    for (std::thread& thread : threads) thread.join();
    for (const View& result : results) EXPECT_TRUE(same_bytes(result, results[0]));
}

}  // namespace
}  // namespace ndlease::testing
