// SPDX-License-Identifier: Apache-2.0
// Many copies in one call on a stream, against nested loops.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "copy/pair_oracle.hpp"
#include "copy/random_side.hpp"
#include "cuda/copy/batch_on_device.hpp"

#include <ndlease/copy.hpp>
#include <ndlease/copy_batch.hpp>
#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>

namespace ndlease::testing {
namespace {

using ::testing::HasSubstr;

/// A grid of floats with ghost cells around it.
struct Grid {
    static constexpr std::int64_t nz = 12, ny = 14, nx = 20, width = 2;
    static constexpr std::int64_t extent[3] = {nz, ny, nx};
    static constexpr std::int64_t stride[3] = {ny * nx, nx, 1};  // elements
    static constexpr std::int64_t count = nz * ny * nx;
};

/// Face number 0 to 5: where it begins along its axis, on the inside (what is sent) or in the ghost cells (what is received).
std::int64_t face_begin(int face, bool ghost) {
    const std::int64_t extent = Grid::extent[face / 2];
    const bool upper = face % 2 == 1;
    if (ghost) return upper ? extent - Grid::width : 0;
    return upper ? extent - 2 * Grid::width : Grid::width;
}

std::array<std::int64_t, 3> face_shape(int face) {
    std::array<std::int64_t, 3> shape{Grid::nz, Grid::ny, Grid::nx};
    shape[static_cast<std::size_t>(face / 2)] = Grid::width;
    return shape;
}

// One launch packs the six faces of a grid, one unpacks them into the ghost cells of another.
TEST_F(copy_batch_on_device, six_faces_of_a_grid_are_one_launch) {
    const View host = allocate(Format::of<float>(), {Grid::nz, Grid::ny, Grid::nx});
    auto* const values = static_cast<float*>(host.mutable_data());
    for (std::int64_t i = 0; i < Grid::count; ++i) values[i] = static_cast<float>(i);
    const View sender = to(host, Device::cuda(0), stream());
    const View receiver = to(host, Device::cuda(0), stream());
    std::vector<CopyPair> pack, unpack;
    std::vector<View> buffers;
    for (int face = 0; face < 6; ++face) {
        const int axis = face / 2;
        const auto part = [&](const View& grid, bool ghost) { return grid.slice(axis, face_begin(face, ghost), face_begin(face, ghost) + Grid::width); };
        buffers.push_back(allocate(Format::of<float>(), face_shape(face), Order::c, memory_of(Device::cuda(0)), stream()));
        pack.push_back({buffers.back(), part(sender, false)});
        unpack.push_back({part(receiver, true), buffers.back()});
    }
    std::uint64_t before = launches();
    copy_batch(pack, stream());
    expect_launches(before, 1);

    for (int face = 0; face < 6; ++face) {
        const View packed = to(buffers[static_cast<std::size_t>(face)], Device::cpu(), stream());
        const auto* found = static_cast<const float*>(packed.data());
        const auto shape = face_shape(face);
        for (std::int64_t z = 0; z < shape[0]; ++z) {
            for (std::int64_t y = 0; y < shape[1]; ++y) {
                for (std::int64_t x = 0; x < shape[2]; ++x) {
                    const std::int64_t expected = z * Grid::stride[0] + y * Grid::stride[1] + x + face_begin(face, false) * Grid::stride[face / 2];
                    ASSERT_EQ(*found++, static_cast<float>(expected)) << "face " << face << " at " << z << "," << y << "," << x;
                }
            }
        }
    }

    copy_batch(unpack, stream());
    const View result = to(receiver, Device::cpu(), stream());
    std::vector<float> expected(values, values + Grid::count);
    for (int face = 0; face < 6; ++face) {  // later faces lie over earlier ones at edges and corners
        const auto shape = face_shape(face);
        for (std::int64_t z = 0; z < shape[0]; ++z) {
            for (std::int64_t y = 0; y < shape[1]; ++y) {
                for (std::int64_t x = 0; x < shape[2]; ++x) {
                    const std::int64_t place = z * Grid::stride[0] + y * Grid::stride[1] + x;
                    expected[static_cast<std::size_t>(place + face_begin(face, true) * Grid::stride[face / 2])] =
                        static_cast<float>(place + face_begin(face, false) * Grid::stride[face / 2]);
                }
            }
        }
    }
    EXPECT_EQ(std::memcmp(result.data(), expected.data(), expected.size() * sizeof(float)), 0);
    expect_no_violations("unpack");

    // Without the corners the ghost cells share nothing.
    std::vector<CopyPair> inner;
    for (const CopyPair& pair : unpack) {
        const std::size_t face = inner.size();
        CopyPair cut = pair;
        for (int axis = 0; axis < 3; ++axis) {
            if (axis == static_cast<int>(face) / 2) continue;
            const std::int64_t end = Grid::extent[axis] - Grid::width;
            cut.dst = cut.dst.slice(axis, Grid::width, end);
            cut.src = cut.src.slice(axis, Grid::width, end);
        }
        inner.push_back(cut);
    }
    before = launches();
    copy_batch(inner, stream());
    expect_launches(before, 1);
    stream().synchronize();
}

// Pages of a pool into one buffer.
TEST_F(copy_batch_on_device, a_thousand_pages_are_one_launch) {
    constexpr std::int64_t pages = 1000;
    constexpr std::int64_t page = 4096;
    Random random(3);
    const Arena arena(random, 2 * pages * page);
    DeviceArena memory(Device::cuda(0), arena.bytes().size());
    memory.put(arena.bytes());
    std::vector<std::byte> expected = arena.bytes();
    std::vector<CopyPair> pairs;
    for (std::int64_t i = 0; i < pages; ++i) {
        const Side dst{{page}, {1}, {}, 1, (pages + i) * page};
        const Side src{{page}, {1}, {}, 1, (i * 7 + 3) % pages * page};
        pairs.push_back({memory.view(dst), memory.view(src)});
        apply(&expected, dst, src);
    }
    const std::uint64_t before = launches();
    copy_batch(pairs, stream());
    expect_launches(before, 1);
    stream().synchronize();
    EXPECT_TRUE(memory.get(expected.size()) == expected);
    expect_no_violations("pages");
}

// Every alignment of both sides against each other, and sizes around a word and a block.
TEST_F(copy_batch_on_device, runs_at_every_misalignment_and_tail) {
    Random random(4);
    const Arena arena(random, 4 << 20);
    DeviceArena memory(Device::cuda(0), arena.bytes().size());
    memory.put(arena.bytes());
    std::vector<std::byte> expected = arena.bytes();
    std::vector<CopyPair> pairs;
    std::int64_t place = 0;
    const auto add = [&](std::int64_t bytes, std::int64_t dst_offset, std::int64_t src_offset) {
        const std::int64_t room = (bytes + 63) / 32 * 32;
        const Side dst{{bytes}, {1}, {}, 1, place + dst_offset};
        const Side src{{bytes}, {1}, {}, 1, place + room + src_offset};
        pairs.push_back({memory.view(dst), memory.view(src)});
        apply(&expected, dst, src);
        place += 2 * room;
    };
    for (const std::int64_t bytes : {1, 2, 15, 16, 17, 63, 100}) {
        for (std::int64_t dst_offset = 0; dst_offset < 16; ++dst_offset) {
            for (std::int64_t src_offset = 0; src_offset < 16; src_offset += dst_offset % 3 + 1) add(bytes, dst_offset, src_offset);
        }
    }
    for (const std::int64_t bytes : {16383, 16384, 16385, 50000}) {
        add(bytes, 0, 0);
        add(bytes, 5, 5);
        add(bytes, 8, 4);
        add(bytes, 3, 0);
    }
    ASSERT_LE(place, arena.size());
    copy_batch(pairs, stream());
    stream().synchronize();
    EXPECT_TRUE(memory.get(expected.size()) == expected);
    expect_no_violations("runs");
}

// Pairs at random over one memory: they overlap themselves and one another, and the result is that of one after the other.
TEST_F(copy_batch_on_device, random_pairs) {
    constexpr std::int64_t bytes = 64 << 10;
    DeviceArena memory(Device::cuda(0), bytes);
    for_random_cases(400, [&](Random& random) {
        pick_schedule(random);
        const Arena arena(random, bytes);
        std::vector<std::byte> expected = arena.bytes();
        std::vector<CopyPair> pairs;
        std::string about;
        const std::int64_t reach = random.one_in(2) ? bytes : bytes / 16;
        for (std::int64_t i = random.in(0, 40); i > 0; --i) {
            const std::int64_t itemsize = random_itemsize(random);
            Side dst{random_shape(random, {0, 5, 9, 100}), {}, {}, itemsize, 0};
            Side src{random.one_in(5) ? random_broadcast_source(random, dst.shape) : dst.shape, {}, {}, itemsize, 0};
            dst.strides = nested_strides(random, dst.shape, itemsize);
            src.strides = nested_strides(random, src.shape, itemsize);
            const auto put = [&](Side* side) {
                std::int64_t low = 0;
                std::int64_t high = itemsize;
                for (std::size_t a = 0; a < side->shape.size(); ++a) {
                    const std::int64_t step = side->strides[a] * std::max<std::int64_t>(0, side->shape[a] - 1);
                    (step < 0 ? low : high) += step;
                }
                if (high - low > reach) return false;
                side->data = random.in(-low, reach - high);
                if (random.one_in(2)) side->data = std::max(-low, side->data - side->data % 16);
                return true;
            };
            if (!put(&dst) || !put(&src)) continue;
            pairs.push_back({memory.view(dst), memory.view(src)});
            apply(&expected, dst, src);
            about += "dst " + dst.to_string() + "  src " + src.to_string() + "\n";
        }
        memory.put(arena.bytes());
        copy_batch(pairs, stream());
        stream().synchronize();
        EXPECT_TRUE(memory.get(bytes) == expected) << about;
        expect_no_violations(about);
    });
}

// What a batch entry cannot hold is copied on its own, in its turn.
TEST_F(copy_batch_on_device, pairs_of_every_kind_in_one_call) {
    const Format int32 = Format::of<std::int32_t>();
    const View host = allocate(int32, {60, 40});
    for (std::int64_t i = 0; i < 2400; ++i) static_cast<std::int32_t*>(host.mutable_data())[i] = static_cast<std::int32_t>(i);
    const auto fresh = [this](const Format& format, std::int64_t n, std::int64_t m) {
        return allocate(format, std::array<std::int64_t, 2>{n, m}, Order::c, memory_of(Device::cuda(0)), stream());
    };
    const View first = fresh(int32, 60, 40);
    const View second = fresh(int32, 40, 60);
    const View doubles = fresh(Format::of<double>(), 60, 40);
    const View back = allocate(int32, {40, 60});
    CopyOptions options;
    options.conversion = Conversion::cpp;
    const std::vector<CopyPair> pairs{{first, host},                                     // from pageable memory
                                      {second, first.transpose()},                       // reads what was written
                                      {doubles, first},                                  // converts
                                      {second.slice(0, 1, {}), second.slice(0, 0, 39)},  // onto itself, one row further
                                      {back, second}};                                   // to pageable memory
    copy_batch(pairs, stream(), options);
    for (std::int64_t i = 0; i < 40; ++i) {
        for (std::int64_t k = 0; k < 60; ++k) {
            const std::int64_t row = i == 0 ? 0 : i - 1;
            ASSERT_EQ(static_cast<const std::int32_t*>(back.data())[i * 60 + k], k * 40 + row) << i << "," << k;
        }
    }
    const View converted = to(doubles, Device::cpu(), stream());
    for (std::int64_t i = 0; i < 2400; ++i) ASSERT_EQ(static_cast<const double*>(converted.data())[i], static_cast<double>(i));
    expect_no_violations("every kind");
}

TEST_F(copy_batch_on_device, errors_name_the_pair_and_come_before_the_first_byte) {
    DeviceArena memory(Device::cuda(0), 4096);
    Random random(5);
    const Arena arena(random, 4096);
    memory.put(arena.bytes());
    const Side row{{10}, {4}, {}, 4, 0};
    const Side other{{10}, {4}, {}, 4, 1024};
    const Side longer{{11}, {4}, {}, 4, 2048};
    const std::vector<CopyPair> pairs{{memory.view(row), memory.view(other)}, {memory.view(other), memory.view(longer)}};
    try {
        copy_batch(pairs, stream());
        ADD_FAILURE() << "was not refused";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), errc::bad_layout) << error.what();
        EXPECT_EQ(error.index(), 1);
        EXPECT_THAT(error.what(), HasSubstr("pair 1"));
    }
    CopyOptions checked;
    checked.conversion = Conversion::checked;
    EXPECT_THROW(copy_batch(pairs, stream(), checked), Error);
    EXPECT_THROW(copy_batch(std::vector<CopyPair>{{memory.view(row), memory.view(other)}}), Error) << "device memory without a stream";
    stream().synchronize();
    EXPECT_TRUE(memory.get(4096) == arena.bytes());
}

TEST_F(copy_batch_on_device, orders_itself_after_and_before_other_streams) {
    const Stream other = Stream::make(Device::cuda(0));
    const Stream third = Stream::make(Device::cuda(0));
    const View host = allocate(Format::of<std::int32_t>(), {500});
    for (std::int64_t i = 0; i < 500; ++i) static_cast<std::int32_t*>(host.mutable_data())[i] = static_cast<std::int32_t>(i);
#if defined(NDLEASE_SIMULATED_CUDA)
    simulated_cuda::set_scheduler(simulated_cuda::Scheduler::lazy);
#endif
    const View a = to(host, Device::cuda(0), other);
    const View b = contiguous(a.flip(0), Order::c, other);
    const View c = allocate(a.format(), a.shape(), Order::c, memory_of(Device::cuda(0)), stream());
    const View d = allocate(a.format(), a.shape(), Order::c, memory_of(Device::cuda(0)), stream());
    copy_batch(std::vector<CopyPair>{{c, a}, {d, b}}, stream());
    const View found_d = to(d, Device::cpu(), third);  // which alone is waited for
    const View found_c = to(c, Device::cpu(), third);
    for (std::int64_t i = 0; i < 500; ++i) {
        ASSERT_EQ(static_cast<const std::int32_t*>(found_c.data())[i], i);
        ASSERT_EQ(static_cast<const std::int32_t*>(found_d.data())[i], 499 - i);
    }
    expect_no_violations("order");
}

}  // namespace
}  // namespace ndlease::testing
