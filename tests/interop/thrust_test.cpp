// SPDX-License-Identifier: Apache-2.0
// Thrust's algorithms in place on strided Views, run by its sequential and its OpenMP back end (the program is compiled for each), against the standard
// library's on copies.
#include <thrust/device_vector.h>
#include <thrust/execution_policy.h>
#include <thrust/gather.h>
#include <thrust/host_vector.h>
#include <thrust/reduce.h>
#include <thrust/scan.h>
#include <thrust/sequence.h>
#include <thrust/sort.h>
#include <thrust/transform.h>
#include <thrust/unique.h>
#include <thrust/universal_vector.h>

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_OMP
#include <thrust/system/omp/execution_policy.h>
#endif

#include <algorithm>
#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include <ndlease/error.hpp>
#include <ndlease/interop/thrust.hpp>

#include "interop/strided_views.hpp"
#include "view/refusal.hpp"

namespace ndlease {
namespace {

using testing::StridedViews;

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_OMP
const auto& par = thrust::omp::par;
#else
const auto& par = thrust::cpp::par;
#endif

/// The elements in C order of indices, by indices alone.
std::vector<double> copy_of(const View& view) {
    std::vector<double> copy;
    testing::each_index(view.shape(), [&](const Dims& index) { copy.push_back(testing::element<double>(view, index)); });
    return copy;
}

/// Random Views without overlaps, filled with small numbers; f(view, its elements' copy).
template <class F>
void on_random_views(unsigned seed, int rank, std::int64_t most, F f) {
    StridedViews make(seed, sizeof(double));
    int done = 0;
    for (int number = 0; number < 150; ++number) {
        const View view = make.view(Format::of<double>(), make.shape(rank, most));
        if (internal_overlap(view.layout(), 8) != Overlap::no) continue;
        SCOPED_TRACE(to_string(view));
        testing::each_index(view.shape(), [&](const Dims& index) { testing::element<double>(view, index) = static_cast<double>(make.pick(-20, 20)); });
        f(view, copy_of(view));
        ++done;
        if (::testing::Test::HasFailure()) return;
    }
    EXPECT_GT(done, 80);
}

TEST(Thrust, sorts_a_column_in_place) {
    on_random_views(1, 2, 60, [](const View& view, const std::vector<double>& before) {
        const View column = view.index(1, -1);
        std::vector<double> wanted = copy_of(column);
        const PolicyScope scope(par, StreamRef::host(), writes(column));
        const auto range = line<double>(column);
        thrust::sort(scope.policy(), range.begin(), range.end());
        std::sort(wanted.begin(), wanted.end());
        EXPECT_EQ(copy_of(column), wanted);
        std::vector<double> after = copy_of(view);
        for (std::size_t i = 0; i < after.size(); ++i) {
            const auto columns = static_cast<std::size_t>(view.shape()[1]);
            if (i % columns != columns - 1) {
                EXPECT_EQ(after[i], before[i]) << "beside the column";
            }
        }
    });
}

TEST(Thrust, reduces_over_a_transposed_view) {
    on_random_views(2, 3, 9, [](const View& view, const std::vector<double>&) {
        const std::vector<double> transposed = copy_of(view.transpose());
        const auto range = elements<const double>(view.transpose());
        // An operation for which order matters, so that the walk's order shows: the last element.
        EXPECT_EQ(thrust::reduce(par, range.begin(), range.end(), 0.0, [](double, double b) { return b; }), transposed.back());
        EXPECT_EQ(thrust::reduce(par, range.begin(), range.end()), std::accumulate(transposed.begin(), transposed.end(), 0.0));
    });
}

TEST(Thrust, transforms_in_place) {
    on_random_views(3, 4, 6, [](const View& view, std::vector<double> wanted) {
        const auto range = elements<double>(view);
        thrust::transform(par, range.begin(), range.end(), range.begin(), [](double x) { return 2 * x + 1; });
        for (double& x : wanted) x = 2 * x + 1;
        EXPECT_EQ(copy_of(view), wanted);
    });
}

TEST(Thrust, scans_backwards) {
    on_random_views(4, 1, 200, [](const View& view, std::vector<double> wanted) {
        const auto range = line<double>(view.flip(0));
        thrust::inclusive_scan(par, range.begin(), range.end(), range.begin());
        std::partial_sum(wanted.rbegin(), wanted.rend(), wanted.rbegin());
        EXPECT_EQ(copy_of(view), wanted);
    });
}

TEST(Thrust, unique_in_f_order) {
    on_random_views(5, 2, 12, [](const View& view, const std::vector<double>&) {
        const auto range = elements<double>(view, Order::f);
        thrust::sort(par, range.begin(), range.end(), std::greater<double>());
        std::vector<double> wanted = copy_of(view.transpose());
        const auto end = thrust::unique(par, range.begin(), range.end());
        wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
        EXPECT_EQ(std::vector<double>(range.begin(), end), wanted);
    });
}

TEST(Thrust, gathers_from_a_view) {
    on_random_views(6, 3, 7, [](const View& view, const std::vector<double>& from) {
        std::vector<int> map(from.size());
        for (std::size_t i = 0; i < map.size(); ++i) map[i] = static_cast<int>((i * 7 + 3) % map.size());
        std::vector<double> result(from.size());
        const auto range = elements<const double>(view);
        thrust::gather(par, map.begin(), map.end(), range.begin(), result.begin());
        for (std::size_t i = 0; i < map.size(); ++i) EXPECT_EQ(result[i], from[static_cast<std::size_t>(map[i])]);
    });
}

TEST(ThrustVectors, borrowed_and_owned) {
    thrust::host_vector<int> host(3, 7);
    const View borrowed = import_vector(host);
    EXPECT_EQ(borrowed.data(), host.data());
    EXPECT_FALSE(borrowed.lease());
    EXPECT_TRUE(import_vector(std::as_const(host)).is_read_only());

    thrust::device_vector<float> device(5, 2.0F);
    const float* const address = device.data().get();
    EXPECT_EQ(import_vector(device).data(), address);
    View owned = import_vector(own(std::move(device)));
    EXPECT_EQ(owned.data(), address);
    EXPECT_EQ(owned.lease().holders(), 1);
    EXPECT_EQ((owned.typed<float, 1>()(4)), 2.0F);

    thrust::universal_vector<std::int64_t> universal(4);
    thrust::sequence(universal.begin(), universal.end());
    EXPECT_EQ((import_vector(universal).flip(0).typed<std::int64_t, 1>()(0)), 3);
    ResizeLock lock;
    {
        const View locked = import_vector(host, {.lock = &lock});
        EXPECT_EQ(lock.count(), 1);
    }
    EXPECT_EQ(lock.count(), 0);
    EXPECT_EQ(import_vector(own(thrust::host_vector<double>())).size(), 0);
}

TEST(ThrustPolicies, a_scope_is_for_the_stream_that_its_policy_runs_on) {
    std::vector<double> data(4);
    const View view = View::lend(data.data(), Device::cpu(), Format::of<double>(), Layout::c_order({4}, 8), {.release = [](const ReleaseInfo&) {}});
    struct OnStream {
        [[nodiscard]] CUstream_st* on(CUstream_st* stream) const { return stream; }
    };
    expect_refused([&] { const PolicyScope scope(OnStream{}, StreamRef::host(), writes(view)); }, errc::invalid_argument, "not on the host");
    expect_refused([&] { const PolicyScope scope(par, StreamRef::host(), writes(view.read_only())); }, errc::read_only, "");
    const PolicyScope scope(par, StreamRef::host(), writes(view), reads(view));
    EXPECT_EQ(view.lease().holders(), 3) << "the scope holds the lease";
}

}  // namespace
}  // namespace ndlease
