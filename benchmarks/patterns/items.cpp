// SPDX-License-Identifier: Apache-2.0
// Patterns about items: of every size, few of them, and items that change on the way.
#include <numeric>

#include "build.hpp"

namespace ndlease::patterns {
namespace {

/// 1000 blocks of 4 KiB, gathered from slots in another order: as rows without gaps, or as the left half of rows twice as long.
std::vector<Copy> many_blocks(bool gaps) {
    constexpr std::int64_t count = 1000;
    std::vector<Copy> copies;
    for (std::int64_t block = 0; block < count; ++block) {
        const std::int64_t slot = block * 619 % count;  // 619 and 1000 share no factor: every slot once
        const Strided wide = array({32, gaps ? 64 : 32}, f32());
        Copy copy = pack(wide.sliced(1, 0, 32).shifted(slot * wide.size() * 4), f32());
        copy.dst = copy.dst.shifted(block * 4096);
        copies.push_back(copy);
    }
    return copies;
}

}  // namespace

void add_item_sizes(Table& table) {
    table.family(26);
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
        table.add("item_contig" + suffix, "any item: one run", [f = format](Bytes b) { return pack(array({fit(b, f.itemsize())}, f), f); });
        table.add("item_flip" + suffix, "any item: reversed", [f = format](Bytes b) { return pack(array({fit(b, f.itemsize())}, f).flipped(0), f); });
        table.add("item_t2d" + suffix, "any item: transposed", [f = format](Bytes b) { return transpose_2d(b, f); });
    }
}

void add_small(Table& table) {
    table.family(29);
    for (const Bytes bytes : {1, 64, 1024, 4096}) {
        const Format& format = bytes < 4 ? u8() : f32();
        const std::string suffix = "_" + std::to_string(bytes);
        const std::string why = std::to_string(bytes) + " bytes: the price of a call, ";
        table.add("tiny_contig" + suffix, why + "one run", [=](Bytes) { return pack(array({fit(bytes, format.itemsize())}, format), format); }).scale =
            Scale::fixed;
        table.add("tiny_t2d" + suffix, why + "transposed", [=](Bytes) { return transpose_2d(bytes, format); }).scale = Scale::fixed;
        table.add("tiny_flip" + suffix, why + "mirrored", [=](Bytes) { return pack(array({fit(bytes, format.itemsize())}, format).flipped(0), format); })
            .scale = Scale::fixed;
    }
    table.family(30);
    table.add_batch("many_small", "KV blocks, parameters: 1000 blocks of 4 KiB together", [](Bytes) { return many_blocks(false); }).scale = Scale::fixed;
    table.add_batch("many_small_rows", "KV blocks: 1000 blocks of 32 rows of 128 bytes together", [](Bytes) { return many_blocks(true); }).scale = Scale::fixed;
}

void add_changes(Table& table) {
    table.family(31);
    table.add("cast_f32_bf16", "mixed precision", [](Bytes b) { return pack_as(array({fit(b, 4)}, f32()), f32(), bf16(), Change::f32_to_bf16); });
    table.add("cast_f32_f16", "mixed precision", [](Bytes b) { return pack_as(array({fit(b, 4)}, f32()), f32(), f16(), Change::f32_to_f16); });
    table.add("cast_u8_f32", "images to numbers", [](Bytes b) { return pack_as(array({fit(b, 4)}, u8()), u8(), f32(), Change::u8_to_f32); });
    table.add("cast_f32_f64", "more precision", [](Bytes b) { return pack_as(array({fit(b, 8)}, f32()), f32(), f64(), Change::f32_to_f64); });
    const auto transposed = [](Bytes b, const Format& to, Change change) {
        const auto [rows, columns] = rectangle(fit(b, 4));
        return pack_as(array({rows, columns}, f32()).reversed_axes(), f32(), to, change);
    };
    table.add("cast_t2d_f32_bf16", "mixed precision and transposed", [=](Bytes b) { return transposed(b, bf16(), Change::f32_to_bf16); });
    table.add("cast_t2d_f32_f16", "mixed precision and transposed", [=](Bytes b) { return transposed(b, f16(), Change::f32_to_f16); });
    table.family(32);
    for (const int bits : {16, 32, 64}) {
        const Format little = Format::number(Kind::unsigned_integer, bits, ByteOrder::little);
        const Format big = Format::number(Kind::unsigned_integer, bits, ByteOrder::big);
        const std::string suffix = "_" + std::to_string(bits / 8);
        table.add("swap" + suffix, "files and networks in the other byte order",
                  [=](Bytes b) { return pack_as(array({fit(b, bits / 8)}, big), big, little, Change::byte_order); });
        table.add("swap_t2d" + suffix, "the other byte order and transposed", [=](Bytes b) {
            const auto [rows, columns] = rectangle(fit(b, bits / 8));
            return pack_as(array({rows, columns}, big).reversed_axes(), big, little, Change::byte_order);
        });
    }
}

}  // namespace ndlease::patterns
