// SPDX-License-Identifier: Apache-2.0
// An array of C++ structs goes to a .npy file that NumPy reads as records, comes back by memory map, and one nested field of it
// becomes an array of its own.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <ndlease/copy.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/npy.hpp>
#include <ndlease/typed_view.hpp>
#include <ndlease/view.hpp>

struct Position {
    double latitude, longitude;
};
struct Sample {
    std::int32_t station;
    Position position;
    float level[3];
};
template <>
struct ndlease::members<Position> {
    static constexpr auto list = describe(member("latitude", &Position::latitude), member("longitude", &Position::longitude));
};
template <>
struct ndlease::members<Sample> {
    static constexpr auto list = describe(member("station", &Sample::station), member("position", &Sample::position), member("level", &Sample::level));
};

using namespace ndlease;

int main() {
    std::vector<Sample> samples;
    for (int i = 0; i < 1000; ++i) samples.push_back({i, {50.0 + 0.001 * i, 8.0}, {1.0F, 2.0F, static_cast<float>(i)}});
    const View records = View::lend(samples.data(), Device::cpu(), Format::of<Sample>(), Layout::c_order({1000}, sizeof(Sample)));
    std::printf("item: %s\n", records.format().to_string().c_str());

    const std::filesystem::path path = std::filesystem::temp_directory_path() / "ndlease_example_samples.npy";
    npy::write(path, records);
    const View file = npy::open(path);

    const View latitude = file.field("position.latitude");  // every 48th byte of the file, nothing is read yet
    const View level = contiguous(file.field("level"));     // (1000, 3)
    std::printf("position.latitude: %s\n", to_string(latitude).c_str());
    std::printf("level:             %s\n", to_string(level).c_str());

    const bool right = latitude.typed<const double, 1>()(999) == samples[999].position.latitude && level.typed<const float, 2>()(999, 2) == 999.0F;
    std::filesystem::remove(path);
    return right ? 0 : 1;
}
