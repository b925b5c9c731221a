// SPDX-License-Identifier: Apache-2.0
// Patterns that reorder axes: matrices, images, layers, tensors.
#include <numeric>
#include <random>

#include "build.hpp"

namespace ndlease::patterns {
namespace {

Copy transpose_3d(Bytes bytes, const Format& format, std::initializer_list<int> axes) {
    const int log2 = log2_floor(fit(bytes, format.itemsize()));
    const Dims shape{std::int64_t{1} << (log2 / 3), std::int64_t{1} << ((log2 + 1) / 3), std::int64_t{1} << ((log2 + 2) / 3)};
    return pack(array(shape, format).permuted(axes), format);
}

/// Images of H x W pixels, as (N, H, W, channels): full frames, or one small image where those do not fit.
Dims images(Bytes bytes, std::int64_t height, std::int64_t width, std::int64_t channels, std::int64_t itemsize) {
    const std::int64_t image = height * width * channels * itemsize;
    if (bytes >= image) return {bytes / image, height, width, channels};
    return {1, fit(bytes, 128 * channels * itemsize), 128, channels};
}

Copy channels_first(Bytes bytes, std::int64_t height, std::int64_t width, std::int64_t channels, const Format& format) {
    return pack(array(images(bytes, height, width, channels, format.itemsize()), format).permuted({0, 3, 1, 2}), format);
}

Copy channels_last(Bytes bytes, std::int64_t height, std::int64_t width, std::int64_t channels, const Format& format) {
    const Dims shape = images(bytes, height, width, channels, format.itemsize());
    return pack(array({shape[0], shape[3], shape[1], shape[2]}, format).permuted({0, 2, 3, 1}), format);
}

/// Extents of 2 and a fixed random order of the axes.
Copy permute_bits(Bytes bytes) {
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

/// (N, 13, 55, 55) of doubles, smaller where that does not fit.
Strided extents_of_13_and_55(Bytes bytes) {
    const std::int64_t n = bytes < (1 << 20) ? 10 : 55;
    const std::int64_t m = bytes < (1 << 20) ? 7 : 13;
    return array({fit(bytes, n * n * m * 8), m, n, n}, f64());
}

Strided cube_6d(Bytes bytes) { return array(Dims(6, root(fit(bytes, 4), 6)), f32()); }

void add_matrices(Table& table) {
    table.family(8);
    table.add("t2d_f32", "the canonical transpose", [](Bytes b) { return transpose_2d(b, f32()); });
    table.family(9);
    table.add("t2d_b16", "weights", [](Bytes b) { return transpose_2d(b, bf16()); });
    table.family(10);
    table.add("t2d_u8", "masks, images", [](Bytes b) { return transpose_2d(b, u8()); });
    table.family(11);
    table.add("t2d_f64", "numerical work", [](Bytes b) { return transpose_2d(b, f64()); });
    table.add("t2d_c128", "numerical work, 16-byte items", [](Bytes b) { return transpose_2d(b, c128()); });
    table.family(12);
    table.add("t2d_odd", "real sizes: odd extents, addresses 4 bytes off", [](Bytes b) {
        const auto [rows, columns] = rectangle(fit(b, 4));
        Copy copy = pack(array({rows - 1, columns + 1}, f32()).reversed_axes(), f32());
        copy.src = copy.src.shifted(4);
        copy.dst = copy.dst.shifted(4);
        return copy;
    });
    table.family(13);
    table.add("t2d_skinny", "points: (N,3) to (3,N)", [](Bytes b) { return pack(array(rows_of(b, 3, 4), f32()).reversed_axes(), f32()); });
    table.add("t2d_skinny_3n", "points: (3,N) to (N,3)", [](Bytes b) { return pack(array({3, fit(b, 12)}, f32()).reversed_axes(), f32()); });
    table.add("t2d_skinny_n7", "small features: (N,7) to (7,N)", [](Bytes b) { return pack(array(rows_of(b, 7, 4), f32()).reversed_axes(), f32()); });
    table.add("t2d_skinny_7n", "small features: (7,N) to (N,7)", [](Bytes b) { return pack(array({7, fit(b, 28)}, f32()).reversed_axes(), f32()); });
}

void add_images(Table& table) {
    table.family(14);
    table.add("rgb_to_planar", "video: HWC to CHW", [](Bytes b) { return channels_first(b, 2160, 3840, 3, u8()); });
    table.add("planar_to_rgb", "video: CHW to HWC", [](Bytes b) { return channels_last(b, 2160, 3840, 3, u8()); });
    table.family(15);
    table.add("nchw_to_nhwc", "convolution layouts, 64 channels", [](Bytes b) { return channels_last(b, 224, 224, 64, f16()); });
    table.add("nhwc_to_nchw", "convolution layouts, 64 channels", [](Bytes b) { return channels_first(b, 224, 224, 64, f16()); });
    table.add("nchw3_to_nhwc3", "convolution layouts, 3 channels", [](Bytes b) { return channels_last(b, 224, 224, 3, f16()); });
    table.add("nhwc3_to_nchw3", "convolution layouts, 3 channels", [](Bytes b) { return channels_first(b, 224, 224, 3, f16()); });
}

void add_tensors(Table& table) {
    table.family(16);
    table.add("t3d_210", "FFT pencils: axes reversed", [](Bytes b) { return transpose_3d(b, f32(), {2, 1, 0}); });
    table.add("t3d_120", "FFT pencils: axes rotated", [](Bytes b) { return transpose_3d(b, f32(), {1, 2, 0}); });
    table.add("t3d_021", "FFT pencils: last two axes swapped", [](Bytes b) { return transpose_3d(b, f32(), {0, 2, 1}); });
    table.add("t3d_210_c64", "FFT pencils of complex numbers", [](Bytes b) { return transpose_3d(b, c64(), {2, 1, 0}); });
    table.add("t3d_120_c64", "FFT pencils of complex numbers, rotated", [](Bytes b) { return transpose_3d(b, c64(), {1, 2, 0}); });
    table.family(17);
    table.add("nd6_rev", "chemistry: six axes reversed", [](Bytes b) { return pack(cube_6d(b).reversed_axes(), f32()); });
    table.add("nd6_perm", "chemistry: six axes, last to first", [](Bytes b) { return pack(cube_6d(b).permuted({5, 2, 0, 4, 1, 3}), f32()); });
    table.add("nd4_perm", "chemistry: extents 13 and 55", [](Bytes b) { return pack(extents_of_13_and_55(b).permuted({3, 0, 2, 1}), f64()); });
    table.add("nd4_rev", "chemistry: extents 13 and 55 reversed", [](Bytes b) { return pack(extents_of_13_and_55(b).reversed_axes(), f64()); });
    table.add("nd4_odd", "four odd extents reversed", [](Bytes b) {
        const std::int64_t n = (root(fit(b, 4), 4) - 1) | 1;
        return pack(array({n, n, n, n}, f32()).reversed_axes(), f32());
    });
    table.family(18);
    table.add("bitperm", "tensor networks: every extent 2, random order of the axes", permute_bits);
    table.family(19);
    for (const std::int64_t n : {7, 33}) {
        const std::string text = std::to_string(n);
        table.add("small_tile_" + text, "small inner extents: (" + text + ",N," + text + ") reversed", [n](Bytes b) {
            return pack(array({n, fit(b, n * n * 4), n}, f32()).reversed_axes(), f32());
        });
    }
}

}  // namespace

void add_permutations(Table& table) {
    add_matrices(table);
    add_images(table);
    add_tensors(table);
}

}  // namespace ndlease::patterns
