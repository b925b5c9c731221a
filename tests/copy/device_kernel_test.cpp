// SPDX-License-Identifier: Apache-2.0
// Which kernel a device takes for a task: a decision on numbers, without a device.
#include <gtest/gtest.h>

#include "copy/device_kernel.hpp"
#include "copy/task.hpp"
#include "copy/validate.hpp"

namespace ndlease::testing {
namespace {

using namespace copying;

struct Case {
    const char* name;
    Dims shape, dst_strides, src_strides;
    std::int64_t itemsize;
    std::uintptr_t dst, src;
    bool over_link;
    DeviceKernel kernel;
    int word_bytes;
};

constexpr std::int64_t big = std::int64_t{1} << 33;

// shape, then dst and src strides
const Case cases[] = {
    {"one run", {4, 5}, {20, 4}, {20, 4}, 4, 256, 512, false, DeviceKernel::copy_engine, 16},
    {"aligned rows", {4, 64}, {256, 4}, {512, 4}, 4, 256, 512, false, DeviceKernel::words, 16},
    {"rows of 12 bytes", {40, 3}, {12, 4}, {16, 4}, 4, 256, 512, false, DeviceKernel::words, 4},
    {"rows at an odd address", {4, 1000}, {1000, 1}, {1024, 1}, 1, 256, 513, false, DeviceKernel::runs, 16},
    {"short rows at an odd address", {4, 100}, {100, 1}, {128, 1}, 1, 256, 513, false, DeviceKernel::words, 1},
    {"long rows over the link", {4, 8192}, {8192, 1}, {9000, 1}, 1, 256, 513, true, DeviceKernel::pitched, 16},
    {"long rows backwards over the link", {4, 8192}, {8192, 1}, {-9000, 1}, 1, 256, 51200, true, DeviceKernel::runs, 16},
    {"rows with a pitch beyond the runtime's", {4, 8192}, {8192, 1}, {big, 1}, 1, 256, 512, true, DeviceKernel::words, 16},
    {"rows shorter than their pitch allows", {4, 512}, {512, 1}, {600, 1}, 1, 256, 512, true, DeviceKernel::words, 8},
    {"transpose", {40, 50}, {200, 4}, {4, 160}, 4, 256, 512, false, DeviceKernel::tiles, 4},
    {"transpose of bytes", {64, 64}, {64, 1}, {1, 64}, 1, 256, 512, false, DeviceKernel::tiles, 1},
    {"transpose backwards", {40, 50}, {200, 4}, {-4, 160}, 4, 256, 512, false, DeviceKernel::tiles, 4},
    {"transpose of a plane that is narrow", {31, 50}, {200, 4}, {4, 124}, 4, 256, 512, false, DeviceKernel::unit_tiles, 4},
    {"transpose of a plane with gaps", {40, 50}, {400, 8}, {4, 160}, 4, 256, 512, false, DeviceKernel::unit_tiles, 4},
    {"transpose of 24 bytes", {40, 50}, {1200, 24}, {24, 960}, 24, 256, 512, false, DeviceKernel::unit_tiles, 8},
    {"transpose at an odd address", {40, 50}, {200, 4}, {4, 160}, 4, 256, 514, false, DeviceKernel::unit_tiles, 2},
    {"transpose of more tiles than a launch counts", {big, 32, 32}, {4096, 128, 4}, {4096, 4, 128}, 4, 256, 512, false, DeviceKernel::unit_tiles, 4},
    {"every second", {100}, {8}, {16}, 8, 256, 512, false, DeviceKernel::words, 8},
    {"broadcast", {100}, {16}, {0}, 16, 256, 512, false, DeviceKernel::words, 16},
};

TEST(device_kernel, is_chosen_by_geometry) {
    for (const Case& c : cases) {
        AxisList axes;
        match_axes(Layout(c.shape, c.dst_strides), Layout(c.shape, c.src_strides), &axes);
        const detail::CopyTask task = build_task(&axes, {c.itemsize, c.itemsize, false});
        const auto offset = [](std::uintptr_t address, std::int64_t bytes) { return address + static_cast<std::uintptr_t>(bytes); };
        const DeviceChoice choice = choose_device_kernel(task, offset(c.dst, task.dst_offset), offset(c.src, task.src_offset), c.over_link);
        EXPECT_STREQ(to_string(choice.kernel), to_string(c.kernel)) << c.name;
        EXPECT_EQ(choice.word_bytes, c.word_bytes) << c.name;
    }
}

}  // namespace
}  // namespace ndlease::testing
