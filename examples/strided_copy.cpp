// SPDX-License-Identifier: Apache-2.0
// Video frames from interleaved pixels to planes: the copy is planned once and run for every frame.
#include <cstdint>
#include <cstdio>
#include <vector>

#include <ndlease/copy_plan.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/memory.hpp>
#include <ndlease/view.hpp>

using namespace ndlease;

int main() {
    constexpr std::int64_t height = 1080;
    constexpr std::int64_t width = 1920;
    const Format u8 = Format::of<std::uint8_t>();

    const View planes = allocate(u8, {3, height, width});
    std::vector<std::uint8_t> frame(height * width * 3);
    const View pixels = View::lend(frame.data(), Device::cpu(), u8, Layout::c_order({height, width, 3}, 1));

    const CopyPlan plan = CopyPlan::make(planes, pixels.permute({2, 0, 1}));
    std::printf("%s\n", plan.describe().c_str());

    for (int number = 0; number < 5; ++number) {
        for (std::size_t i = 0; i < frame.size(); ++i) frame[i] = static_cast<std::uint8_t>(i + static_cast<std::size_t>(number));
        plan.run();  // between the same views; run(dst, src) takes other addresses of the same layouts

        const auto* plane = static_cast<const std::uint8_t*>(planes.data());
        for (std::size_t i = 0; i < frame.size(); ++i) {
            if (plane[i % 3 * height * width + i / 3] != frame[i]) {
                std::printf("frame %d: byte %zu is wrong\n", number, i);
                return 1;
            }
        }
    }
    std::printf("5 frames of %lld bytes\n", static_cast<long long>(planes.nbytes()));
    return 0;
}
