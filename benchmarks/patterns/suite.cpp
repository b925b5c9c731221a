// SPDX-License-Identifier: Apache-2.0
// The table of patterns. Extents follow from the bytes that a pattern may take, so that every size class has the same shapes of trouble.
#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <random>
#include <utility>

#include "pattern.hpp"

namespace ndlease::patterns {
namespace {

template <Kind kind, int bits>
const Format& number() {
    static const Format format = Format::number(kind, bits);
    return format;
}

const Format& u8() { return number<Kind::unsigned_integer, 8>(); }
const Format& u16() { return number<Kind::unsigned_integer, 16>(); }
const Format& u64() { return number<Kind::unsigned_integer, 64>(); }
const Format& f16() { return number<Kind::floating, 16>(); }
const Format& f32() { return number<Kind::floating, 32>(); }
const Format& f64() { return number<Kind::floating, 64>(); }
const Format& bf16() { return number<Kind::bfloat, 16>(); }
const Format& c64() { return number<Kind::complex, 64>(); }
const Format& c128() { return number<Kind::complex, 128>(); }

std::int64_t fit(std::int64_t bytes, std::int64_t unit) { return std::max<std::int64_t>(1, bytes / unit); }

int log2_floor(std::int64_t n) { return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(n))) - 1; }

/// The largest n with n^power <= count.
std::int64_t root(std::int64_t count, int power) {
    auto n = static_cast<std::int64_t>(std::pow(static_cast<double>(count), 1.0 / power)) + 1;
    while (std::pow(static_cast<double>(n), power) > static_cast<double>(count)) --n;
    return n;
}

/// Rows and columns, powers of two as near to a square as they get.
std::pair<std::int64_t, std::int64_t> rectangle(std::int64_t count) {
    const int log2 = log2_floor(count);
    return {std::int64_t{1} << (log2 / 2), std::int64_t{1} << (log2 - log2 / 2)};
}

Dims rows_of(std::int64_t bytes, std::int64_t columns, std::int64_t itemsize) { return {fit(bytes, columns * itemsize), columns}; }

Copy copy_of(const Strided& src, const Strided& dst, const Format& format) { return {src, dst, format, format, Change::none}; }

/// From any layout to one without gaps.
Copy pack(const Strided& src, const Format& format) { return copy_of(src, Strided::packed(src.shape, src.itemsize), format); }

Copy pack_as(const Strided& src, const Format& from, const Format& to, Change change) {
    return {src, Strided::packed(src.shape, to.itemsize()), from, to, change};
}

Strided array(const Dims& shape, const Format& format) { return Strided::packed(shape, format.itemsize()); }

Copy transpose_2d(std::int64_t bytes, const Format& format) {
    const auto [rows, columns] = rectangle(fit(bytes, format.itemsize()));
    return pack(array({rows, columns}, format).reversed_axes(), format);
}

Copy transpose_3d(std::int64_t bytes, const Format& format, std::initializer_list<int> axes) {
    const int log2 = log2_floor(fit(bytes, format.itemsize()));
    const Dims shape{std::int64_t{1} << (log2 / 3), std::int64_t{1} << ((log2 + 1) / 3), std::int64_t{1} << ((log2 + 2) / 3)};
    return pack(array(shape, format).permuted(axes), format);
}

/// Images of H x W pixels, as (N, H, W, channels): full frames, or one small image where those do not fit.
Dims images(std::int64_t bytes, std::int64_t height, std::int64_t width, std::int64_t channels, std::int64_t itemsize) {
    const std::int64_t image = height * width * channels * itemsize;
    if (bytes >= image) return {bytes / image, height, width, channels};
    return {1, fit(bytes, 128 * channels * itemsize), 128, channels};
}

Copy channels_first(std::int64_t bytes, std::int64_t height, std::int64_t width, std::int64_t channels, const Format& format) {
    return pack(array(images(bytes, height, width, channels, format.itemsize()), format).permuted({0, 3, 1, 2}), format);
}

Copy channels_last(std::int64_t bytes, std::int64_t height, std::int64_t width, std::int64_t channels, const Format& format) {
    const Dims shape = images(bytes, height, width, channels, format.itemsize());
    return pack(array({shape[0], shape[3], shape[1], shape[2]}, format).permuted({0, 2, 3, 1}), format);
}

Copy head_permute(std::int64_t bytes) {
    const std::int64_t heads = bytes < (1 << 20) ? 4 : 32;
    const std::int64_t tokens = fit(bytes, heads * 128 * 2);
    const std::int64_t batch = tokens >= 8192 ? tokens / 4096 : 2;
    return pack(array({batch, fit(tokens, batch), heads, 128}, bf16()).permuted({0, 2, 1, 3}), bf16());
}

/// Extents of 2 and a fixed random order of the axes.
Copy permute_bits(std::int64_t bytes) {
    const int rank = log2_floor(fit(bytes, 4));
    const Strided source = array(Dims(rank, 2), f32());
    Strided permuted = source;
    std::vector<int> axes(static_cast<std::size_t>(rank));
    std::iota(axes.begin(), axes.end(), 0);
    std::mt19937_64 random(28);
    for (std::size_t i = axes.size(); i > 1; --i) std::swap(axes[i - 1], axes[static_cast<std::size_t>(random() % i)]);
    for (int axis = 0; axis < rank; ++axis) permuted.strides[axis] = source.strides[axes[static_cast<std::size_t>(axis)]];
    return pack(permuted, f32());
}

std::vector<Pattern> make_suite() {
    std::vector<Pattern> all;
    const auto add = [&all](std::string name, std::string why, std::function<Copy(std::int64_t)> make) {
        all.push_back({std::move(name), std::move(why), std::move(make)});
    };
    using Bytes = std::int64_t;

    // Runs and rows.
    add("contig", "the yardstick: one run", [](Bytes b) { return pack(array({fit(b, 4)}, f32()), f32()); });
    add("contig_misaligned", "views into buffers: source 1 byte off", [](Bytes b) { return pack(array({fit(b, 1) - 1}, u8()).shifted(1), u8()); });
    add("pitched", "padded rows: 16 KiB of every 16.125 KiB", [](Bytes b) { return pack(array(rows_of(b, 4096 + 32, 4), f32()).sliced(1, 0, 4096), f32()); });
    add("col_block", "a cut out of wider rows that starts off a cache line",
        [](Bytes b) { return pack(array(rows_of(b, 2304, 4), f32()).sliced(1, 101, 2149), f32()); });
    add("head_permute", "attention: BSHD to BHSD, rows of 256 bytes", head_permute);
    add("rows32of128", "embedding slices, halos: 32 bytes of every 128", [](Bytes b) { return pack(array(rows_of(b, 32, 4), f32()).sliced(1, 0, 8), f32()); });
    add("xyz_of_xyzw", "vertices, RGBA to RGB: 12 bytes of every 16", [](Bytes b) { return pack(array(rows_of(b, 4, 4), f32()).sliced(1, 0, 3), f32()); });

    // Transposes of two axes.
    add("t2d_f32", "the canonical transpose", [](Bytes b) { return transpose_2d(b, f32()); });
    add("t2d_b16", "weights", [](Bytes b) { return transpose_2d(b, bf16()); });
    add("t2d_u8", "masks, images", [](Bytes b) { return transpose_2d(b, u8()); });
    add("t2d_f64", "numerical work", [](Bytes b) { return transpose_2d(b, f64()); });
    add("t2d_c128", "numerical work, 16-byte items", [](Bytes b) { return transpose_2d(b, c128()); });
    add("t2d_odd", "real sizes: odd extents, addresses 4 bytes off", [](Bytes b) {
        const auto [rows, columns] = rectangle(fit(b, 4));
        Copy copy = pack(array({rows - 1, columns + 1}, f32()).reversed_axes(), f32());
        copy.src = copy.src.shifted(4);
        copy.dst = copy.dst.shifted(4);
        return copy;
    });
    add("t2d_skinny", "points: (N,3) to (3,N)", [](Bytes b) { return pack(array(rows_of(b, 3, 4), f32()).reversed_axes(), f32()); });

    // Images and layers.
    add("rgb_to_planar", "video: HWC to CHW", [](Bytes b) { return channels_first(b, 2160, 3840, 3, u8()); });
    add("planar_to_rgb", "video: CHW to HWC", [](Bytes b) { return channels_last(b, 2160, 3840, 3, u8()); });
    add("nchw_to_nhwc", "convolution layouts, 64 channels", [](Bytes b) { return channels_last(b, 224, 224, 64, f16()); });
    add("nhwc_to_nchw", "convolution layouts, 64 channels", [](Bytes b) { return channels_first(b, 224, 224, 64, f16()); });
    add("nchw3_to_nhwc3", "convolution layouts, 3 channels", [](Bytes b) { return channels_last(b, 224, 224, 3, f16()); });
    add("nhwc3_to_nchw3", "convolution layouts, 3 channels", [](Bytes b) { return channels_first(b, 224, 224, 3, f16()); });

    // Permutations of three axes and more.
    add("t3d_210", "FFT pencils: axes reversed", [](Bytes b) { return transpose_3d(b, f32(), {2, 1, 0}); });
    add("t3d_120", "FFT pencils: axes rotated", [](Bytes b) { return transpose_3d(b, f32(), {1, 2, 0}); });
    add("t3d_021", "FFT pencils: last two axes swapped", [](Bytes b) { return transpose_3d(b, f32(), {0, 2, 1}); });
    add("t3d_210_c64", "FFT pencils of complex numbers", [](Bytes b) { return transpose_3d(b, c64(), {2, 1, 0}); });
    add("nd6_rev", "chemistry: six axes reversed", [](Bytes b) { return pack(array(Dims(6, root(fit(b, 4), 6)), f32()).reversed_axes(), f32()); });
    add("nd4_perm", "chemistry: extents 13 and 55", [](Bytes b) {
        const std::int64_t n = b < (1 << 20) ? 10 : 55;
        const std::int64_t m = b < (1 << 20) ? 7 : 13;
        return pack(array({fit(b, n * n * m * 8), m, n, n}, f64()).permuted({3, 0, 2, 1}), f64());
    });
    add("nd4_odd", "four odd extents reversed", [](Bytes b) {
        const std::int64_t n = (root(fit(b, 4), 4) - 1) | 1;
        return pack(array({n, n, n, n}, f32()).reversed_axes(), f32());
    });
    add("bitperm", "tensor networks: every extent 2, random order of the axes", permute_bits);
    add("small_tile_7", "small inner extents: (7,N,7) reversed", [](Bytes b) { return pack(array({7, fit(b, 49 * 4), 7}, f32()).reversed_axes(), f32()); });
    add("small_tile_33", "small inner extents: (33,N,33) reversed", [](Bytes b) {
        return pack(array({33, fit(b, 33 * 33 * 4), 33}, f32()).reversed_axes(), f32());
    });

    // Single items at strides.
    add("column", "one column of a matrix", [](Bytes b) { return pack(array(rows_of(b, b < (1 << 20) ? 256 : 2048, 4), f32()).indexed(1, 5), f32()); });
    add("every2", "every other item", [](Bytes b) { return pack(array({fit(b, 4)}, f32()).sliced(0, 0, fit(b, 4), 2), f32()); });
    add("every2row", "every other row of 4 KiB", [](Bytes b) {
        const Strided source = array(rows_of(b, 1024, 4), f32());
        return pack(source.sliced(0, 0, source.shape[0], 2), f32());
    });
    add("flip_last", "augmentation: rows mirrored", [](Bytes b) { return pack(array(rows_of(b, 1024, 4), f32()).flipped(1), f32()); });
    add("flip_first", "augmentation: rows in reverse order", [](Bytes b) { return pack(array(rows_of(b, 1024, 4), f32()).flipped(0), f32()); });
    add("broadcast_row", "one row repeated", [](Bytes b) { return pack(array({1024}, f32()).repeated(0, fit(b, 4096)), f32()); });
    add("broadcast_col", "one column repeated", [](Bytes b) { return pack(array({fit(b, 4096)}, f32()).repeated(1, 1024), f32()); });
    add("broadcast_scalar", "one item repeated", [](Bytes b) { return pack(array({}, f32()).repeated(0, fit(b, 4)), f32()); });
    add("diagonal", "trace, scaling", [](Bytes b) {
        const std::int64_t n = root(fit(b, 4), 2);
        Strided diagonal = array({n, n}, f32()).indexed(1, 0);
        diagonal.strides[0] += 4;
        return pack(diagonal, f32());
    });
    add("aos_gather", "one 8-byte field at +4 of 24-byte structs to an array", [](Bytes b) {
        const Strided structs{{fit(b, 24)}, {24}, 4, 8};
        return pack(structs, f64().with_alignment(4));
    });
    add("aos_scatter", "an array to one 8-byte field at +4 of 24-byte structs", [](Bytes b) {
        const Strided structs{{fit(b, 24)}, {24}, 4, 8};
        return copy_of(array({fit(b, 24)}, f64()), structs, f64().with_alignment(4));
    });
    for (const std::int64_t ghost : {1, 3}) {
        add("halo_z" + std::to_string(ghost), "stencils: the strided faces of a cube, " + std::to_string(ghost) + " deep", [ghost](Bytes b) {
            const std::int64_t n = root(fit(b, 8), 3);
            return pack(array({n, n, n}, f64()).sliced(2, 0, ghost), f64());
        });
    }

    // Items of every size.
    const std::pair<int, Format> items[] = {{1, u8()},
                                            {2, u16()},
                                            {3, Format::subarray(u8(), Dims{3})},
                                            {6, Format::subarray(u16(), Dims{3})},
                                            {8, u64()},
                                            {12, Format::subarray(f32(), Dims{3})},
                                            {16, c128()},
                                            {24, Format::subarray(f64(), Dims{3})}};
    for (const auto& [size, format] : items) {
        const std::string suffix = "_" + std::to_string(size);
        add("item_contig" + suffix, "any item: one run", [f = format](Bytes b) { return pack(array({fit(b, f.itemsize())}, f), f); });
        add("item_flip" + suffix, "any item: reversed", [f = format](Bytes b) { return pack(array({fit(b, f.itemsize())}, f).flipped(0), f); });
        add("item_t2d" + suffix, "any item: transposed", [f = format](Bytes b) { return transpose_2d(b, f); });
    }

    // Items that change on the way.
    add("cast_f32_bf16", "mixed precision", [](Bytes b) { return pack_as(array({fit(b, 4)}, f32()), f32(), bf16(), Change::f32_to_bf16); });
    add("cast_u8_f32", "images to numbers", [](Bytes b) { return pack_as(array({fit(b, 4)}, u8()), u8(), f32(), Change::u8_to_f32); });
    add("cast_f32_f64", "more precision", [](Bytes b) { return pack_as(array({fit(b, 8)}, f32()), f32(), f64(), Change::f32_to_f64); });
    add("cast_t2d_f32_bf16", "mixed precision and transposed", [](Bytes b) {
        const auto [rows, columns] = rectangle(fit(b, 4));
        return pack_as(array({rows, columns}, f32()).reversed_axes(), f32(), bf16(), Change::f32_to_bf16);
    });
    for (const int bits : {16, 32, 64}) {
        const Format little = Format::number(Kind::unsigned_integer, bits, ByteOrder::little);
        const Format big = Format::number(Kind::unsigned_integer, bits, ByteOrder::big);
        const std::string suffix = "_" + std::to_string(bits / 8);
        add("swap" + suffix, "files and networks in the other byte order",
            [=](Bytes b) { return pack_as(array({fit(b, bits / 8)}, big), big, little, Change::byte_order); });
        add("swap_t2d" + suffix, "the other byte order and transposed", [=](Bytes b) {
            const auto [rows, columns] = rectangle(fit(b, bits / 8));
            return pack_as(array({rows, columns}, big).reversed_axes(), big, little, Change::byte_order);
        });
    }
    return all;
}

}  // namespace

const std::vector<Pattern>& suite() {
    static const std::vector<Pattern> all = make_suite();
    return all;
}

}  // namespace ndlease::patterns
