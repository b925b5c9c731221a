// SPDX-License-Identifier: Apache-2.0
// Random formats and layouts in any two kinds of memory, converted on a stream, against the CPU's conversion of the same bytes. All memory is compared.
#include <gtest/gtest.h>

#include <array>
#include <span>
#include <string>

#include "copy/random_side.hpp"
#include "cuda/copy/device_arena.hpp"

#include <ndlease/copy.hpp>
#include <ndlease/error.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::testing {
namespace {

constexpr std::size_t arena_bytes = std::size_t{8} << 20;

struct Number {
    Kind kind;
    int bits;
};
constexpr Number numbers[] = {
    {Kind::boolean, 8},           {Kind::integer, 8},  {Kind::unsigned_integer, 8},  {Kind::integer, 16},  {Kind::unsigned_integer, 16}, {Kind::integer, 32},
    {Kind::unsigned_integer, 32}, {Kind::integer, 64}, {Kind::unsigned_integer, 64}, {Kind::floating, 16}, {Kind::bfloat, 16},           {Kind::floating, 32},
    {Kind::floating, 64},         {Kind::complex, 32}, {Kind::complex_bfloat, 32},   {Kind::complex, 64},  {Kind::complex, 128},         {Kind::integer, 128}};

Format random_number(Random& random) {
    const Number& number = numbers[random.in(0, static_cast<std::int64_t>(std::size(numbers)) - 1)];
    return Format::number(number.kind, number.bits, random.one_in(3) ? ByteOrder::big : ByteOrder::little);
}

/// Two formats: mostly any two numbers, now and then one in both byte orders or of several to an item.
std::array<Format, 2> random_formats(Random& random) {
    std::array<Format, 2> formats{random_number(random), random_number(random)};
    if (random.one_in(4)) formats[1] = formats[0].with_byte_order(random.one_in(2) ? ByteOrder::big : ByteOrder::little);
    if (random.one_in(5)) {
        const std::int64_t shape[] = {random.in(1, 4), random.in(1, 3)};
        for (Format& format : formats) format = Format::subarray(format, shape);
    }
    return formats;
}

class random_device_conversion : public ::testing::Test {
protected:
    void SetUp() override {
        if (cuda_device_count() == 0) GTEST_SKIP() << cuda_absence();
        for (const Device device : kinds_of_memory()) {
            dst_.emplace_back(device, arena_bytes);
            src_.emplace_back(device, arena_bytes);
        }
        stream_ = std::make_unique<Stream>(Stream::make(Device::cuda(0)));
    }
    void TearDown() override {
        if (stream_ != nullptr) stream_->synchronize();
    }

    DeviceArena& pick(Random& random, std::vector<DeviceArena>& arenas) {
        const auto count = static_cast<std::int64_t>(arenas.size());
        return arenas[static_cast<std::size_t>(random.one_in(4) ? random.in(0, count - 1) : random.in(1, std::min<std::int64_t>(count - 1, 3)))];
    }

    void check(Random& random, const Arena& arena, const Side& dst, const Side& src, const std::array<Format, 2>& formats, DeviceArena& dst_memory,
               DeviceArena& src_memory) {
        ASSERT_LE(arena.bytes().size(), arena_bytes);
        const bool one_arena = &dst_memory == &src_memory;
        CopyOptions options;
        options.conversion = Conversion::cpp;
        std::vector<std::byte> expected = arena.bytes();
        const auto on_host = [&expected](const Side& side, const Format& format) {
            return View::lend(static_cast<void*>(expected.data() + side.data), Device::cpu(), format, Layout(side.shape, side.strides), {});
        };
        copy(on_host(dst, formats[0]), on_host(src, formats[1]), options);
        pick_schedule(random);
        dst_memory.put(arena.bytes());
        if (!one_arena) src_memory.put(arena.bytes());
        const StreamRef stream = random.one_in(8) ? StreamRef::host() : stream_->ref();
        const CopyPlan plan = CopyPlan::make(dst_memory.view(dst, formats[0]), src_memory.view(src, formats[1]), options);
        plan.run(stream);
        if (dst_memory.device() != Device::cpu() && !stream.is_host()) stream.synchronize();
        const std::string about = plan.describe() + "dst " + dst.to_string() + "\nsrc " + src.to_string() + "\non " + to_string(stream);
        EXPECT_TRUE(dst_memory.get(expected.size()) == expected) << about;
        expect_no_violations(about);
        if (!one_arena) {
            EXPECT_TRUE(src_memory.get(expected.size()) == arena.bytes()) << "the source was written\n" << about;
        }
    }

    void check_separate(Random& random, const ShapeLimits& limits) {
        const std::array<Format, 2> formats = random_formats(random);
        const std::int64_t to = formats[0].itemsize();
        const std::int64_t from = formats[1].itemsize();
        const Numbers shape = random_shape(random, limits);
        const Numbers src_shape = random.one_in(5) ? random_broadcast_source(random, shape) : shape;
        const Numbers dst_strides = nested_strides(random, shape, to);
        const Numbers src_strides = random.one_in(4) ? wild_strides(random, src_shape, from) : nested_strides(random, src_shape, from);
        Arena arena(random, bytes_needed(shape, dst_strides, to) + bytes_needed(src_shape, src_strides, from) + 32);
        Side dst = place(random, arena, shape, dst_strides, to);
        Side src = place(random, arena, src_shape, src_strides, from);
        if (random.one_in(2)) {
            dst.data -= dst.data % 16;
            src.data -= src.data % 16;
        }
        check(random, arena, dst, src, formats, pick(random, dst_), pick(random, src_));
    }

    std::vector<DeviceArena> dst_, src_;
    std::unique_ptr<Stream> stream_;
};

TEST_F(random_device_conversion, small) {
    for_random_cases(6'000, [this](Random& random) { check_separate(random, {}); });
}

TEST_F(random_device_conversion, long_rows) {
    for_random_cases(500, [this](Random& random) { check_separate(random, {1, 2, 700, 3000}); });
}

TEST_F(random_device_conversion, planes) {
    for_random_cases(300, [this](Random& random) { check_separate(random, {2, 3, 100, 4000}); });
}

TEST_F(random_device_conversion, high_ranks) {
    for_random_cases(500, [this](Random& random) { check_separate(random, {7, 14, 3, 300}); });
}

// Over each other: the destination gets what the source held before. A byte order may change in place.
TEST_F(random_device_conversion, one_buffer) {
    for_random_cases(2'000, [this](Random& random) {
        const std::array<Format, 2> formats = random_formats(random);
        Side dst{random_shape(random, {0, 4, 9, 80}), {}, {}, formats[0].itemsize(), 0};
        Side src{dst.shape, {}, {}, formats[1].itemsize(), 0};
        dst.strides = nested_strides(random, dst.shape, dst.itemsize);
        const bool in_place = random.one_in(3) && dst.itemsize == src.itemsize;
        src.strides = in_place ? dst.strides : nested_strides(random, src.shape, src.itemsize);
        Arena arena(random, bytes_needed(dst.shape, dst.strides, dst.itemsize) + bytes_needed(src.shape, src.strides, src.itemsize) +
                                4 * (dst.itemsize + src.itemsize) + 64);
        place_overlapping(random, arena, &dst, &src);
        if (in_place) src.data = dst.data;
        DeviceArena& memory = pick(random, dst_);
        check(random, arena, dst, src, formats, memory, memory);
    });
}

}  // namespace
}  // namespace ndlease::testing
