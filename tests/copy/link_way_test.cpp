// SPDX-License-Identifier: Apache-2.0
// Which way a copy takes between the host and a device: decisions on numbers, without a device.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "copy/link_way.hpp"
#include "copy/task.hpp"
#include "copy/validate.hpp"

namespace ndlease::testing {
namespace {

using namespace copying;
using ::testing::AllOf;
using ::testing::HasSubstr;

detail::CopyTask task_of(const Dims& shape, const Dims& dst_strides, const Dims& src_strides, std::int64_t itemsize) {
    AxisList axes;
    match_axes(Layout(shape, dst_strides), Layout(shape, src_strides), &axes);
    return build_task(&axes, {itemsize, itemsize, false});
}

/// The layout of one side, of which the other is the C-contiguous copy.
struct Case {
    const char* name;
    Dims shape, strides;
    std::int64_t itemsize;
    LinkWay to_device, from_device;
    double percent_to, percent_from;  ///< of the contiguous rate, as estimated; rounded down
};

// Worked out by hand from the default costs: 35 / 55 for a kernel that reads pinned memory, 512 bytes in 9.3 ns beside a row's 2.5 ns, 1 / (2 + 0.055) for
// half of the bytes wanted and unpacked at 1000 GB/s, less 1 % where eight launches of 4 us and eight calls of 2.5 us go with 4.9 ms.

constexpr std::int64_t mib = 1 << 20;

// The host's side has these layouts. Rows 34 and 35 of the benchmark suite.
const Case host_cases[] = {
    {"contiguous", {256 * mib}, {1}, 1, LinkWay::dma, LinkWay::dma, 100, 100},
    {"rows of 64 B", {4 * mib, 64}, {128, 1}, 1, LinkWay::kernel, LinkWay::kernel, 63, 94},
    {"rows of 512 B", {mib / 2, 512}, {1024, 1}, 1, LinkWay::rows, LinkWay::kernel, 78, 94},
    {"rows of 4 KiB", {mib / 16, 4096}, {8192, 1}, 1, LinkWay::rows, LinkWay::rows, 96, 96},
    {"rows of 64 KiB", {4096, 65536}, {131072, 1}, 1, LinkWay::rows, LinkWay::rows, 99, 99},
    {"every second float", {64 * mib}, {8}, 4, LinkWay::boxed, LinkWay::kernel, 48, 47},
    {"a column", {mib}, {8192}, 4, LinkWay::kernel, LinkWay::kernel, 8, 12},
    {"transposed", {8192, 8192}, {4, 32768}, 4, LinkWay::boxed, LinkWay::kernel, 93, 94},
    {"flipped", {8192, 8192}, {32768, -4}, 4, LinkWay::boxed, LinkWay::kernel, 93, 94},
    {"one float", {1}, {4}, 4, LinkWay::dma, LinkWay::dma, 100, 100},
    {"few floats", {8}, {8}, 4, LinkWay::rows, LinkWay::rows, 99, 99},
    {"a few thousand floats", {4096}, {8}, 4, LinkWay::kernel, LinkWay::kernel, 56, 60},
    {"two long rows backwards", {2, 64 * mib}, {-128 * mib, 1}, 1, LinkWay::rows, LinkWay::rows, 99, 99},
};

// The device's side has them, and the host's is contiguous.
const Case device_cases[] = {
    {"rows of 64 B", {4 * mib, 64}, {128, 1}, 1, LinkWay::boxed, LinkWay::kernel, 93, 94},
    {"rows of 4 KiB", {mib / 16, 4096}, {8192, 1}, 1, LinkWay::rows, LinkWay::rows, 96, 96},
    {"every second float", {64 * mib}, {8}, 4, LinkWay::boxed, LinkWay::kernel, 89, 94},
    {"a column", {mib}, {8192}, 4, LinkWay::boxed, LinkWay::kernel, 67, 93},
    {"transposed", {8192, 8192}, {4, 32768}, 4, LinkWay::boxed, LinkWay::kernel, 93, 94},
    {"flipped", {8192, 8192}, {32768, -4}, 4, LinkWay::boxed, LinkWay::kernel, 93, 94},
};

/// The estimate as a part of what the same bytes take in one run.
double percent(const LinkChoice& choice, const detail::CopyTask& task) {
    double bytes = static_cast<double>(task.run_bytes);
    for (const std::int64_t extent : task.shape) bytes *= static_cast<double>(extent);
    const LinkCosts costs;
    return 100 * (1000 * costs.dma_us + bytes / costs.h2d_gbps) / choice.of(choice.way);
}

Dims packed_strides(const Case& c) {
    const Layout layout = Layout::c_order(c.shape, c.itemsize);
    return layout.strides();
}

TEST(link_way, with_the_default_costs_and_a_pinned_side) {
    for (const bool of_host : {true, false}) {
        for (const Case& c : of_host ? std::span<const Case>(host_cases) : std::span<const Case>(device_cases)) {
            const Dims packed = packed_strides(c);
            const detail::CopyTask to = of_host ? task_of(c.shape, packed, c.strides, c.itemsize) : task_of(c.shape, c.strides, packed, c.itemsize);
            const detail::CopyTask from = of_host ? task_of(c.shape, c.strides, packed, c.itemsize) : task_of(c.shape, packed, c.strides, c.itemsize);
            const LinkChoice to_device = choose_link_way(to, {true, true, true}, LinkCosts());
            const LinkChoice from_device = choose_link_way(from, {false, true, true}, LinkCosts());
            const std::string about = std::string(of_host ? "host: " : "device: ") + c.name + '\n' + describe(to_device) + '\n' + describe(from_device);
            EXPECT_STREQ(to_string(to_device.way), to_string(c.to_device)) << about;
            EXPECT_STREQ(to_string(from_device.way), to_string(c.from_device)) << about;
            EXPECT_GE(percent(to_device, to), c.percent_to) << about;
            EXPECT_LT(percent(to_device, to), c.percent_to + 1) << about;
            EXPECT_GE(percent(from_device, from), c.percent_from) << about;
            EXPECT_LT(percent(from_device, from), c.percent_from + 1) << about;
        }
    }
}

TEST(link_way, of_pageable_memory) {
    const LinkSides to_device{true, false, true};
    const LinkSides from_device{false, false, true};
    const detail::CopyTask small = task_of({1000}, {1}, {1}, 1);
    const detail::CopyTask large = task_of({256 * mib}, {1}, {1}, 1);
    const detail::CopyTask strided = task_of({1000}, {4}, {8}, 4);
    for (const LinkSides& sides : {to_device, from_device}) {
        EXPECT_EQ(choose_link_way(small, sides, LinkCosts()).way, LinkWay::straight);
        const LinkChoice staged = choose_link_way(large, sides, LinkCosts());
        EXPECT_EQ(staged.way, LinkWay::ring);
        EXPECT_LE(staged.piece_bytes, 4 * mib);
        EXPECT_GE(staged.piece_bytes, mib);
        EXPECT_EQ(choose_link_way(strided, sides, LinkCosts()).way, LinkWay::ring);
    }
    // The CPU's rate is what a large copy is bound by.
    const LinkChoice staged = choose_link_way(large, to_device, LinkCosts());
    EXPECT_NEAR(staged.of(LinkWay::ring), 256e0 * mib / LinkCosts().cpu_gbps, 0.05 * staged.of(LinkWay::ring));
}

// A CPU that copies as fast as a server's, all cores: the ring comes to 75 % of pinned memory's rate, and more.
TEST(link_way, of_pageable_memory_follows_the_cpu) {
    const detail::CopyTask large = task_of({256 * mib}, {1}, {1}, 1);
    LinkCosts costs;
    costs.cpu_gbps = 60;
    const double ring = choose_link_way(large, {true, false, true}, costs).of(LinkWay::ring);
    const double pinned = choose_link_way(large, {true, true, true}, costs).of(LinkWay::dma);
    EXPECT_GT(pinned / ring, 0.75);
}

// Without scratch memory (a capture) the rest is chosen among.
TEST(link_way, without_scratch_memory) {
    const detail::CopyTask transposed = task_of({8192, 8192}, {32768, 4}, {4, 32768}, 4);
    const LinkChoice choice = choose_link_way(transposed, {true, true, false}, LinkCosts());
    EXPECT_EQ(choice.way, LinkWay::kernel);
    EXPECT_EQ(choice.of(LinkWay::boxed), LinkChoice::impossible);
}

// Pinned memory by the CPU: only where the caller waits anyway, and where that is quicker.
TEST(link_way, of_pinned_memory_by_the_cpu) {
    const detail::CopyTask every_second = task_of({64 * mib}, {4}, {8}, 4);
    LinkCosts costs;
    costs.cpu_strided_gbps = costs.cpu_gbps = 100;
    EXPECT_EQ(choose_link_way(every_second, {true, true, true, true}, costs).way, LinkWay::ring);
    EXPECT_EQ(choose_link_way(every_second, {true, true, true, true}, LinkCosts()).way, LinkWay::boxed);
    EXPECT_EQ(choose_link_way(every_second, {true, true, true}, costs).way, LinkWay::boxed);
}

// A row that is repeated crosses the link once.
TEST(link_way, of_a_broadcast_source) {
    const detail::CopyTask rows = task_of({10000, 1000}, {4000, 4}, {0, 4}, 4);
    EXPECT_EQ(choose_link_way(rows, {true, true, true}, LinkCosts()).way, LinkWay::boxed);
}

// Boxes with gaps: as many as pay.
TEST(link_way, takes_gaps_that_cost_less_than_rows) {
    // src: (4096,64):(80,1), 64 of 80 bytes: all in one row; (4096,64):(4096,1): far too sparse
    const LinkChoice dense = choose_link_way(task_of({1 << 20, 64}, {64, 1}, {80, 1}, 1), {true, true, true}, LinkCosts());
    EXPECT_EQ(dense.way, LinkWay::boxed);
    EXPECT_EQ(dense.row_axes, 1);
    const LinkChoice sparse = choose_link_way(task_of({1 << 20, 64}, {64, 1}, {4096, 1}, 1), {true, true, true}, LinkCosts());
    EXPECT_EQ(sparse.way, LinkWay::kernel);
    EXPECT_EQ(sparse.row_axes, 0);
}

TEST(link_way, is_described_with_its_estimates) {
    const LinkChoice choice = choose_link_way(task_of({8192, 8192}, {32768, 4}, {4, 32768}, 4), {true, true, true}, LinkCosts());
    EXPECT_THAT(describe(choice),
                AllOf(HasSubstr("boxed: the copy engine fetches rows"), HasSubstr("estimates in us: rows "), HasSubstr(", kernel "), HasSubstr(", boxed ")));
}

}  // namespace
}  // namespace ndlease::testing
