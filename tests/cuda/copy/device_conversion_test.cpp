// SPDX-License-Identifier: Apache-2.0
// Numbers that devices convert: every ordered pair of kinds on edge values, by every kernel, bit for bit what the CPU gives, whose results tests/copy
// judges with an oracle of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "copy/conversion_oracle.hpp"
#include "cuda/copy/device_arena.hpp"

#include <ndlease/copy.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::testing {
namespace {

using oracle::Type;
using oracle::u128;
using ::testing::HasSubstr;

/// A kind, and items of it worth trying.
struct Sample {
    std::string name;
    Format format;
    std::vector<std::byte> items;
    [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(items.size()) / format.itemsize(); }
};

void append(std::vector<std::byte>* items, u128 raw, std::int64_t bytes) {
    for (std::int64_t i = 0; i < bytes; ++i) items->push_back(static_cast<std::byte>(raw >> (8 * i)));
}

Sample real(const std::string& name) {
    const Type& type = oracle::type_named(name);
    Sample sample{name, type.format(), {}};
    for (const u128 raw : oracle::edge_values(type, 7)) append(&sample.items, raw, type.item_bytes);
    return sample;
}

/// Each value once as the real part, once as the imaginary one.
Sample complex_of(const std::string& name, const std::string& part, Kind kind) {
    const Type& type = oracle::type_named(part);
    const std::vector<u128> values = oracle::edge_values(type, 8);
    Sample sample{name, Format::number(kind, 2 * type.bits), {}};
    for (std::size_t i = 0; i < values.size(); ++i) {
        append(&sample.items, values[i], type.item_bytes);
        append(&sample.items, values[(i * 31 + 17) % values.size()], type.item_bytes);
    }
    return sample;
}

const std::vector<Sample>& samples() {
    static const std::vector<Sample> all = [] {
        std::vector<Sample> result;
        for (const char* name :
             {"bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "bfloat16", "float32", "float64"}) {
            result.push_back(real(name));
        }
        result.push_back(complex_of("complex32", "float16", Kind::complex));
        result.push_back(complex_of("bcomplex32", "bfloat16", Kind::complex_bfloat));
        result.push_back(complex_of("complex64", "float32", Kind::complex));
        result.push_back(complex_of("complex128", "float64", Kind::complex));
        return result;
    }();
    return all;
}

/// Items of `sample`, no more than `most`, evenly picked.
std::vector<std::byte> thinned(const Sample& sample, std::int64_t most) {
    const std::int64_t step = (sample.count() + most - 1) / most;
    const std::int64_t bytes = sample.format.itemsize();
    std::vector<std::byte> items;
    for (std::int64_t i = 0; i < sample.count(); i += step) {
        items.insert(items.end(), sample.items.begin() + i * bytes, sample.items.begin() + (i + 1) * bytes);
    }
    return items;
}

ByteOrder other_order() { return ByteOrder::native == ByteOrder::little ? ByteOrder::big : ByteOrder::little; }

class device_conversion : public ::testing::Test {
protected:
    static constexpr std::size_t arena_bytes = std::size_t{4} << 20;

    void SetUp() override {
        if (cuda_device_count() == 0) GTEST_SKIP() << cuda_absence();
        dst_ = std::make_unique<DeviceArena>(Device::cuda(0), arena_bytes);
        src_ = std::make_unique<DeviceArena>(Device::cuda(0), arena_bytes);
        stream_ = std::make_unique<Stream>(Stream::make(Device::cuda(0)));
    }

    /// Source bytes `from` seen as `src` become `dst`; all memory around must stay. `kernel` is part of the plan's text.
    void check(const Side& dst, const Format& to, const Side& src, const Format& format, const std::vector<std::byte>& from, const std::string& kernel,
               const std::string& about) {
        CopyOptions options;
        options.conversion = Conversion::cpp;
        const auto end = [](const Side& side) {
            std::int64_t bytes = side.data + side.itemsize;
            for (std::size_t i = 0; i < side.shape.size(); ++i) bytes += (side.shape[i] - 1) * std::max<std::int64_t>(0, side.strides[i]);
            return static_cast<std::size_t>(bytes + 32);
        };
        ASSERT_LE(end(dst), arena_bytes);
        std::vector<std::byte> expected(end(dst), std::byte{0x3c});
        std::vector<std::byte> source = from;
        source.resize(std::max(source.size(), end(src)));
        dst_->put(expected);
        src_->put(source);
        const auto on_host = [](std::vector<std::byte>& memory, const Side& side, const Format& item) {
            return View::lend(static_cast<void*>(memory.data() + side.data), Device::cpu(), item, Layout(side.shape, side.strides), {});
        };
        copy(on_host(expected, dst, to), on_host(source, src, format), options);
        const View dst_view = dst_->view(dst, to);
        const View src_view = src_->view(src, format);
        const CopyPlan plan = CopyPlan::make(dst_view, src_view, options);
        const std::string text = about + "\n" + plan.describe() + "dst " + dst.to_string() + "\nsrc " + src.to_string();
        EXPECT_THAT(plan.describe(), HasSubstr("kernel " + kernel)) << text;
        plan.run(stream_->ref());
        stream_->synchronize();
        expect_no_violations(text);
        const std::vector<std::byte> found = dst_->get(expected.size());
        if (found == expected) return;
        std::size_t first = 0;
        while (found[first] == expected[first]) ++first;
        ADD_FAILURE() << text << "\nbyte " << first << " is " << static_cast<int>(found[first]) << ", expected " << static_cast<int>(expected[first]);
    }

    void check_row(const Format& to, const Format& from, const std::vector<std::byte>& items, const std::string& kernel, std::int64_t dst_gap,
                   std::int64_t src_gap, const std::string& about) {
        const std::int64_t count = static_cast<std::int64_t>(items.size()) / from.itemsize();
        const Side dst{{count}, {to.itemsize() + dst_gap}, {}, to.itemsize(), 64};
        const Side src{{count}, {from.itemsize() + src_gap}, {}, from.itemsize(), 0};
        if (src_gap == 0) return check(dst, to, src, from, items, kernel, about);
        std::vector<std::byte> spread;
        for (std::int64_t i = 0; i < count; ++i) {
            spread.insert(spread.end(), items.begin() + i * from.itemsize(), items.begin() + (i + 1) * from.itemsize());
            spread.resize(spread.size() + static_cast<std::size_t>(src_gap));
        }
        check(dst, to, src, from, spread, kernel, about);
    }

    std::unique_ptr<DeviceArena> dst_, src_;
    std::unique_ptr<Stream> stream_;
};

/// Which kernel moves contiguous items: pairs that become one number, or come from one, go item by item.
std::string contiguous_kernel(const Sample& to, const Sample& from) {
    return to.format.is_complex() == from.format.is_complex() ? "convert_runs" : "convert_items";
}

TEST_F(device_conversion, every_pair_on_all_edge_values) {
    for (const Sample& from : samples()) {
        for (const Sample& to : samples()) {
            if (to.format == from.format) continue;
            check_row(to.format, from.format, from.items, contiguous_kernel(to, from), 0, 0, from.name + " -> " + to.name);
            if (HasFailure()) return;
        }
    }
}

TEST_F(device_conversion, every_pair_in_every_byte_order) {
    for (const Sample& from : samples()) {
        std::vector<std::byte> items = thinned(from, 200);
        const bool wide = from.format.itemsize() > 1;
        const Format turned = from.format.with_byte_order(other_order());
        for (const Sample& to : samples()) {
            const std::string about = from.name + " -> " + to.name;
            const Format to_turned = to.format.with_byte_order(other_order());
            if (to.format.itemsize() > 1 && to.format != from.format) {
                check_row(to_turned, from.format, items, contiguous_kernel(to, from), 0, 0, about + ", destination swapped");
            }
            if (wide) check_row(to.format, turned, items, contiguous_kernel(to, from), 0, 0, about + ", source swapped");
            if (wide && to.format.itemsize() > 1 && to.format != from.format)
                check_row(to_turned, turned, items, contiguous_kernel(to, from), 0, 0, about + ", both");
            if (HasFailure()) return;
        }
    }
}

TEST_F(device_conversion, every_pair_with_gaps_and_misaligned) {
    for (const Sample& from : samples()) {
        const std::vector<std::byte> items = thinned(from, 150);
        for (const Sample& to : samples()) {
            if (to.format == from.format) continue;
            for (const auto& [dst_gap, src_gap] : {std::pair<std::int64_t, std::int64_t>{16, 16}, {0, 1}, {3, 0}, {2, 8}}) {
                // The two parts of a complex number may be as many as are moved at once.
                const std::string kernel = from.format.is_complex() && to.format.is_complex() ? "convert_" : "convert_items";
                check_row(to.format, from.format, items, kernel, dst_gap, src_gap, from.name + " -> " + to.name);
            }
            if (HasFailure()) return;
        }
    }
}

// dst: (n, m) packed  src: (n, m) transposed
TEST_F(device_conversion, every_pair_transposed) {
    for (const Sample& from : samples()) {
        const std::int64_t n = 11;
        const std::int64_t m = 13;
        std::vector<std::byte> items = thinned(from, n * m);
        items.resize(static_cast<std::size_t>(n * m * from.format.itemsize()));
        for (const Sample& to : samples()) {
            if (to.format == from.format) continue;
            const std::int64_t dst_item = to.format.itemsize();
            const std::int64_t src_item = from.format.itemsize();
            const std::string kernel = to.format.is_complex() || (from.format.is_complex() && to.name == "bool") ? "convert_" : "convert_tiles";
            check({{n, m}, {m * dst_item, dst_item}, {}, dst_item, 32}, to.format, {{n, m}, {src_item, n * src_item}, {}, src_item, 0}, from.format, items,
                  kernel, from.name + " -> " + to.name);
            if (HasFailure()) return;
        }
    }
}

// Units of 2, 4, 8 and 16 bytes, one and several to an item.
TEST_F(device_conversion, byte_swaps) {
    Random random(12);
    const Arena arena(random, 1 << 19);
    const Format numbers[] = {Format::number(Kind::integer, 16),  Format::number(Kind::floating, 32), Format::number(Kind::floating, 64),
                              Format::number(Kind::complex, 128), Format::number(Kind::integer, 128), Format::text(Kind::ucs4, 5)};
    for (const Format& number : numbers) {
        for (const std::int64_t several : {1, 3}) {
            const Format to = several == 1 ? number : Format::subarray(number, std::span<const std::int64_t>(&several, 1));
            const Format from = to.with_byte_order(other_order());
            const std::int64_t item = to.itemsize();
            const std::string about = from.to_string() + " -> " + to.to_string();
            for (const std::int64_t n : {1, 2, 7, 64, 1000}) {
                check({{n}, {item}, {}, item, 16}, to, {{n}, {item}, {}, item, 0}, from, arena.bytes(), "convert_", about);
                check({{n}, {item + 16}, {}, item, 16}, to, {{n}, {item}, {}, item, 16}, from, arena.bytes(), "convert_", about);
                check({{n}, {item}, {}, item, 1}, to, {{n}, {2 * item}, {}, item, 0}, from, arena.bytes(), "convert_items", about);
            }
            check({{30, 20}, {20 * item, item}, {}, item, 16}, to, {{30, 20}, {item, 30 * item}, {}, item, 0}, from, arena.bytes(), "convert_", about);
            check({{30, 20}, {20 * item, item}, {}, item, 17}, to, {{30, 20}, {item, 30 * item}, {}, item, 3}, from, arena.bytes(), "convert_", about);
            if (HasFailure()) return;
        }
    }
}

// Rows at every tail, and with pitches that keep the chunks aligned or do not.
TEST_F(device_conversion, rows_of_every_tail) {
    Random random(13);
    const Arena arena(random, 1 << 16);
    const Format pairs[][2] = {{Format::number(Kind::floating, 64), Format::number(Kind::floating, 32)},
                               {Format::number(Kind::floating, 32), Format::number(Kind::unsigned_integer, 8)},
                               {Format::number(Kind::bfloat, 16), Format::number(Kind::floating, 16)},
                               {Format::number(Kind::integer, 8), Format::number(Kind::boolean, 8)},
                               {Format::number(Kind::boolean, 8), Format::number(Kind::integer, 8)}};
    for (const auto& [to, from] : pairs) {
        const std::int64_t chunk = 16 / std::max(to.itemsize(), from.itemsize());
        for (std::int64_t n = chunk; n < 3 * chunk; ++n) {
            const std::int64_t pitch = 3 * chunk;
            check({{5, n}, {pitch * to.itemsize(), to.itemsize()}, {}, to.itemsize(), 16}, to,
                  {{5, n}, {pitch * from.itemsize(), from.itemsize()}, {}, from.itemsize(), 0}, from, arena.bytes(), n == pitch ? "convert_" : "convert_runs",
                  "tail");
        }
        check({{5, 40}, {41 * to.itemsize(), to.itemsize()}, {}, to.itemsize(), 16}, to,
              {{5, 40}, {40 * from.itemsize(), from.itemsize()}, {}, from.itemsize(), 0}, from, arena.bytes(), "convert_items", "pitch");
    }
}

// Planes with edges, narrow ones, units of several numbers, and further axes around them.
TEST_F(device_conversion, tiles_of_every_shape) {
    Random random(14);
    const Arena arena(random, 1 << 20);
    const Format pairs[][2] = {{Format::number(Kind::floating, 32), Format::number(Kind::unsigned_integer, 8)},
                               {Format::number(Kind::complex, 128), Format::number(Kind::complex, 64)},
                               {Format::number(Kind::floating, 16), Format::number(Kind::floating, 64)},
                               {Format::number(Kind::integer, 64), Format::number(Kind::integer, 64, other_order())}};
    for (const auto& [to, from] : pairs) {
        const std::int64_t a = to.itemsize();
        const std::int64_t b = from.itemsize();
        for (const auto& [n, m] : {std::pair<std::int64_t, std::int64_t>{8, 8}, {64, 64}, {65, 63}, {70, 130}, {3, 500}, {500, 3}, {2, 1100}}) {
            check({{n, m}, {m * a, a}, {}, a, 16}, to, {{n, m}, {b, n * b}, {}, b, 0}, from, arena.bytes(), "convert_tiles", "plane");
        }
        check({{3, 20, 30, 2}, {1800 * a, 60 * a, a, 30 * a}, {}, a, 16}, to, {{3, 20, 30, 2}, {1200 * b, b, 40 * b, 20 * b}, {}, b, 0}, from, arena.bytes(),
              "convert_tiles", "batch");
        check({{20, 30}, {a, 20 * a}, {}, a, 16}, to, {{20, 30}, {31 * b, b}, {}, b, 0}, from, arena.bytes(), "convert_tiles", "turned");
        check({{20, 30}, {30 * a, a}, {}, a, 3}, to, {{20, 30}, {b, 20 * b}, {}, b, 1}, from, arena.bytes(), "convert_tiles", "misaligned");
    }
}

}  // namespace
}  // namespace ndlease::testing
