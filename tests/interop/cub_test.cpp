// SPDX-License-Identifier: Apache-2.0
// What CUB's calls are given, with a stand-in on the CPU that takes its arguments as CUB's segmented reduction does.
#include <cstdint>
#include <iterator>
#include <vector>

#include <gtest/gtest.h>

#include <ndlease/error.hpp>
#include <ndlease/interop/cub.hpp>

#include "interop/strided_views.hpp"
#include "view/refusal.hpp"

namespace ndlease {
namespace {

static_assert(std::random_access_iterator<SegmentOffsets>);

/// As cub::DeviceSegmentedReduce::Sum; `storage` NULL asks how much it needs.
template <class In, class Out, class Begins, class Ends>
int segmented_sum(void* storage, std::size_t& bytes, In in, Out out, std::int64_t count, Begins begins, Ends ends) {
    if (storage == nullptr) {
        bytes = 100;
        return 0;
    }
    static_cast<char*>(storage)[bytes - 1] = 1;
    for (std::int64_t i = 0; i < count; ++i) {
        double sum = 0;
        for (auto at = begins[i]; at < ends[i]; ++at) sum += in[at];
        out[i] = sum;
    }
    return 0;
}

TEST(Cub, segments_of_strided_views) {
    testing::StridedViews make(1, sizeof(double));
    for (int number = 0; number < 1000; ++number) {
        const int rank = static_cast<int>(make.pick(1, 4));
        const int axes = static_cast<int>(make.pick(0, rank));
        const View view = make.view(Format::of<double>(), make.shape(rank, 4));
        SCOPED_TRACE(to_string(view) + " over " + std::to_string(axes));
        testing::each_index(view.shape(), [&](const Dims& index) { testing::element<double>(view, index) = static_cast<double>(make.pick(-9, 9)); });
        const Segments parts = segments(view, axes);
        std::vector<double> sums(static_cast<std::size_t>(parts.count), -1);
        const int status = with_temporary_storage(StreamRef::host(), host_memory(), [&](void* storage, std::size_t& bytes) {
            return segmented_sum(storage, bytes, elements<const double>(view).begin(), sums.begin(), parts.count, parts.begins(), parts.ends());
        });
        EXPECT_EQ(status, 0);
        std::vector<double> wanted;
        Dims outer = view.shape();
        for (int axis = rank - axes; axis < rank; ++axis) outer[axis] = 1;
        testing::each_index(outer, [&](const Dims& base) {
            View rest = view;
            for (int axis = 0; axis < rank - axes; ++axis) rest = rest.index(0, base[axis]);
            double sum = 0;
            testing::each_index(rest.shape(), [&](const Dims& index) { sum += testing::element<double>(rest, index); });
            wanted.push_back(sum);
        });
        EXPECT_EQ(sums, wanted);
        if (HasFailure()) return;
    }
    const View view = make.view(Format::of<double>(), Dims{2, 3});
    expect_refused([&] { (void)segments(view, 3); }, errc::out_of_range, "3 axes of a view of rank 2");
}

TEST(Cub, a_status_ends_it_and_no_storage_is_still_an_address) {
    int calls = 0;
    const auto failing = [&](void*, std::size_t&) { return ++calls, 7; };
    EXPECT_EQ(with_temporary_storage(StreamRef::host(), host_memory(), failing), 7);
    EXPECT_EQ(calls, 1);
    bool had_address = false;
    const auto needs_none = [&](void* storage, std::size_t& bytes) {
        if (storage == nullptr) {
            bytes = 0;
        } else {
            had_address = true;
        }
        return 0;
    };
    EXPECT_EQ(with_temporary_storage(StreamRef::host(), host_memory(), needs_none), 0);
    EXPECT_TRUE(had_address);
}

}  // namespace
}  // namespace ndlease
