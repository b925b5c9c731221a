// SPDX-License-Identifier: Apache-2.0
// The suite: its parts, and the shortest of them. Extents follow from the bytes that a pattern may take, so that every size class has the same shapes of
// trouble.
#include "build.hpp"

namespace ndlease::patterns {

void add_runs_and_rows(Table& table) {
    table.family(1);
    table.add("contig", "the yardstick: one run", [](Bytes b) { return pack(array({fit(b, 4)}, f32()), f32()); });
    table.family(2);
    table.add("contig_misaligned", "views into buffers: source 1 byte off", [](Bytes b) { return pack(array({fit(b, 1) - 1}, u8()).shifted(1), u8()); });
    table.add("contig_misaligned_4", "views into buffers: source one float off", [](Bytes b) { return pack(array({fit(b, 4) - 1}, f32()).shifted(4), f32()); });
    table.family(3);
    table.add("pitched", "padded rows: 16 KiB of every 16.125 KiB",
              [](Bytes b) { return pack(array(rows_of(b, 4096 + 32, 4), f32()).sliced(1, 0, 4096), f32()); });
    table.family(4);
    table.add("col_block", "a cut out of wider rows that starts off a cache line",
              [](Bytes b) { return pack(array(rows_of(b, 2304, 4), f32()).sliced(1, 101, 2149), f32()); });
    table.family(5);
    table.add("head_permute", "attention: BSHD to BHSD, rows of 256 bytes", [](Bytes b) {
        const std::int64_t heads = b < (1 << 20) ? 4 : 32;
        const std::int64_t tokens = fit(b, heads * 128 * 2);
        const std::int64_t batch = tokens >= 8192 ? tokens / 4096 : 2;
        return pack(array({batch, fit(tokens, batch), heads, 128}, bf16()).permuted({0, 2, 1, 3}), bf16());
    });
    table.family(6);
    table.add("rows32of128", "embedding slices, halos: 32 bytes of every 128",
              [](Bytes b) { return pack(array(rows_of(b, 32, 4), f32()).sliced(1, 0, 8), f32()); });
    table.family(7);
    table.add("xyz_of_xyzw", "vertices, RGBA to RGB: 12 bytes of every 16",
              [](Bytes b) { return pack(array(rows_of(b, 4, 4), f32()).sliced(1, 0, 3), f32()); });
}

void add_huge(Table& table) {
    table.family(28);
    const auto add = [&table](std::string name, std::string why, std::function<Copy(Bytes)> make) {
        table.add(std::move(name), std::move(why), std::move(make)).scale = Scale::huge;
    };
    add("huge_t2d_u8", "more than 2^32 items, transposed", [](Bytes b) {
        const std::int64_t n = root(b / 80 * 41, 2);
        return pack(array({n, n + 1}, u8()).reversed_axes(), u8());
    });
    add("huge_pitched", "more than 2^32 bytes in rows",
        [](Bytes b) { return pack(array(rows_of(b / 80 * 42, 4096 + 32, 4), f32()).sliced(1, 0, 4096), f32()); });
    add("huge_offset", "a view that starts more than 2^31 bytes into its buffer",
        [](Bytes b) { return pack(array(rows_of(b / 64, 1024, 4), f32()).reversed_axes().shifted(b / 2 / 4 * 4), f32()); });
    add("huge_stride", "two items that are 2^33 bytes apart", [](Bytes b) { return pack(Strided{{2}, {(b - 64) / 64 * 64}, 0, 4}, f32()); });
}

const std::vector<Pattern>& suite() {
    static const std::vector<Pattern> all = [] {
        Table table;
        add_runs_and_rows(table);
        add_permutations(table);
        add_single_items(table);
        add_halos(table);
        add_item_sizes(table);
        add_small(table);
        add_changes(table);
        add_links(table);
        add_huge(table);
        return table.take();
    }();
    return all;
}

}  // namespace ndlease::patterns
