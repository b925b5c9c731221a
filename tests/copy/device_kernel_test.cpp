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
    {"one run of many bytes", {1 << 20}, {4}, {4}, 4, 256, 512, false, DeviceKernel::copy_engine, 16},
    {"one run that is misaligned", {1 << 20}, {4}, {4}, 4, 256, 516, false, DeviceKernel::runs, 4},
    {"one run that is misaligned alike on both sides", {1 << 20}, {4}, {4}, 4, 260, 516, false, DeviceKernel::copy_engine, 16},
    {"one short run that is misaligned", {1 << 12}, {4}, {4}, 4, 256, 516, false, DeviceKernel::copy_engine, 16},
    {"one run of no whole pages", {(1 << 20) + 4}, {4}, {4}, 4, 256, 512, false, DeviceKernel::runs, 16},
    {"one run beyond the cliff of memcpy nodes", {1 << 27}, {4}, {4}, 4, 256, 512, false, DeviceKernel::runs, 16},
    {"one run over the link", {1 << 20}, {4}, {4}, 4, 256, 516, true, DeviceKernel::copy_engine, 16},
    {"aligned rows", {4, 64}, {256, 4}, {512, 4}, 4, 256, 512, false, DeviceKernel::words, 16},
    {"long aligned rows", {4, 256}, {1024, 4}, {2048, 4}, 4, 256, 512, false, DeviceKernel::runs, 16},
    {"rows of 12 bytes", {40, 3}, {12, 4}, {16, 4}, 4, 256, 512, false, DeviceKernel::words, 4},
    {"rows at an odd address", {4, 1000}, {1000, 1}, {1024, 1}, 1, 256, 513, false, DeviceKernel::runs, 1},
    {"short rows at an odd address", {4, 100}, {100, 1}, {128, 1}, 1, 256, 513, false, DeviceKernel::words, 1},
    {"more rows than a launch counts", {big, 300}, {300, 1}, {512, 1}, 1, 256, 513, false, DeviceKernel::words, 1},
    {"long rows over the link", {4, 8192}, {8192, 1}, {9000, 1}, 1, 256, 513, true, DeviceKernel::pitched, 16},
    {"long rows backwards over the link", {4, 8192}, {8192, 1}, {-9000, 1}, 1, 256, 51200, true, DeviceKernel::runs, 8},
    {"rows with a pitch beyond the runtime's", {4, 8192}, {8192, 1}, {big, 1}, 1, 256, 512, true, DeviceKernel::runs, 16},
    {"rows shorter than their pitch allows", {4, 256}, {256, 1}, {600, 1}, 1, 256, 512, true, DeviceKernel::words, 8},
    {"repeated rows", {4, 256}, {1024, 4}, {0, 4}, 4, 256, 512, false, DeviceKernel::repeated_runs, 16},
    {"repeated rows that are misaligned each in its own way", {4, 256}, {1028, 4}, {0, 4}, 4, 256, 512, false, DeviceKernel::runs, 4},
    {"repeated rows that are short", {4, 64}, {256, 4}, {0, 4}, 4, 256, 512, false, DeviceKernel::words, 16},
    {"one word", {4, 64}, {256, 4}, {0, 0}, 4, 256, 512, false, DeviceKernel::filled_runs, 4},
    {"one item of 12 bytes", {4, 64}, {768, 12}, {0, 0}, 12, 256, 512, false, DeviceKernel::words, 4},
    {"rows of one word", {4, 64}, {256, 4}, {8, 0}, 4, 256, 512, false, DeviceKernel::filled_runs, 4},
    {"mirrored rows", {4, 64}, {256, 4}, {256, -4}, 4, 256, 1024, false, DeviceKernel::mirrored_runs, 4},
    {"mirrored rows that are written mirrored", {4, 64}, {256, -4}, {256, 4}, 4, 512, 1024, false, DeviceKernel::mirrored_runs, 4},
    {"short mirrored rows", {4, 31}, {124, 4}, {124, -4}, 4, 256, 1024, false, DeviceKernel::words, 4},
    {"mirrored rows of 12 bytes", {4, 64}, {768, 12}, {768, -12}, 12, 256, 4096, false, DeviceKernel::words, 4},
    {"transpose", {40, 50}, {200, 4}, {4, 160}, 4, 256, 512, false, DeviceKernel::tiles, 4},
    {"transpose of bytes", {64, 64}, {64, 1}, {1, 64}, 1, 256, 512, false, DeviceKernel::tiles, 1},
    {"transpose backwards", {40, 50}, {200, 4}, {-4, 160}, 4, 256, 512, false, DeviceKernel::tiles, 4},
    {"transpose of a plane that is narrow", {31, 50}, {200, 4}, {4, 124}, 4, 256, 512, false, DeviceKernel::unit_tiles, 4},
    {"transpose of a plane with gaps", {40, 50}, {400, 8}, {4, 160}, 4, 256, 512, false, DeviceKernel::unit_tiles, 4},
    {"transpose of 24 bytes", {40, 50}, {1200, 24}, {24, 960}, 24, 256, 512, false, DeviceKernel::triples, 8},
    {"transpose of 24 bytes backwards", {40, 50}, {1200, 24}, {-24, 960}, 24, 256, 1448, false, DeviceKernel::triples, 8},
    {"transpose of 24 bytes off a chunk", {40, 50}, {1200, 24}, {24, 960}, 24, 264, 512, false, DeviceKernel::unit_tiles, 8},
    {"transpose of 32 bytes", {40, 50}, {1600, 32}, {32, 1280}, 32, 256, 512, false, DeviceKernel::unit_tiles, 16},
    {"transpose at an odd address", {40, 50}, {200, 4}, {4, 160}, 4, 256, 514, false, DeviceKernel::unit_tiles, 2},
    {"transpose of more tiles than a launch counts", {big, 32, 32}, {4096, 128, 4}, {4096, 4, 128}, 4, 256, 512, false, DeviceKernel::unit_tiles, 4},
    {"every second", {100}, {8}, {16}, 8, 256, 512, false, DeviceKernel::words, 8},
    {"broadcast", {100}, {16}, {0}, 16, 256, 512, false, DeviceKernel::filled_runs, 16},
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
