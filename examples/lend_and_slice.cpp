// SPDX-License-Identifier: Apache-2.0
// One part of a program lends an image, another takes parts of it without a copy, then copies one part into planes.
// The memory goes back to its owner once, when the last View of it is gone.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <ndlease/copy.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/typed_view.hpp>
#include <ndlease/view.hpp>

using namespace ndlease;

namespace {

int given_back = 0;

/// The owner: 480 x 640 pixels of red, green, blue.
View lend_image() {
    auto* pixels = static_cast<std::uint8_t*>(std::malloc(480 * 640 * 3));
    if (pixels == nullptr) std::abort();
    for (int y = 0; y < 480; ++y) {
        for (int x = 0; x < 640; ++x) {
            std::uint8_t* pixel = pixels + 3 * (640 * y + x);
            pixel[0] = static_cast<std::uint8_t>(x);
            pixel[1] = static_cast<std::uint8_t>(y);
            pixel[2] = 7;
        }
    }
    return View::lend(pixels, Device::cpu(), Format::of<std::uint8_t>(), Layout::c_order({480, 640, 3}, 1),
                      {.allocation = {pixels, 480 * 640 * 3}, .release = [pixels](const ReleaseInfo&) noexcept {
                           std::free(pixels);
                           ++given_back;
                       }});
}

}  // namespace

int main() {
    View image = lend_image();
    View mirrored = image.at("[100:200, ::-1]");  // NumPy's indexing; still the owner's memory
    View red = mirrored.index(2, 0);
    std::printf("mirrored: %s\n", to_string(mirrored).c_str());
    std::printf("red:      %s\n", to_string(red).c_str());

    const View planes = contiguous(mirrored.permute({2, 0, 1}));  // the one copy
    std::printf("planes:   %s\n", to_string(planes).c_str());

    // The first pixel of the mirrored rows is the last one of row 100.
    const auto values = planes.typed<const std::uint8_t, 3>();
    const bool right = values(0, 0, 0) == 639 % 256 && values(1, 0, 0) == 100 && values(2, 99, 639) == 7;

    image = View();
    mirrored = View();
    const bool still_lent = given_back == 0 && red.typed<const std::uint8_t, 2>()(0, 0) == 639 % 256;
    red = View();
    std::printf("given back %d time(s)\n", given_back);
    return right && still_lent && given_back == 1 ? 0 : 1;
}
